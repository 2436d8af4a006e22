/** The table: what was measured, what is wanted, and whether it holds. */

export type Row = {
  readonly part: string;
  readonly name: string;
  /** Null: could not be measured on this system. */
  readonly value: number | null;
  readonly unit: string;
  readonly target?: { readonly is: 'at-least' | 'at-most'; readonly value: number };
  /** How it was measured, or what it is made of. */
  readonly note?: string;
};

export function isMet({ value, target }: Row): boolean | null {
  if (target === undefined || value === null) return null;
  return target.is === 'at-least' ? value >= target.value : value <= target.value;
}

export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [row.name, formatValue(row), formatTarget(row), formatVerdict(row), row.note ?? '']);
  const head = ['', 'measured', 'target', '', ''];
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((each) => each[column]?.length ?? 0)));
  const line = (each: readonly string[]) =>
    each
      .map((cell, column) =>
        RIGHT.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const lines = rows.flatMap((row, index) => {
    const text = line(cells[index] ?? []);
    return row.part === rows[index - 1]?.part ? [text] : ['', row.part, text];
  });
  return [line(head), ...lines].join('\n');
}

const RIGHT = new Set([1, 2]);

function formatValue({ value, unit }: Row): string {
  return value === null ? 'not measured' : `${formatNumber(value)} ${unit}`.trim();
}

function formatTarget({ target, unit }: Row): string {
  if (target === undefined) return '';
  return `${target.is === 'at-least' ? '≥' : '≤'} ${formatNumber(target.value)} ${unit}`.trim();
}

function formatVerdict(row: Row): string {
  const met = isMet(row);
  return met === null ? '' : met ? 'ok' : 'NOT MET';
}

function formatNumber(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return value.toLocaleString('en-GB', { maximumFractionDigits: digits });
}
