/**
 * What names a request in the line that tells how it began and in the one that tells how it ended: an identifier ("request_id=7ce42c82"), or
 * the process that runs one request at a time ("#811").
 */

/** A place in a line: the word behind such a text, the nth of them. */
export interface Place {
  readonly before: string;
  readonly nth: number;
}

interface Word {
  readonly place: Place;
  readonly text: string;
}

const words = /[\w-]+/g;
const wordHere = /[\w-]+/y;
/** A name and a sign, a bracket, a blank. */
const lead = /(?:[A-Za-z_][\w.@-]*\\?["']?\s?[:=]\s?\\?["'[(<]?|[^\w\s]|\s|^)$/;
const LEAD_CHARACTERS = 40;
const MAX_WORDS = 80;

/** The words of a text, each with its place. */
function wordsOf(text: string): Word[] {
  const counts = new Map<string, number>();
  const found: Word[] = [];
  for (const match of text.matchAll(words)) {
    const before = lead.exec(text.slice(Math.max(0, match.index - LEAD_CHARACTERS), match.index))?.[0] ?? '';
    const nth = counts.get(before) ?? 0;
    counts.set(before, nth + 1);
    found.push({ place: { before, nth }, text: match[0] });
    if (found.length === MAX_WORDS) break;
  }
  return found;
}

const keyOf = ({ before, nth }: Place): string => `${nth} ${before}`;

/** The word at this place, null when the text has none. */
export function wordAt(text: string, place: Place): string | null {
  if (place.nth > 0 || place.before.length < 2) {
    const key = keyOf(place);
    return wordsOf(text).find((one) => keyOf(one.place) === key)?.text ?? null;
  }
  const at = text.indexOf(place.before);
  if (at < 0) return null;
  wordHere.lastIndex = at + place.before.length;
  return wordHere.exec(text)?.[0] ?? null;
}

const keys = /"[\w.@-]+"\s*:|[\w.@-]+=/g;
const beginning =
  /start|began|begin|receiv|incoming|inbound|enter|handling|accept|request(?![\w-])|--?>|\u2192|\u00e2\u0086\u0092|>>/i;

/** "[req7] GET /a": nothing but what was asked for. */
const requestAlone = /[\])|:-] ?[A-Z]{3,8} \/\S*(?: HTTP\/[\d.]+)?["']?$/;

/** Does the line say that something begins? What an application logs in the middle of a request may name its route as well. */
export const saysBegin = (text: string): boolean => beginning.test(text.replace(keys, ' ')) || requestAlone.test(text);

/** A line of a sample. */
export interface NamedLine {
  /** Its number in the input. */
  readonly number: number;
  readonly text: string;
  /** Method and path; '' where the line has none. */
  readonly route: string;
}

/** Where the name of a request stands in both lines. */
export interface RequestName {
  readonly begin: Place;
  readonly end: Place;
  /** No request is named as another one was; otherwise a name is given again when its request has ended. */
  readonly unique: boolean;
  /** Both lines name the route. */
  readonly sameRoute: boolean;
}

/** Share of the lines that have a word at a place. */
const MOST = 0.95;
/** Requests that had begun before the log are named in their ends only. */
const MOST_MATCH = 0.85;
/** So many of them, where the lines are few. */
const FEW_UNMATCHED = 2;
const ENOUGH_MATCHES = 6;
/** Of names that are given again: requests that begin while another one of that name goes on. */
const FEW_OVERLAP = 0.02;

/** Places at which nearly all of the lines have a word with a digit in it. */
function commonPlaces(lines: readonly NamedLine[]): Map<string, Place> {
  const counts = new Map<string, { place: Place; lines: number }>();
  for (const { text } of lines) {
    for (const { place, text: name } of wordsOf(text)) {
      if (!/\d/.test(name)) continue;
      const key = keyOf(place);
      const entry = counts.get(key) ?? { place, lines: 0 };
      entry.lines++;
      counts.set(key, entry);
    }
  }
  const common = [...counts].filter(([, entry]) => entry.lines >= MOST * lines.length);
  return new Map(common.map(([key, { place }]) => [key, place]));
}

interface Judged {
  readonly name: RequestName;
  readonly different: number;
}

/** How often lines with the same name met. */
interface Meetings {
  /** Of the lines that tell ends. */
  readonly names: Set<string>;
  /** Of a beginning and an end, and of those with routes, and the same ones. */
  matched: number;
  routes: number;
  sameRoute: number;
  /** Of a beginning and an end before it, or another beginning that had not ended. */
  again: number;
  overlapping: number;
}

/** Lets beginnings and ends meet in the order of their lines, by the words at these places. */
function meetingsOf(begins: readonly NamedLine[], ends: readonly NamedLine[], begin: Place, end: Place): Meetings {
  const lines = [...begins.map((line) => ({ line, begins: true })), ...ends.map((line) => ({ line, begins: false }))];
  lines.sort((a, b) => a.line.number - b.line.number);
  const open = new Map<string, NamedLine>();
  const ended = new Set<string>();
  const is: Meetings = { names: new Set(), matched: 0, again: 0, overlapping: 0, sameRoute: 0, routes: 0 };
  for (const { line, begins: isBegin } of lines) {
    const name = wordAt(line.text, isBegin ? begin : end);
    if (name === null) continue;
    const before = open.get(name);
    if (isBegin) {
      if (before) is.overlapping++;
      else open.set(name, line);
      if (ended.has(name)) is.again++;
      continue;
    }
    is.names.add(name);
    if (!before) continue;
    open.delete(name);
    ended.add(name);
    is.matched++;
    if (before.route === '' || line.route === '') continue;
    is.routes++;
    if (before.route === line.route) is.sameRoute++;
  }
  return is;
}

/** Do the words at these places name the requests? */
function judge(begins: readonly NamedLine[], ends: readonly NamedLine[], begin: Place, end: Place): Judged | null {
  const { names, matched, again, overlapping, sameRoute: same, routes } = meetingsOf(begins, ends, begin, end);
  const unique = again === 0 && names.size > 1;
  const sameRoute = routes > 0 && same >= MOST * routes;
  const isName =
    names.size > 1 &&
    areMatched(matched, ends.length, unique) &&
    (unique || overlapping <= FEW_OVERLAP * begins.length) &&
    (routes === 0 || sameRoute);
  return isName ? { name: { begin, end, unique, sameRoute }, different: names.size } : null;
}

/** Most of the lines that tell ends, or all but a few of enough, have a beginning. */
const areMatched = (matched: number, ends: number, unique: boolean): boolean =>
  matched >= MOST_MATCH * ends || (ends - matched <= FEW_UNMATCHED && matched >= ENOUGH_MATCHES && unique);

/** Of the words that could name the requests of these lines those that differ most; null when there are none. */
export function findRequestName(told: readonly NamedLine[], ends: readonly NamedLine[]): RequestName | null {
  const begins = told.filter(({ text }) => saysBegin(text));
  const ofBegin = commonPlaces(begins);
  let best: Judged | null = null;
  for (const [key, end] of commonPlaces(ends)) {
    const begin = ofBegin.get(key);
    const judged = begin ? judge(begins, ends, begin, end) : null;
    if (judged && judged.different > (best?.different ?? 0)) best = judged;
  }
  return best?.name ?? null;
}
