import type { SuiteResult } from '../run-suite.ts';

/** The report as people read it. */
export function formatReport(result: SuiteResult): string {
  const { operations, verdicts } = result;
  const width = Math.max(...verdicts.map((each) => each.promise.length));
  const met = new Map<string, { planned: number; met: number }>();
  for (const fault of result.faults) {
    const count = met.get(fault.kind) ?? { planned: 0, met: 0 };
    met.set(fault.kind, { planned: count.planned + 1, met: count.met + Number(fault.met) });
  }
  const share = (operations.share * 100).toFixed(1);
  return [
    '',
    `Fault suite, seed ${result.seed}, ${result.minutes} minutes, lease ${result.leaseMs} ms, ${result.machine}`,
    `${operations.accepted} of ${operations.planned} operations accepted (${share} %)`,
    '',
    'Faults met / planned:',
    ...[...met].map(([kind, count]) => `  ${kind}: ${count.met} / ${count.planned}`),
    ...Object.entries(result.impossible).map(([kind, why]) => `  ${kind}: not possible here, ${why}`),
    '',
    ...verdicts.flatMap(({ promise, title, ok, measured, figure, broken }) => [
      `${ok ? (measured ? 'holds ' : 'unseen') : 'BROKEN'}  ${promise.padEnd(width)}  ${title}: ${figure}`,
      ...broken.map((line) => `          ${line}`),
    ]),
    ...(result.discounted.length > 0
      ? ['', 'This run does not count:', ...result.discounted.map((why) => `  ${why}`)]
      : []),
    '',
    result.ok ? 'Every promise holds.' : `NOT shown. The same plan again: npm run faults -- ${sameAgain(result)}`,
  ].join('\n');
}

function sameAgain({ seed, minutes }: SuiteResult): string {
  return `--minutes ${minutes} --seed ${seed}`;
}
