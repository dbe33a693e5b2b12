/** What repetition shows about numbers: the size of an answer depends on the request, and a process serves many requests. */

/** So many pairs of equal requests are enough. */
const ENOUGH_PAIRS = 5;

/**
 * Whether values are the same for equal requests and differ otherwise, like the size of an answer. A pid does not, as it depends on which
 * worker answered.
 * @param requests by line: what was requested and how it was answered
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

/** Sizes of the same error differ by at most this share: a page that shows where the program failed varies in length. */
const ALIKE = 0.2;

const areAlike = (a: string, b: string): boolean =>
  a === b || Math.abs(Number(a) - Number(b)) <= ALIKE * Math.max(Number(a), Number(b));

/**
 * Whether these are no sizes: redirects and errors have about the same size each time, and these values differ.
 * @param requests by line: what was requested and how it was answered, the status last
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

/** So many requests that have several of the same few numbers show that these do not depend on the request. */
const ENOUGH_SHARING = 3;
const MOST_PROCESSES = 64;

/**
 * Whether these are no sizes: different requests have the same few numbers, in turn, as the processes that answer them. The size of an answer
 * depends on the request.
 * @param requests by line: what was requested and how it was answered
 */
export function areShared(values: readonly string[], requests: readonly string[]): boolean {
  const distinct = new Set(values).size;
  if (distinct < 2 || distinct > MOST_PROCESSES || distinct * 8 > values.length) return false;
  const byRequest = new Map<string, Set<string>>();
  requests.forEach((request, line) => {
    const of = byRequest.get(request) ?? new Set();
    byRequest.set(request, of.add(values[line]));
  });
  return [...byRequest.values()].filter(({ size }) => size * 2 > distinct && size > 1).length >= ENOUGH_SHARING;
}

/** Fewest answers without a body (204, 304) that decide. */
const ENOUGH_WITHOUT_BODY = 3;

/**
 * The same test where nearly every server writes the size, as in Combined. These are no sizes if they have decimals, if answers that have
 * no body (204, 304) differ each time, or if redirects, which have nearly the same size, differ.
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

/** Sizes of answers without a body may vary with their headers, but by less than this factor. */
const FAR_APART = 3;

/** Whether these are no sizes, with headers or without: answers without a body have a different number each time, and these are far apart. */
export function isTimeOfEmpty(values: readonly string[], requests: readonly string[]): boolean {
  const empty = values.filter((value, line) => / (?:204|304)$/.test(requests[line]) && /^\d+$/.test(value)).map(Number);
  return (
    empty.length >= ENOUGH_WITHOUT_BODY &&
    new Set(empty).size >= 0.8 * empty.length &&
    Math.max(...empty) > FAR_APART * Math.max(1, Math.min(...empty))
  );
}

/** Answers that have no body: with one of these statuses, or to HEAD. A redirect may have a small one. */
const bodiless = /^HEAD | (?:204|304)$/;
const redirect = / 30\d$/;

/** Times that are 0 for some answers are below this for others. */
const FEW = 10;
const ENOUGH_EMPTY = 2;

/**
 * Whether these are sizes: they depend on the request, or they are 0 where the answer has no body and much larger elsewhere.
 * @param requests by line: what was requested and how it was answered, the status last
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

/** Fewest lines that distinguish a process from a number that differs with each request. */
const ENOUGH_LINES = 30;

/** The same for a name that may mean something else ("process": how long processing took). */
export const FEW_PROCESSES = 8;

/** Whether these may be processes or threads, which serve many requests each: numbers that nearly all differ are not. */
export function mayRepeat(texts: readonly string[], enoughLines = ENOUGH_LINES): boolean {
  const numbers = texts.map((text) => text.replace(/[<>]/g, '')).filter((text) => /^\d+$/.test(text));
  return numbers.length < enoughLines || new Set(numbers).size * 10 < numbers.length * 8;
}
