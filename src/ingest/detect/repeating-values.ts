/** What numbers that come again tell: the size of an answer follows the request, a process serves many. */

/** Equal requests that are enough to see it. */
const ENOUGH_PAIRS = 5;

/**
 * The same for equal requests, and not for all: the size of an answer, and no pid, which depends on who answered.
 * @param requests what was asked for and answered in the line of each value
 */
function followsRequest(values: readonly string[], requests: readonly string[]): boolean {
  const seen = new Map<string, string>();
  let pairs = 0;
  let same = 0;
  values.forEach((value, line) => {
    const before = seen.get(requests[line]);
    seen.set(requests[line], value);
    if (before === undefined) return;
    pairs++;
    if (before === value) same++;
  });
  return new Set(values).size > 1 && pairs >= ENOUGH_PAIRS && same >= 0.9 * pairs;
}

/** Of sizes of one error: a page that shows where the program failed is not quite as long each time. */
const ALIKE = 0.2;

const areAlike = (a: string, b: string): boolean =>
  a === b || Math.abs(Number(a) - Number(b)) <= ALIKE * Math.max(Number(a), Number(b));

/**
 * Redirects and errors have about the same size each time: a number that differs between them is none.
 * @param requests what was asked for and answered in the line of each value, the status last
 */
export function isNoSize(values: readonly string[], requests: readonly string[]): boolean {
  const seen = new Map<string, string>();
  let pairs = 0;
  let different = 0;
  values.forEach((value, line) => {
    const request = requests[line];
    if (!/[345]\d\d$/.test(request)) return;
    const before = seen.get(request);
    seen.set(request, value);
    if (before === undefined) return;
    pairs++;
    if (!areAlike(before, value)) different++;
  });
  return pairs >= ENOUGH_PAIRS && different >= 0.8 * pairs;
}

/** Answers that have no body by law, and are enough to see that something else is told of them. */
const ENOUGH_WITHOUT_BODY = 3;

/**
 * The same where nearly every server writes the size, as in Combined: decimals, or answers that have no body by law and another
 * number each time, or redirects, whose sizes differ by the address alone.
 */
export function isNoSizeOfCombined(values: readonly string[], requests: readonly string[]): boolean {
  if (values.filter((value) => /^\d+\.\d+$/.test(value)).length * 2 > values.length) return true;
  const of = (status: RegExp) => values.flatMap((_, line) => (status.test(requests[line]) ? [line] : []));
  const empty = of(/ (?:204|304)$/).map((line) => values[line]);
  const areTimes = empty.every((value) => /^\d+$/.test(value)) && new Set(empty).size >= 0.8 * empty.length;
  const redirects = of(/ 30[12378]$/);
  return (
    (empty.length >= ENOUGH_WITHOUT_BODY && areTimes) ||
    isNoSize(
      redirects.map((line) => values[line]),
      redirects.map((line) => requests[line]),
    )
  );
}

/** Header fields of answers without a body may differ in length, but not by so much. */
const FAR_APART = 3;

/** Something else than the size, with headers or without: answers that have no body have other numbers each time, and far apart. */
export function isTimeOfEmpty(values: readonly string[], requests: readonly string[]): boolean {
  const empty = values.filter((value, line) => / (?:204|304)$/.test(requests[line]) && /^\d+$/.test(value)).map(Number);
  return (
    empty.length >= ENOUGH_WITHOUT_BODY &&
    new Set(empty).size >= 0.8 * empty.length &&
    Math.max(...empty) > FAR_APART * Math.max(1, Math.min(...empty))
  );
}

/** An answer of this status has no body, or that to a HEAD; that of a redirect may have a small one. */
const bodiless = /^HEAD | (?:204|304)$/;
const redirect = / 30\d$/;

/** A time that is 0 in some answers is not far from it in others. */
const FEW = 10;
const ENOUGH_EMPTY = 2;

/**
 * A size: it follows the request, or it is 0 where the answer has no body, and nowhere near it elsewhere.
 * @param requests what was asked for and answered in the line of each value, the status last
 */
export function isSize(values: readonly string[], requests: readonly string[]): boolean {
  if (followsRequest(values, requests)) return true;
  let empty = 0;
  const others = values.filter((value, line) => {
    const isNothing = value === '0' || value === '-';
    if (!bodiless.test(requests[line]) && !(isNothing && redirect.test(requests[line]))) return true;
    if (isNothing) empty++;
    return false;
  });
  return (
    empty >= ENOUGH_EMPTY &&
    empty === values.length - others.length &&
    others.length > empty &&
    others.every((value) => value !== '-' && Number(value) >= FEW)
  );
}

/** Lines that are enough to tell a process from what differs from request to request. */
const ENOUGH_LINES = 30;

/** Under a name that says something else as well ("process": how long processing took). */
export const FEW_PROCESSES = 8;

/** Processes and threads serve many requests each: what is another number each time is neither. */
export function mayRepeat(texts: readonly string[], enoughLines = ENOUGH_LINES): boolean {
  const numbers = texts.map((text) => text.replace(/[<>]/g, '')).filter((text) => /^\d+$/.test(text));
  return numbers.length < enoughLines || new Set(numbers).size * 10 < numbers.length * 8;
}
