import { workflowErrors } from './workflow-errors.ts';

/** The revisions that an If-Match header names; undefined where any will do. Throws invalid_if_match. */
export function readIfMatch(header: string | undefined): readonly number[] | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  return header.split(',').map((tag) => {
    // A proxy that compresses answers makes weak tags of strong ones.
    const revision = /^\s*(?:W\/)?"?([1-9]\d{0,8})"?\s*$/.exec(tag)?.[1];
    if (revision === undefined) throw workflowErrors.invalid_if_match();
    return Number(revision);
  });
}

export function etagOf(revision: number): string {
  return `"${revision}"`;
}
