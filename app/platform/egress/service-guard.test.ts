import { beforeEach, describe, expect, test } from 'vitest';
import type { EgressResponse } from './egress.ts';
import { EgressError } from './egress-error.ts';
import {
  createServiceGuard,
  FAILURE_WINDOW_MS,
  FAILURES_TO_OPEN,
  FIRST_OPEN_MS,
  LONGEST_OPEN_MS,
  LONGEST_PAUSE_MS,
  PROBE_PATIENCE_MS,
  type ServiceGuard,
} from './service-guard.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const SERVICE = { scope: 'one', origin: 'https://api.test' };
let at: number;
let guard: ServiceGuard;
let calls: number;
beforeEach(() => {
  at = 0;
  calls = 0;
  guard = createServiceGuard({ monotonicMs: () => at, now: () => new Date(START + at) });
});

function answer(status: number, headers: Record<string, string> = {}): EgressResponse {
  return { status, headers, body: Buffer.alloc(0), url: 'https://api.test/' };
}

const down = () => new EgressError('egress_connect', 'away', { mayHaveBeenSent: false });

/** What became of a call: its status, the code that it failed with, or for how long the service is left alone. */
async function call(outcome: EgressResponse | Error, service = SERVICE, signal?: AbortSignal): Promise<unknown> {
  try {
    const perform = async () => {
      calls += 1;
      if (outcome instanceof Error) throw outcome;
      return outcome;
    };
    return (await guard.call(service, perform, signal)).status;
  } catch (error) {
    const { code, retryAfterMs } = error as EgressError;
    return code === 'egress_service_paused' ? retryAfterMs : code;
  }
}

async function failOften(times = FAILURES_TO_OPEN): Promise<void> {
  for (let n = 0; n < times; n += 1) await call(down());
}

describe('a service that does not answer', () => {
  test('is left alone after several failures in a row, until one call may try', async () => {
    await failOften();
    expect(calls).toBe(FAILURES_TO_OPEN);
    expect(await call(answer(200))).toBe(FIRST_OPEN_MS);
    at = FIRST_OPEN_MS - 1;
    expect(await call(answer(200))).toBe(1);
    expect(calls).toBe(FAILURES_TO_OPEN);
    at = FIRST_OPEN_MS;
    expect(await call(answer(200))).toBe(200);
    expect(await call(answer(200))).toBe(200);
  });

  test('is left alone twice as long after each try in vain, up to the most', async () => {
    await failOften();
    let wait = FIRST_OPEN_MS;
    for (let n = 0; n < 8; n += 1) {
      at += wait;
      expect(await call(down())).toBe('egress_connect');
      wait = Math.min(wait * 2, LONGEST_OPEN_MS);
      expect(await call(answer(200))).toBe(wait);
    }
    expect(wait).toBe(LONGEST_OPEN_MS);
  });

  test('is tried by one call at a time, and by another where that one does not come back', async () => {
    await failOften();
    at = FIRST_OPEN_MS;
    const hanging = Promise.withResolvers<EgressResponse>();
    const probe = guard.call(SERVICE, () => hanging.promise);
    expect(await call(answer(200))).toBe(FIRST_OPEN_MS);
    at += PROBE_PATIENCE_MS;
    expect(await call(answer(200))).toBe(200);
    hanging.resolve(answer(200));
    await probe;
  });

  test.each([
    ['the other of the same organization', { scope: 'one', origin: 'https://other.test' }],
    ['the same of another organization', { scope: 'two', origin: 'https://api.test' }],
  ])('leaves %s as it was', async (_name, service) => {
    await failOften();
    expect(await call(answer(200), service)).toBe(200);
  });
});

describe('is not left alone', () => {
  test('after a good answer in between', async () => {
    await failOften(FAILURES_TO_OPEN - 1);
    await call(answer(404));
    await failOften(FAILURES_TO_OPEN - 1);
    expect(await call(answer(200))).toBe(200);
  });

  test('for failures that lie far apart', async () => {
    for (let n = 0; n < FAILURES_TO_OPEN * 2; n += 1) {
      at += FAILURE_WINDOW_MS + 1;
      await call(down());
    }
    expect(await call(answer(200))).toBe(200);
  });

  test.each([
    ['cancelled', 'egress_aborted'],
    ['never allowed', 'egress_refused'],
  ] as const)('for calls that were %s', async (_name, code) => {
    for (let n = 0; n < FAILURES_TO_OPEN * 2; n += 1) {
      await call(new EgressError(code, 'x', { mayHaveBeenSent: false }));
    }
    expect(await call(answer(200))).toBe(200);
  });
});

test.each<[string, EgressResponse | Error, AbortSignal | undefined]>([
  ['answers of 500', answer(500), undefined],
  ['answers of 503', answer(503), undefined],
  ['connections that break', new EgressError('egress_connection_lost', 'x', { mayHaveBeenSent: true }), undefined],
  [
    'steps that time out',
    new EgressError('egress_aborted', 'x', { mayHaveBeenSent: true }),
    AbortSignal.abort(new DOMException('too long', 'TimeoutError')),
  ],
])('%s count as failures', async (_name, outcome, signal) => {
  for (let n = 0; n < FAILURES_TO_OPEN; n += 1) await call(outcome, SERVICE, signal);
  expect(await call(answer(200))).toBe(FIRST_OPEN_MS);
});

describe('a service that asks to wait', () => {
  test.each<[string, number, string, number]>([
    ['429 in seconds', 429, '7', 7_000],
    ['503 as a date', 503, 'Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['429 for long', 429, '36000', LONGEST_PAUSE_MS],
  ])('by %s is asked by no other call of the organization before that', async (_name, status, header, waitMs) => {
    await call(answer(status, { 'retry-after': header }));
    expect(await call(answer(200))).toBe(waitMs);
    expect(await call(answer(200), { ...SERVICE, scope: 'two' })).toBe(200);
    at = waitMs;
    expect(await call(answer(200))).toBe(200);
  });

  test('still waits where a call that began before is answered well', async () => {
    const slow = Promise.withResolvers<EgressResponse>();
    const earlier = guard.call(SERVICE, () => slow.promise);
    await call(answer(429, { 'retry-after': '7' }));
    slow.resolve(answer(200));
    await earlier;
    expect(await call(answer(200))).toBe(7_000);
  });

  test('without a time, or with one that makes no sense, is asked again', async () => {
    await call(answer(429));
    await call(answer(429, { 'retry-after': 'soon' }));
    await call(answer(429, { 'retry-after': '999999999' }));
    expect(await call(answer(200))).toBe(200);
  });
});
