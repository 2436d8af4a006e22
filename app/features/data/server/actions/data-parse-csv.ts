import { definePure } from '@mainspring/sdk/action.ts';
import { terminal } from '@mainspring/sdk/failure.ts';
import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';

const MAX_CHARS = 10_000_000;
const MAX_ROWS = 100_000;
const MAX_COLUMNS = 1000;
const MAX_NAME_CHARS = 200;

const input = z.strictObject({
  text: z
    .string()
    .max(MAX_CHARS)
    .meta({
      title: 'Text',
      description: 'The CSV to read: one row a line, values that hold commas or line breaks in double quotes',
      multiline: true,
      examples: ['name,email\nJane,jane@example.com'],
    }),
  delimiter: z
    .string()
    .min(1)
    .max(5)
    .default(',')
    .meta({ title: 'Delimiter', description: 'What stands between two values', examples: [',', ';', '\t'] }),
  header: z.boolean().default(true).meta({
    title: 'Header',
    description: 'The first row names the columns; else they are column_1, column_2 and so on',
  }),
});

type Row = Record<string, string>;

export const dataParseCsv = definePure({
  type: 'data.parse_csv',
  title: 'Read CSV',
  category: 'data',
  summary: 'Turns text in CSV into a list of rows, each an object with a text for every column.',
  input,
  output: z.array(z.record(z.string(), z.string())),
  run({ text, delimiter, header }) {
    const [first, ...rest] = readRecords(text, delimiter);
    if (first === undefined) return [];
    const columns = header ? readHeader(first) : first.map((_, index) => `column_${index + 1}`);
    if (columns.length > MAX_COLUMNS) {
      throw terminal('csv_too_large', `The CSV has ${columns.length} columns; ${MAX_COLUMNS} are read.`);
    }
    const rows = header ? rest : [first, ...rest];
    return rows.map((values) => Object.fromEntries(columns.map((name, index) => [name, values[index] ?? '']))) as Row[];
  },
});

function readRecords(text: string, delimiter: string): string[][] {
  let records: string[][];
  try {
    // One more than may be: that is how too many are noticed without reading them all. The header is one more again.
    records = parse(text, { bom: true, delimiter, skip_empty_lines: true, to: MAX_ROWS + 2 });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw terminal('csv_malformed', describe(error), { details: { line: Number(error.lines ?? 0) } });
  }
  if (records.length > MAX_ROWS + 1) throw terminal('csv_too_large', `The CSV has more than ${MAX_ROWS} rows.`);
  const bad = records.findIndex((values) => values.some((value) => value.includes('\u0000')));
  if (bad !== -1) throw terminal('csv_malformed', `Row ${bad + 1} of the CSV holds a NUL character; remove it.`);
  return records;
}

function readHeader(names: readonly string[]): readonly string[] {
  const columns = names.map((name) => name.trim());
  const seen = new Set<string>();
  for (const [index, name] of columns.entries()) {
    const place = `Column ${index + 1} of the CSV's header`;
    if (name === '') throw terminal('csv_bad_header', `${place} has no name; name it, or set header to false.`);
    if (name === '__proto__' || name.length > MAX_NAME_CHARS) {
      throw terminal(
        'csv_bad_header',
        `${place} cannot be named ${JSON.stringify(name.slice(0, 50))}; name it otherwise.`,
      );
    }
    if (seen.has(name)) {
      throw terminal(
        'csv_bad_header',
        `${place} is named ${JSON.stringify(name)} like another; name each column once.`,
      );
    }
    seen.add(name);
  }
  return columns;
}

function describe(error: CsvError): string {
  const place = typeof error.lines === 'number' ? ` at line ${error.lines}` : '';
  switch (error.code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
      return `The CSV is malformed${place}: the row has another number of values than the first row.`;
    case 'CSV_QUOTE_NOT_CLOSED':
      return `The CSV is malformed${place}: a double quote is never closed.`;
    case 'INVALID_OPENING_QUOTE':
    case 'CSV_INVALID_CLOSING_QUOTE':
      return `The CSV is malformed${place}: a double quote stands inside a value; write it twice and quote the value.`;
    default:
      return `The CSV is malformed${place}: ${error.message}`;
  }
}
