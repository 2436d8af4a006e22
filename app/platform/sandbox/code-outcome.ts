import type { Json } from '@mainspring/engine/json.ts';

export type CodeRequest = {
  /** Body of an async JavaScript function in strict mode with the parameter `input`. */
  readonly code: string;
  readonly input: Json;
  readonly timeoutMs: number;
  readonly memoryMb: number;
};

/** A line that the code wrote to its console. */
export type CodeLog = { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string };

/** `failed`: the same code with the same input would fail again. `unavailable`: no process for it came about. */
export type CodeOutcome =
  | { readonly kind: 'returned'; readonly result: Json; readonly logs: readonly CodeLog[] }
  | ({ readonly kind: 'failed'; readonly logs: readonly CodeLog[] } & CodeFailure)
  | { readonly kind: 'unavailable'; readonly message: string };

export type CodeFailure = {
  readonly code: CodeFailureCode;
  readonly message: string;
  /** The line of the code where it failed, from 1, where known. */
  readonly line: number | null;
};

export type CodeFailureCode =
  /** The code threw, does not parse, or returned what JSON cannot hold. */
  | 'code_error'
  | 'code_timeout'
  | 'code_memory'
  | 'code_output_too_large'
  | 'code_input_too_large'
  /** Its process ended without an answer. */
  | 'code_crashed';
