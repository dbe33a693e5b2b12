/** Dates in an order and with signs that no server writes by itself, as patterns of strftime. */

import type { DatePattern } from '../core/format.ts';

/** No log that is looked at is of an older year, as two digits, and no day is as large as this is as a year. */
export const [OLDEST_YEAR, FIRST_AS_YEAR] = [12, 20];

/** Of a date by the digits it has, and of the gap between it and the time of day. */
const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*';
const weekday = '(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?';
const gap = String.raw`(?: {1,2}|,|, |:|@| @ | at | \| |-| - |T|_)`;
const clock = String.raw`\d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?: ?[AP]M(?!\w))?`;
const zone = String.raw`(?: ?(?:Z|[+-]\d\d:?\d\d)(?!\d))?`;
const dates = [
  String.raw`\d{4}[-/.]\d\d[-/.]\d\d`,
  String.raw`20\d\d(?:0\d|1[0-2])(?:[0-2]\d|3[01])`,
  String.raw`\d{1,2}[- /]?${month}[- /]?\d{4}`,
  String.raw`\d{4}[- /]${month}[- /]\d{1,2}`,
  String.raw`${month} \d{1,2},? \d{4}`,
  String.raw`\d{1,2}[-/.]\d{1,2}[-/.]\d{4}`,
  // Chinese and Japanese signs for year, month and day, in UTF-8
  String.raw`\d{4}\u00e5\u00b9\u00b4\d{1,2}\u00e6\u009c\u0088\d{1,2}\u00e6\u0097\u00a5`,
];
/** "20260301T170415", "2026-03-01_17-04-15" */
const joined = [
  String.raw`20\d\d(?:0\d|1[0-2])(?:[0-2]\d|3[01])[-_T](?:[01]\d|2[0-4])[0-5]\d[0-5]\d`,
  String.raw`\d{4}-\d\d-\d\d[_T](?:[01]\d|2[0-4])-[0-5]\d-[0-5]\d`,
];
/** "17:04:15 01/03/2026" */
const clockFirst = String.raw`\d\d:\d\d:\d\d(?: |, | - )(?:\d\d[-/.]\d\d[-/.]\d{4}|\d{4}[-/.]\d\d[-/.]\d\d)(?!\d)`;

/** What such a date begins with: most of what a line holds begins otherwise, and is passed over at once. */
const beginning = String.raw`\d{4}[-/.]\d\d[-/.]|20\d{6}|\d{1,2}[-/. A-Z]|\d{4}[- /\u00e5][A-Z\d\u00b9]|\d\d:\d\d:\d\d[ ,]|[A-Z][a-z]{2,8}[ ,]`;

/** Behind a digit, a sign or a letter it would be part of something else. */
export const writtenDateSource = String.raw`(?=${beginning})(?<![\w/.:-])(?:${weekday}(?:${dates.join('|')})${gap}${clock}${zone}|(?:${joined.join('|')})(?!\d)${zone}|${clockFirst})`;
const writtenDate = new RegExp(`^(?:${writtenDateSource})`);

/** Directives by what stands there, tried in this order. */
const directives: readonly (readonly [RegExp, string])[] = [
  [/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*/, '%a'],
  [new RegExp(`^${month}`), '%b'],
  [/^\d{4}(?=[-/.]\d\d[-/.])/, '%Y'],
  [/^20\d{6}(?!\d)/, '%Y%m%d'],
  [/^\d{6}(?!\d)/, '%H%M%S'],
  [/^\d\d-\d\d-\d\d(?!\d)/, '%H-%M-%S'],
  [/^\d{1,2}:\d\d:\d\d(?!:\d\d)(?:[.,]\d+)?/, '%H:%M:%S%f'],
  [/^[AP]M/, '%p'],
  [/^\d{4}/, '%Y'],
];

/**
 * The pattern of such a stamp; null: it is none. Of "01/03/2026" the day is taken for the first number.
 * @param text a stamp, with what may stand behind it
 */
export function patternOf(text: string): DatePattern | null {
  const stamp = writtenDate.exec(text)?.[0];
  if (stamp === undefined) return null;
  let pattern = '';
  // Behind the year that ends "17:04:15 01-03-2026" there is none.
  let rest = /^\d\d:/.test(stamp) ? stamp : stamp.replace(new RegExp(`${zone}$`), '');
  // The numbers of a date that are not its year: its month stands between both, or its name elsewhere.
  let hasMonth = /[A-Z][a-z]{2}/.test(stamp.replace(/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*/, ''));
  const isDayFirst = !hasMonth && /(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.]\d{4}/.test(rest);
  while (rest !== '') {
    const known = directives.find(([look]) => look.test(rest));
    const digits = /^\d{1,2}/.exec(rest)?.[0];
    if (known) {
      pattern += known[1];
      rest = rest.replace(known[0], '');
    } else if (digits !== undefined) {
      const isDay = hasMonth || (isDayFirst && !pattern.includes('%d'));
      if (!isDay) hasMonth = true;
      pattern += isDay ? '%d' : '%m';
      rest = rest.slice(digits.length);
    } else {
      pattern += rest[0];
      rest = rest.slice(1);
    }
  }
  return pattern.startsWith('%') ? (pattern as DatePattern) : null;
}
