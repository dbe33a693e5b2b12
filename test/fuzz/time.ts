/** How long a property is tried: a moment in the suite, LOGSCOPE_FUZZ seconds by hand (`npm run fuzz`). */
export const fuzzed = {
  numRuns: 1_000_000,
  interruptAfterTimeLimit: Number(process.env.LOGSCOPE_FUZZ ?? 2) * 1000,
  ...(process.env.LOGSCOPE_SEED ? { seed: Number(process.env.LOGSCOPE_SEED) } : {}),
};
