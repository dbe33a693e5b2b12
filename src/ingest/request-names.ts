/**
 * What identifies a request both in the line about its beginning and in the line about its end: an identifier ("request_id=7ce42c82"), or
 * the process, if it runs one request at a time ("#811").
 */

/** A place in a line: the word behind the nth occurrence (from 0) of the text `before`. */
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
/** A key with a sign, a bracket or another sign, or a blank. */
const lead = /(?:[A-Za-z_][\w.@-]*\\?["']?\s?[:=]\s?\\?["'[(<]?|[^\w\s]|\s|^)$/;
const LEAD_CHARACTERS = 40;
const MAX_WORDS = 80;

/** The words of a text with their places. */
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

/** The word at this place; null: the text has none. */
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

/** "[req7] GET /a": the line ends with the request. */
const requestAlone = /[\])|:-] ?[A-Z]{3,8} \/\S*(?: HTTP\/[\d.]+)?["']?$/;

/** Whether the line says that something begins. What an application logs during a request may name its route as well. */
export const saysBegin = (text: string): boolean => beginning.test(text.replace(keys, ' ')) || requestAlone.test(text);

/** A line of a sample. */
export interface NamedLine {
  /** Line number in the input. */
  readonly number: number;
  readonly text: string;
  /** Method and path; '' if the line has none. */
  readonly route: string;
}

/** Where the name of a request stands in both kinds of lines. */
export interface RequestName {
  readonly begin: Place;
  readonly end: Place;
  /** Every request has a name of its own; otherwise, a name is reused after its request has ended. */
  readonly unique: boolean;
  /** Both lines name the route. */
  readonly sameRoute: boolean;
}

/** Share of the lines that must have a word at a place, or the same route. */
const MOST = 0.95;
/** At least this share of the ends must have a beginning: requests that began before the log have none. */
const MOST_MATCH = 0.85;
/** Or, if there are few lines: at most the first number of ends have no beginning, and at least the second number have one. */
const FEW_UNMATCHED = 2;
const ENOUGH_MATCHES = 6;
/** Of names that are reused: the most requests, as a share, that may begin while another one with the name runs. */
const FEW_OVERLAP = 0.02;

/** Places at which nearly all lines have a word with a digit in it. */
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

/** How often beginnings and ends with the same name met. */
interface Meetings {
  /** Names in the lines about ends. */
  readonly names: Set<string>;
  /** Pairs of beginning and end; those of them that both have a route; and those whose routes are the same. */
  matched: number;
  routes: number;
  sameRoute: number;
  /** Beginnings whose name was used by a request that had ended; and by one that had not. */
  again: number;
  overlapping: number;
}

/** Pairs beginnings and ends in the order of their lines, by the words at these places. */
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

/** Whether the words at these places name the requests; null: they do not. */
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

/** Whether most of the ends have a beginning, or all but a few of enough. */
const areMatched = (matched: number, ends: number, unique: boolean): boolean =>
  matched >= MOST_MATCH * ends || (ends - matched <= FEW_UNMATCHED && matched >= ENOUGH_MATCHES && unique);

/** Of the places whose words could name the requests, the one with the most different words; null: there is none. */
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
