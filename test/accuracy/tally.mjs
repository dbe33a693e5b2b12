/** Counts verdicts by level and measure, shares for the floor, and claims by confidence. */
import { MEASURES, WAITS } from './judge.mjs';
import { LEVEL_NAMES } from './recordings.mjs';

const KINDS = ['right', 'near', 'silent', 'wrong'];
const STRUCTURE = MEASURES.filter((measure) => !WAITS.has(measure));

/** Counts of verdicts by measure. A log that could not be read counts as wrong everywhere. */
function tallyOf(rows) {
  const tally = Object.fromEntries(MEASURES.map((m) => [m, { right: 0, near: 0, silent: 0, wrong: 0 }]));
  for (const { verdicts } of rows)
    for (const measure of MEASURES) {
      if (!verdicts) tally[measure].wrong += 1;
      else if (verdicts[measure]) tally[measure][verdicts[measure].verdict] += 1;
    }
  return tally;
}

/** Values that the floor limits: shares in % (null: nothing was asked), and the number of wrong answers. */
function sharesOf(tally) {
  const sum = (measures, kinds) => measures.flatMap((m) => kinds.map((k) => tally[m][k])).reduce((a, b) => a + b, 0);
  const share = (measures, kinds) => {
    const all = sum(measures, KINDS);
    return all === 0 ? null : Math.round((1000 * sum(measures, kinds)) / all) / 10;
  };
  const waits = [...WAITS];
  return {
    structure_right: share(STRUCTURE, ['right']),
    waits_right: share(waits, ['right']),
    waits_right_or_near: share(waits, ['right', 'near']),
    wrong: sum(MEASURES, ['wrong']),
  };
}

/** {level: {tally, shares}} for every level and for all logs together. */
export function tallyByLevel(rows) {
  const of = (level) => {
    const tally = tallyOf(level === 'all' ? rows : rows.filter((row) => row.level === level));
    return [level, { tally, shares: sharesOf(tally) }];
  };
  return Object.fromEntries([...LEVEL_NAMES, 'all'].map(of));
}

/** In words: where values are below `floor`, which is {level: {share: bound}}. */
export function belowFloor(levels, floor) {
  return Object.entries(floor).flatMap(([level, bounds]) =>
    Object.entries(bounds).flatMap(([share, bound]) => {
      const got = levels[level].shares[share];
      const holds = share === 'wrong' ? got <= bound : got !== null && got >= bound;
      return holds ? [] : [`${level}: ${share} is ${got}, the floor is ${bound}`];
    }),
  );
}

/** Lower ends of the bands of confidence. */
const BANDS = [0, 0.6, 0.8, 0.9, 0.97];

/** Claims by measure and band of confidence: their number, their mean confidence, and how many were true. */
export function calibrationOf(rows) {
  return MEASURES.flatMap((measure) =>
    BANDS.flatMap((from, i) => {
      const claims = rows
        .map(({ verdicts }) => verdicts?.[measure]?.claim)
        .filter((claim) => claim && claim.confidence >= from && claim.confidence < (BANDS[i + 1] ?? Infinity));
      if (claims.length === 0) return [];
      const claimed = claims.reduce((sum, claim) => sum + claim.confidence, 0) / claims.length;
      const held = claims.filter((claim) => claim.holds).length;
      return [{ measure, from, claims: claims.length, claimed, held }];
    }),
  );
}
