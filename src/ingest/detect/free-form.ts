/**
 * Lines of no known layout that are about a request all the same. They have a method, a path and a status and, around them, a stamp, pids
 * and durations, in any order and with any delimiter ("2024-10-29 17:04:15,123 | GET | /api/x | 200 | 31ms | pid=811"). The shape that most
 * of them share becomes a layout.
 */
import type { Field } from '../../core/format.ts';
import { alikeBeginning, mostAlike } from './alike.ts';
import { type Cut, cutIntoColumns } from './free-columns.ts';
import { type FreeForm, resolveFields, unsaid } from './free-layout.ts';
import { type FreeKind, type FreePiece, freePieces, methodSource } from './free-pieces.ts';
import { findRequest, type Lacking, type Slot } from './free-slots.ts';
import { isOutgoing } from './key-meanings.ts';

const method = new RegExp(`(?<![A-Za-z])${methodSource}`);
const target = /(?<![\w.)])(?:\\?\/|https?:|\*(?!\w))|ur[il]["']?[=:] ?["']?[\w-]+(?:\.[\w-]+)+(?::\d+)?\//i;
const status = /(?<![\d.])[1-5]\d\d(?!\.?\d)/;

/** Whether the text has a method and a path, or a version of HTTP: a line with neither is about something else. */
export const looksLikeRequest = (text: string): boolean =>
  /HTTP\/\d/.test(text) || (method.test(text) && target.test(text));

/** Whether the line is about a request, with method, path and status. */
export const tellsOfRequest = (text: string): boolean =>
  method.test(text) && target.test(text) && status.test(text) && !isOutgoing(text);

const ownRequest = new RegExp(`(?<![A-Za-z])${methodSource} \\/`);
const timeSpent =
  /(?<![\w.])\d+(?:\.\d+)?(?:e-\d+)? ?(?:ms|msecs?|millis\w*|us|\u00b5s|\u00c2\u00b5s|s|secs?|seconds?)(?!\w)|(?<!\d)\d:\d\d:\d\d\.\d|(?:took|duration|elapsed|latency|time)\w*["']?[ :=]+\d/i;

const namedPath = '(?:path|uri|url|endpoint)["\']?[=:] ?["\']?\\/';
/** "{'url': '/a', 'method': 'GET', 'process_time': 0.12}" */
const ownNamedPath = new RegExp(namedPath);

/** Whether the line is about a request to this server and how long it took; it may lack the status. */
export const tellsOfTime = (text: string): boolean =>
  (ownRequest.test(text) || (ownNamedPath.test(text) && method.test(text))) &&
  timeSpent.test(text) &&
  !isOutgoing(text);

/** "GET /a 200 31ms": the status stands by itself. */
const bareStatus = /(?<=[\s|;)\]"])[1-5]\d\d(?=$|[\s|,;)\]"])/;

const answer = /(?:status|code|respon|complet|finish|answer|return|sent)\w*\W{1,4}[1-5]\d\d(?!\.?\w)/i;

/** Whether the line says how a request was answered and how long that took; it may lack what was requested. */
export const tellsOfAnswer = (text: string): boolean =>
  timeSpent.test(text) && (tellsOfStatus(text) || (bareStatus.test(text) && !isOutgoing(text)));

/** Whether the line says how a request was answered. */
export const tellsOfStatus = (text: string): boolean => answer.test(text) && !isOutgoing(text);

/** Frameworks log the whole URL that was requested: "Incoming request: GET http://localhost:8000/a". */
const ownPath = new RegExp(
  `(?<![A-Za-z])${methodSource} ["']?\\/|${namedPath}|(?:[Ii]ncoming|[Rr]eceived|[Ii]nbound)\\b.*(?<![A-Za-z])${methodSource} https?:`,
);

/** Whether the line is about the beginning of a request to this server. */
export const tellsOfStart = (text: string): boolean =>
  ownPath.test(text) && !answer.test(text) && !isOutgoing(text) && !(bareStatus.test(text) && timeSpent.test(text));

/** Share of the lines of a column that must look alike; otherwise the column is read as free text. */
const ALIKE = 0.9;

/** If this share of the lines looks alike in a column where others look different, they are a kind of line of their own. */
const PART = 0.25;

const alike = (texts: readonly string[]) => mostAlike(texts.map(freePieces));

const literal = (text: string): Slot => ({ kind: 'literal', text });

/** A text ends at the blank before one of these. */
const numeric = new Set<FreeKind>(['number', 'unit', 'spent', 'angled']);

/** Slots of texts that have the same number of words in each line: "user bob", "Request 7ce42c82". */
function eachWord(values: readonly string[]): Slot[] {
  const words = values.map((value) => value.split(' '));
  return words[0].flatMap((_, i): Slot[] => [
    ...(i > 0 ? [literal(' ')] : []),
    { kind: 'field', piece: 'word', values: words.map((list) => list[i]) },
  ]);
}

/** The slots of lines whose pieces have the same shape. */
const slotsOf = (pieces: readonly (readonly FreePiece[])[]): Slot[] =>
  pieces[0].flatMap(({ kind, text }, i): Slot[] => {
    if (kind === 'literal') return [literal(text)];
    const values = pieces.map((list) => list[i].text);
    const [behind, next] = pieces[0].slice(i + 1);
    const count = text.split(' ').length;
    const isApart =
      kind === 'words' &&
      behind?.text === ' ' &&
      !numeric.has(next?.kind) &&
      values.every((value) => value.split(' ').length === count);
    return isApart ? eachWord(values) : [{ kind: 'field', piece: kind, values }];
  });

/** A column whose texts do not look alike: any text, up to the delimiter. */
const anything = (values: readonly string[]): Slot => ({ kind: 'field', piece: 'quoted', values, bare: true });

/** Blanks before or behind a column as slots: none, one, or a field of several; null if some lines have blanks and others have none. */
function padding(texts: readonly string[], pattern: RegExp): Slot[] | null {
  const lengths = texts.map((text) => pattern.exec(text)?.[0].length ?? 0);
  if (lengths.every((length) => length === lengths[0] && length < 2)) return lengths[0] === 0 ? [] : [literal(' ')];
  return lengths.every((length) => length > 0)
    ? [{ kind: 'field', piece: 'blanks', values: texts.map((_, i) => ' '.repeat(1 + (i % 2))) }]
    : null;
}

/** The rows that have blanks at the edges of columns where most rows have them: a value may end in a blank. */
function evenlyPadded(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  let even = rows;
  for (let column = 0; column < rows[0].length; column++) {
    for (const edge of [/^ /, / $/]) {
      const isPadded = (row: readonly string[]) => edge.test(row[column]);
      const padded = even.filter(isPadded);
      if (padded.length === 0 || padded.length === even.length) continue;
      even = padded.length * 2 > even.length ? padded : even.filter((row) => !isPadded(row));
    }
  }
  return even;
}

/** The slots of columns: what their values share, and the blanks around them. */
interface ColumnSlots {
  readonly slots: readonly Slot[];
  /** The rows whose values look alike, unlike those of the other rows. null: all look alike, or these are no requests. */
  readonly part: ReadonlySet<readonly string[]> | null;
}

/** null: the blanks around the values differ. */
function columnSlots(rows: readonly (readonly string[])[], column: number): ColumnSlots | null {
  const whole = rows.map((row) => row[column]);
  const before = padding(whole, /^ */);
  const behind = padding(whole, / *$/);
  if (!before || !behind) return null;
  const inner = whole.map((text) => text.trim());
  const given = inner.flatMap((text, index) => (text === '-' || text === '' ? [] : [index]));
  const { lines, pieces } = alike(given.map((index) => inner[index]));
  const isAlike = lines.length > 0 && lines.length >= ALIKE * given.length;
  if (!isAlike) {
    const isPart = lines.length >= PART * rows.length && inner.filter(looksLikeRequest).length >= ALIKE * rows.length;
    const part = isPart ? new Set(lines.map((line) => rows[given[line]])) : null;
    return { slots: [...before, anything(inner), ...behind], part };
  }
  // Every slot needs a value for every line: lines that look different get "-".
  const byLine = new Map(lines.map((line, i) => [given[line], pieces[i]]));
  const slots = pieces[0].map(({ kind, text }, i): Slot => {
    if (kind === 'literal') return literal(text);
    return { kind: 'field', piece: kind, values: inner.map((_, line) => byLine.get(line)?.[i].text ?? '-') };
  });
  return { slots: [...before, ...slots, ...behind], part: null };
}

/** The slots of all columns, with the delimiter between them; null if there are none for some column. */
function slotsOfColumns({ rows: all, delimiter }: Cut): ColumnSlots | null {
  const rows = evenlyPadded(all);
  const slots: Slot[] = [];
  let part: ColumnSlots['part'] = null;
  for (let column = 0; column < rows[0].length; column++) {
    if (column > 0) slots.push(literal(delimiter));
    const found = columnSlots(rows, column);
    if (!found) return null;
    slots.push(...found.slots);
    part = found.part ?? part;
  }
  return { slots, part };
}

function slotsOfWholeLines(texts: readonly string[]): ColumnSlots | null {
  const { pieces } = alike(texts);
  return pieces.length === 0 ? null : { slots: slotsOf(pieces), part: null };
}

/**
 * Slots of lines that look alike except for their last words, such as a user agent without quotes. null: the common beginning is not about
 * a request.
 */
function slotsOfBeginning(texts: readonly string[]): readonly Slot[] | null {
  if (alike(texts).lines.length >= ALIKE * texts.length) return null;
  const cut = alikeBeginning(texts.map(freePieces), ALIKE);
  if (cut === null) return null;
  const ends = cut.lines.map((line, i) =>
    texts[line].slice(cut.pieces[i].reduce((sum, { text }) => sum + text.length, 0)),
  );
  const slots = slotsOf(cut.pieces);
  return findRequest(slots) === null ? null : [...slots, anything(ends)];
}

/** Whether the beginning of the lines has all kinds of fields that whole lines have. */
function tellsAsMuch(beginning: FreeForm, whole: FreeForm): boolean {
  const kinds = ({ tokens }: FreeForm) => tokens.flatMap((token) => ('field' in token ? [token.field.kind] : []));
  const had = new Set<Field['kind']>([...kinds(beginning), ...unsaid]);
  return kinds(whole).every((kind) => had.has(kind));
}

/**
 * @param texts lines that are about requests (latin-1)
 * @param lacking what the lines may lack
 */
export function findFreeForm(
  texts: readonly string[],
  spannedSeconds: number,
  lacking: Lacking = 'nothing',
): FreeForm | null {
  // Scanners ignore blanks at the end of a line.
  const cut = cutIntoColumns(texts.map((text) => text.replace(/ +$/, '')));
  const found = cut.delimiter === '' ? slotsOfWholeLines(texts) : slotsOfColumns(cut);
  if (!found) return null;
  const { slots, part } = found;
  const form = resolveFields(slots, spannedSeconds, lacking);
  const beginning = cut.delimiter === '' ? slotsOfBeginning(texts) : null;
  const begun = beginning && resolveFields(beginning, spannedSeconds, lacking);
  if (begun && (form === null || tellsAsMuch(begun, form))) return begun;
  if (form !== null || part === null) return form;
  // Two kinds of lines share the columns: "--> GET /a" and "<-- GET /a 200".
  const inPart = (isIn: boolean) =>
    cut.lines.filter((_, i) => part.has(cut.rows[i]) === isIn).map((line) => texts[line]);
  const [one, other] = [inPart(true), inPart(false)];
  if (other.length === 0) return null;
  return findFreeForm(one, spannedSeconds, lacking) ?? findFreeForm(other, spannedSeconds, lacking);
}
