import type { Caller } from './start-test-api.ts';

const LOOKS = 400;
const PAUSE_MS = 10;

/** The run as soon as it has one of the statuses. Throws with the run as it stands where it never gets there. */
export async function waitForRun(caller: Caller, runId: string, ...statuses: readonly string[]) {
  for (let look = 0; ; look++) {
    const { body } = await caller.get(`/api/v1/runs/${runId}`);
    if (statuses.includes(body.status)) return body;
    if (look === LOOKS) throw new Error(`The run is not ${statuses.join(' or ')}: ${JSON.stringify(body)}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
