/**
 * The suite draws the same cases every time, so that it says of a change whether it broke something; `npm run fuzz` draws new ones.
 * Lists and texts are as long as their tests say they may be: fast-check by itself stops at ten.
 */
import fc from 'fast-check';

fc.configureGlobal({
  defaultSizeToMaxWhenMaxSpecified: true,
  ...(process.env.LOGSCOPE_FUZZ === undefined ? { seed: Number(process.env.LOGSCOPE_SEED ?? 20241029) } : {}),
});
