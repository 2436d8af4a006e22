import { randomFillSync } from 'node:crypto';

/** Ids drawn at once: one call to the system's randomness costs more than the ids themselves. */
const POOLED_IDS = 128;
const BYTES_PER_ID = 10;
const COUNTER_BITS = 26;

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for a text that Postgres takes as `uuid` in its usual form. A foreign id may pass; a malformed one never. */
export function isId(text: unknown): text is string {
  return typeof text === 'string' && ID.test(text);
}

/** A new id: UUID version 7, so ids made later sort later. */
export const newId: () => string = createIdSource({ now: Date.now, fillRandom: randomFillSync });

/**
 * Makes a source of UUID version 7 ids (RFC 9562) that only ever grow, also within a millisecond and when the clock
 * steps back. The 26 bits after the time are a counter that begins at a random value below half its range; 48 random
 * bits follow.
 */
export function createIdSource(world: { now: () => number; fillRandom: (bytes: Uint8Array) => unknown }): () => string {
  const pool = Buffer.alloc(POOLED_IDS * BYTES_PER_ID);
  let used = pool.length;
  let lastMs = -1;
  let counter = 0;

  return () => {
    if (used === pool.length) {
      world.fillRandom(pool);
      used = 0;
    }
    const random = pool.subarray(used, used + BYTES_PER_ID);
    used += BYTES_PER_ID;

    const nowMs = world.now();
    if (nowMs > lastMs) {
      lastMs = nowMs;
      counter = random.readUInt32BE(0) >>> (33 - COUNTER_BITS);
    } else {
      counter += 1;
      if (counter === 2 ** COUNTER_BITS) {
        lastMs += 1;
        counter = 0;
      }
    }
    return format(lastMs, counter, random.toString('hex', 4, 10));
  };
}

function format(timeMs: number, counter: number, tail: string): string {
  const time = timeMs.toString(16).padStart(12, '0');
  const high = (counter >>> 14).toString(16).padStart(3, '0');
  // The variant's two bits `10` stand before the lower 14 bits of the counter.
  const low = (0x8000 | (counter & 0x3fff)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${high}-${low}-${tail}`;
}
