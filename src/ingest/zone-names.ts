/** Names of zones that mean the same offset everywhere. ("IST" and "CST", for example, do not, and are left out.) */
const offsets: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  Z: 0,
  WET: 0,
  WEST: 60,
  CET: 60,
  CEST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  JST: 540,
  AEST: 600,
  AEDT: 660,
  NZST: 720,
  NZDT: 780,
  EST: -300,
  EDT: -240,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
};

const MAX_NAME = 5;

/** Offset in minutes of the zone named at p, up to the next blank; NaN: the name is unknown or ambiguous. */
export function namedOffsetAt(b: Buffer, p: number): number {
  let end = p;
  while (end < p + MAX_NAME && b[end] > 64 && b[end] < 91) end++;
  return b[end] === 32 ? (offsets[b.toString('latin1', p, end)] ?? Number.NaN) : Number.NaN;
}
