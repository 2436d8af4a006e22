/** How much one piece of code may take. */
export const CODE_LIMITS = {
  /** As much as the definition of a workflow takes in one text. */
  codeChars: 100_000,
  /** Of the input, written as JSON. */
  inputChars: 1_000_000,
  /** Of the returned value, written as JSON in UTF-8. */
  resultBytes: 256 * 1024,
  logLines: 200,
  logLineChars: 2_000,
  logChars: 64_000,
  stackBytes: 256 * 1024,
  /** Wall time, from when the code is handed over. */
  timeoutMs: { least: 10, usual: 5_000, most: 30_000 },
  /** Of what the code itself allocates. */
  memoryMb: { least: 8, usual: 64, most: 256 },
} as const;
