/**
 * Merges a layout and the envelopes around it into one layout: "2024-10-29T17:04:15.123456789Z stdout F " or {"log":" in front of a line
 * become part of it, so that a line is scanned once and where it is. Made from what the sampled lines look like; from lines that look
 * different, envelopes are peeled off one after the other.
 */
import type { Field, StampShape } from '../../core/format.ts';
import type { Columns } from '../compile/columns.ts';
import { isLiteral, type Token, tidy } from '../compile/layout.ts';
import { compile, type Recipe } from '../compile/recipe.ts';
import type { Runtime } from '../compile/runtime.ts';
import { blankBatch, type Plan, type Told, type WholeLines } from '../plan.ts';
import { copyRow } from '../rows.ts';
import type { Zone } from '../zone.ts';

/** A sampled line: the whole of it, and its text without envelopes, which is in the same buffer. */
export interface WrappedLine extends Told {
  readonly whole: { readonly start: number; readonly end: number };
  readonly start: number;
  readonly end: number;
}

export interface FuseParts {
  readonly plan: Plan;
  readonly columns: Columns;
  readonly zone: Zone;
  readonly b: Buffer;
  readonly v: DataView;
  readonly lines: readonly WrappedLine[];
  readonly runtime: Runtime;
  readonly workerName: (worker: number) => string;
  readonly threadName: (thread: number) => string;
}

const LOOKED_AT = 64;
/** Envelopes that only stand in front of the line and leave it unchanged. */
const inFront = new Set(['cri', 'stamped', 'kubectl', 'compose', 'syslog', 'platform']);

type Piece =
  | { readonly shape: StampShape; readonly text: string }
  | { readonly digits: string }
  | { readonly text: string };

const stamps: readonly (readonly [StampShape, string])[] = [
  ['iso', '\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d+)?(?:Z|[+-]\\d\\d:?\\d\\d)?'],
  ['syslog', '[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?'],
  ['epoch-s', '\\d{10}\\.\\d+'],
];
const piece = new RegExp(
  `${stamps.map(([, source]) => `(${source})`).join('|')}|(\\d+)|([^\\d]+?(?=\\d|[A-Z][a-z]{2} [ \\d]\\d |$))`,
  'g',
);

function split(text: string): Piece[] {
  return [...text.matchAll(piece)].map((match): Piece => {
    const index = match.slice(1).findIndex((group) => group !== undefined);
    if (index < stamps.length) return { shape: stamps[index][0], text: match[0] };
    return index === stamps.length ? { digits: match[0] } : { text: match[0] };
  });
}

const lookOf = (pieces: readonly Piece[]): string =>
  pieces.map((one) => ('shape' in one ? `<${one.shape}>` : 'digits' in one ? '<digits>' : one.text)).join('');

interface Around {
  /** What the envelopes say of each line; '' for nothing. */
  readonly workers: readonly string[];
  readonly threads: readonly string[];
  readonly use: Collected['use'];
  readonly tickMicros: number;
}

/** Text around the lines as tokens; what is the same on all of them is a literal. null: they do not look alike. */
function around(texts: readonly string[], { workers, threads, use, tickMicros }: Around): Token[] | null {
  const split0 = split(texts[0]);
  const all = texts.map(split);
  if (all.some((pieces) => lookOf(pieces) !== lookOf(split0))) return null;
  const last = split0.findLastIndex((one) => 'shape' in one);
  return split0.map((one, i): Token => {
    if ('shape' in one) {
      return { field: { kind: 'collected', shape: one.shape, use: i === last ? use : 'ignored', tickMicros } };
    }
    if (!('digits' in one)) return { literal: one.text };
    const values = all.map((pieces) => (pieces[i] as { digits: string }).digits);
    if (values.every((value, line) => value === workers[line])) return { field: { kind: 'pid' } };
    if (values.every((value, line) => value === threads[line])) return { field: { kind: 'thread' } };
    return values.every((value) => value === one.digits) ? { literal: one.digits } : { field: { kind: 'number' } };
  });
}

type Collected = Extract<Field, { kind: 'collected' }>;

/** Fields that are read in the same way whether the text around them is escaped or not. */
const sameEscaped = new Set<Field['kind']>([
  'client',
  'time',
  'duration',
  'request',
  'status',
  'status-phrase',
  'bytes',
  'pid',
  'text',
  'word',
  'number',
  'list',
  'level',
  'level-prefix',
  'blanks',
]);

/** The tokens of a layout inside a JSON string; null if some would be read differently there. @param angled the pid stands in \u003c… */
function escaped(tokens: readonly Token[], angled: boolean): Token[] | null {
  if (tokens.some((token) => !isLiteral(token) && !sameEscaped.has(token.field.kind))) return null;
  return tokens.flatMap((token): Token[] => {
    if (isLiteral(token)) return [{ literal: token.literal.replace(/["\\]/g, '\\$&') }];
    if (token.field.kind === 'request') return [{ field: { ...token.field, plain: true } }];
    if (token.field.kind === 'pid' && angled) return [{ literal: '\\u003c' }, token, { literal: '\\u003e' }];
    if (token.field.kind === 'status-phrase') return [{ field: { kind: 'status' } }, { field: { kind: 'text' } }];
    return [token];
  });
}

const withoutPid = (token: Token): Token =>
  !isLiteral(token) && token.field.kind === 'pid' ? { field: { kind: 'number' } } : token;

/** A line as it may stand in a JSON string: Go escapes "<", ">" and "&" as \u003c and so on. */
const jsonForms = (line: string): string[] => {
  const plain = JSON.stringify(line).slice(1, -1);
  const go = plain.replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
  return [plain, go];
};

/** Head and tail of the JSON records around lines that they hold as strings; null if a line is not found in its record. */
function recordParts(texts: readonly { whole: string; line: string }[]): { head: string; tail: string }[] | null {
  const parts = texts.flatMap(({ whole, line }) => {
    const form = jsonForms(line).find((text) => whole.includes(`"${text}`));
    if (form === undefined) return [];
    const at = whole.indexOf(`"${form}`) + 1;
    return [{ head: whole.slice(0, at), tail: whole.slice(at + form.length) }];
  });
  return parts.length === texts.length ? parts : null;
}

/** Colour codes around the lines, if they are the same on all of them. null otherwise: codes inside the lines have to be stripped. */
function coloured(
  tokens: readonly Token[],
  lines: readonly WrappedLine[],
  text: (from: number, to: number) => string,
): Token[] | null {
  const [{ whole, start, end }] = lines;
  const first = text(whole.start, whole.end);
  const at = first.indexOf(text(start, end));
  if (at < 0) return null;
  const front = first.slice(0, at);
  const back = first.slice(at + end - start);
  const alike = lines.every(
    (line) => text(line.whole.start, line.whole.end) === front + text(line.start, line.end) + back,
  );
  return alike ? [{ literal: front }, ...tokens, { literal: back }] : null;
}

function fusedTokens({ plan, b, lines, workerName, threadName }: FuseParts): Token[] | null {
  const { recipe, chain, envelopeTime, envelopeWorker, envelopeThread, coarse } = plan.parts;
  if (!('tokens' in recipe) || chain.length === 0) return null;
  const text = (from: number, to: number) => b.toString('latin1', from, to);
  const told: Around = {
    workers: lines.map(({ worker }) => (envelopeWorker && worker >= 0 ? workerName(worker) : '')),
    threads: lines.map(({ thread }) => (envelopeThread && thread >= 0 ? threadName(thread) : '')),
    use: envelopeTime,
    tickMicros: coarse?.resolutionMicros ?? 0,
  };
  const plainPid = envelopeWorker ? (token: Token) => token : withoutPid;
  if (chain.every(({ id }) => inFront.has(id))) {
    const fronts = lines.map(({ whole, start, end }) => text(whole.start, whole.end - (end - start)));
    const unchanged = lines.every(
      ({ whole, start, end }, i) => text(whole.start, whole.end) === fronts[i] + text(start, end),
    );
    const front = unchanged ? around(fronts, told) : null;
    if (!front) return null;
    return [...front.map(plainPid), ...recipe.tokens];
  }
  if (chain.length !== 1) return null;
  if (chain[0].id === 'ansi') return coloured(recipe.tokens, lines, text);
  if (chain[0].id !== 'docker' && chain[0].id !== 'json') return null;
  const texts = lines.map(({ whole, start, end }) => ({ whole: text(whole.start, whole.end), line: text(start, end) }));
  const inside = escaped(
    recipe.tokens,
    texts.every(({ whole, line }) => /<\d+>/.test(line) && /\\u003c\d/.test(whole)),
  );
  const records = recordParts(texts);
  if (!inside || !records) return null;
  const { use } = told;
  // The stamp of a record stands either before or behind the line.
  const stampIn = (texts: readonly string[]) => split(texts[0]).some((one) => 'shape' in one);
  const inTail = stampIn(records.map(({ tail }) => tail));
  const head = around(
    records.map((one) => one.head),
    { ...told, use: inTail ? 'ignored' : use },
  );
  const tail = around(
    records.map((one) => one.tail),
    told,
  );
  return head && tail && [...head.map(plainPid), ...inside, ...tail.map(plainPid)];
}

/** How to scan whole lines, envelopes included; null if the lines do not allow it. */
export function fuse(parts: FuseParts): WholeLines | null {
  const { plan, columns, zone, b, v, runtime } = parts;
  const lines = parts.lines.slice(0, LOOKED_AT);
  // Workers of a second host get other names: such lines are peeled.
  if (lines.length === 0 || lines.some(({ host }) => host > 1)) return null;
  const fused = fusedTokens({ ...parts, lines });
  if (!fused || !('tokens' in plan.parts.recipe)) return null;
  const tokens = tidy(fused);
  const { tokens: inner } = plan.parts.recipe;
  const shift = (index: number) => tokens.indexOf(inner[index]);
  const recipe: Recipe = { tokens };
  const shifted = {
    ...columns,
    time: columns.time < 0 ? -1 : shift(columns.time),
    duration: columns.duration.map(shift),
  };
  const scan = compile(recipe, shifted, runtime, { zone });
  const batch = blankBatch(plan.parts.facts, 0);
  const twin = plan.twin();
  let taken = 0;
  const agrees = lines.every((line) => {
    batch.length = 0;
    twin.batch.length = 0;
    scan(b, v, line.whole.start, line.whole.start + 1, batch, 0);
    twin.take(b, v, line.start, line.whole.start, line, runtime);
    // A line that only the slow way takes is left to it.
    if (batch.length === 0) return true;
    taken++;
    return twin.batch.length === 1 && JSON.stringify(copyRow(batch, 0)) === JSON.stringify(copyRow(twin.batch, 0));
  });
  return agrees && taken * 2 > lines.length ? { scan, recipe, columns: shifted, zone, runtime } : null;
}
