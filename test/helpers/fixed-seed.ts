/** The suite draws the same cases every time, so that it says of a change whether it broke something; `npm run fuzz` draws new ones. */
import fc from 'fast-check';

if (process.env.LOGSCOPE_FUZZ === undefined) {
  fc.configureGlobal({ seed: Number(process.env.LOGSCOPE_SEED ?? 20241029) });
}
