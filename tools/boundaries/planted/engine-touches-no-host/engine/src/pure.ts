type Clock = { readonly process: string; fetch(): void };

/** Own names, members and arguments that happen to be called like the host's. */
export function later(document: { readonly process: number }, clock: Clock, now: number): unknown {
  const performance = document.process;
  return { process: performance, fetch: clock.fetch, at: new Date(now), text: 'Date.now()' };
}
