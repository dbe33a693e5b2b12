/**
 * The suite generates the same cases every time, so that its result only depends on the change under test; `npm run fuzz` generates new
 * ones. Lists and texts are as long as their tests allow: by default, fast-check stops at ten.
 */
import fc from 'fast-check';

fc.configureGlobal({
  defaultSizeToMaxWhenMaxSpecified: true,
  ...(process.env.LOGSCOPE_FUZZ === undefined ? { seed: Number(process.env.LOGSCOPE_SEED ?? 20241029) } : {}),
});
