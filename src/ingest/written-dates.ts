/** Dates in an order and with signs that no server writes by default, as patterns for strftime. */

import type { DatePattern } from '../core/format.ts';

/** Two-digit years: no log is from before the first, and no number from the second on is taken for a day. */
export const [OLDEST_YEAR, FIRST_AS_YEAR] = [12, 20];

/** Parts of a date, the gaps between date and time of day, and the dates, by the number of digits they have. */
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
  // Chinese and Japanese signs for year, month and day, as bytes of UTF-8.
  String.raw`\d{4}\u00e5\u00b9\u00b4\d{1,2}\u00e6\u009c\u0088\d{1,2}\u00e6\u0097\u00a5`,
];
/** "20260301T170415", "2026-03-01_17-04-15" */
const joined = [
  String.raw`20\d\d(?:0\d|1[0-2])(?:[0-2]\d|3[01])[-_T](?:[01]\d|2[0-4])[0-5]\d[0-5]\d`,
  String.raw`\d{4}-\d\d-\d\d[_T](?:[01]\d|2[0-4])-[0-5]\d-[0-5]\d`,
];
/** "17:04:15 01/03/2026" */
const clockFirst = String.raw`\d\d:\d\d:\d\d(?: |, | - )(?:\d\d[-/.]\d\d[-/.]\d{4}|\d{4}[-/.]\d\d[-/.]\d\d)(?!\d)`;

/** Beginnings of such dates. Most of a line begins differently, and is skipped at once. */
const beginning = String.raw`\d{4}[-/.]\d\d[-/.]|20\d{6}|\d{1,2}[-/. A-Z]|\d{4}[- /\u00e5][A-Z\d\u00b9]|\d\d:\d\d:\d\d[ ,]|[A-Z][a-z]{2,8}[ ,]`;

/** After a digit, a sign or a letter it would be part of something else. */
export const writtenDateSource = String.raw`(?=${beginning})(?<![\w/.:-])(?:${weekday}(?:${dates.join('|')})${gap}${clock}${zone}|(?:${joined.join('|')})(?!\d)${zone}|${clockFirst})`;
const writtenDate = new RegExp(`^(?:${writtenDateSource})`);

/** Directives by the text that they stand for, tried in this order. */
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
 * The pattern of such a stamp; null: it is none. In "01/03/2026", the first number is taken for the day.
 * @param text begins with a stamp, and may continue
 */
export function patternOf(text: string): DatePattern | null {
  const stamp = writtenDate.exec(text)?.[0];
  if (stamp === undefined) return null;
  let pattern = '';
  // A stamp that ends in a year ("17:04:15 01-03-2026") has no zone behind it.
  let rest = /^\d\d:/.test(stamp) ? stamp : stamp.replace(new RegExp(`${zone}$`), '');
  // Numbers of a date besides the year are day and month; if the month has a name, the number is the day.
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
