/**
 * Loaded before the server in each process of the suite (`node --import`). It changes nothing of the product: it lets
 * the suite block the event loop and skew the wall clock from outside, and puts the name of the process on outgoing
 * calls so that the stub world knows who called.
 */
import diagnostics from 'node:diagnostics_channel';

/** What the suite sends to a process over its IPC channel. */
export type Order =
  | { readonly kind: 'block'; readonly forMs: number }
  | { readonly kind: 'skew'; readonly byMs: number };

export const CALLER_HEADER = 'x-faults-process';

const realNow = Date.now.bind(Date);
const RealDate = Date;
let skewMs = 0;

class SkewedDate extends RealDate {
  constructor(...given: readonly unknown[]) {
    if (given.length === 0) super(realNow() + skewMs);
    else super(...(given as [number]));
  }
  static override now(): number {
    return realNow() + skewMs;
  }
}

const name = process.env.FAULTS_PROCESS;
if (name !== undefined && process.channel) {
  globalThis.Date = SkewedDate as DateConstructor;
  process.on('message', (order: Order) => {
    switch (order.kind) {
      case 'block':
        // As heavy code does: nothing else runs on this thread.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, order.forMs);
        return;
      case 'skew':
        skewMs = order.byMs;
    }
  });
  // Whoever started us is gone.
  process.on('disconnect', () => process.exit(1));
  process.channel.unref();
  diagnostics.subscribe('undici:request:create', (message) => {
    const { request } = message as { request: { addHeader: (name: string, value: string) => void } };
    request.addHeader(CALLER_HEADER, name);
  });
}
