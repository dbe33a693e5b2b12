/** Explains the head of a log: reads it like any log, then looks at each line again and says what it was taken for. */
import type { StreamFacts } from '../core/batch.ts';
import type { ExplainedKind, ExplainedLine, Explanation, Label, StuckLine } from '../core/explanation.ts';
import type { Field, LogField, LogFormat } from '../core/format.ts';
import { createNames } from '../core/names.ts';
import { printable } from '../core/text.ts';
import { markBytes, returnsAsNewlines } from './bytes.ts';
import { columnsOf, fieldsOf } from './compile/recipe.ts';
import { fieldName } from './detect/closest.ts';
import { SLACK_BYTES } from './envelopes/line.ts';
import { recordsIn } from './joined-records.ts';
import type { Judged } from './judged.ts';
import type { Plan } from './plan.ts';
import { readHead } from './read-head.ts';
import { RecordLines } from './record-lines.ts';
import { Router } from './router.ts';
import { Tally } from './tally.ts';
import { createZone } from './zone.ts';

export interface ExplainOptions {
  readonly formats: readonly LogFormat[];
  readonly timezone?: string;
  readonly logFormat?: string;
}

const HEAD_BYTES = 1 << 20;
const MAX_TEXT = 1000;

const silent = new Set(['word', 'text', 'blanks', 'number', 'list']);

/** Cuts and cleans the text for display, and converts the positions of the labels from bytes to characters. */
function labelled(bytes: Buffer, number: number, labels: readonly Label[]): ExplainedLine {
  const cut = bytes.subarray(0, MAX_TEXT);
  const character = (at: number) => cut.toString('utf8', 0, Math.min(at, cut.length)).length;
  return {
    number,
    text: printable(cut.toString('utf8')),
    labels: labels
      .filter(({ from }) => from < cut.length)
      .map(({ from, to, name }) => ({ from: character(from), to: character(to), name })),
  };
}

function labelsOf({ parts }: Plan, { spans, start }: Extract<Judged, { kind: 'request' }>): Label[] {
  const { recipe, format, facts } = parts;
  const fields = fieldsOf(recipe);
  const { time } = columnsOf(recipe, format.written);
  // A layout that several servers write may declare one meaning while the order of the lines showed the other.
  const meansOther = (field: Field) =>
    field.kind === 'time' &&
    field.means !== 'written' &&
    (facts.stampMeaning === 'start') !== (field.means === 'start');
  return spans.flatMap(({ token, from, to }) => {
    const field = fields[token];
    if (!field || silent.has(field.kind) || to <= from) return [];
    const { stampMeaning: means } = facts;
    const shown = token === time && field.kind === 'time' && means && meansOther(field) ? { ...field, means } : field;
    return [{ from: from - start, to: to - start, name: fieldName(shown) }];
  });
}

/** How to make the server log what the lines lack: each setting once, with all that it provides. */
function missingOf({ enable }: LogFormat, { fields }: StreamFacts): ExplainedKind['missing'] {
  const wanted: readonly (readonly [LogField, boolean])[] = [
    ['time', fields.time],
    ['pid', fields.worker],
    ['duration', fields.duration],
  ];
  const ways = new Map<string, LogField[]>();
  for (const [field, isThere] of wanted) {
    const way = enable.find(({ gives }) => gives.includes(field));
    if (!isThere && way) ways.set(way.how, [...(ways.get(way.how) ?? []), field]);
  }
  return [...ways].map(([how, what]) => ({ what, how }));
}

/** Lines of one kind: their number, and the first of them. */
interface Seen {
  lines: number;
  readonly first: ExplainedLine;
}

/** Looks again at lines that a router has read, and keeps what each was taken for. */
class SecondLook {
  readonly #kinds = new Map<Plan, Seen>();
  readonly #own = new Map<string, Seen>();
  readonly #stuck: StuckLine[] = [];
  readonly #router: Router;
  /** By line number: why the line was not read. */
  readonly #reasons: ReadonlyMap<number, string>;

  constructor(router: Router) {
    this.#router = router;
    this.#reasons = new Map(router.tally.examples.map(({ line, reason }) => [line, reason]));
  }

  line(b: Buffer, v: DataView, from: number, to: number, number: number): void {
    const judged = this.#router.judge(b, v, from, to, this.#reasons.has(number));
    const records = judged.kind === 'nothing' ? recordsIn(b, from, to) : [];
    if (records.length > 0) {
      for (const { b, v, length } of records) this.line(b, v, 0, length, number);
    } else if (judged.kind === 'request') {
      const { plan } = judged;
      const first = () => labelled(judged.b.subarray(judged.start, judged.end), number, labelsOf(plan, judged));
      count(this.#kinds, plan, first);
    } else if (judged.kind === 'own') {
      count(this.#own, judged.format, () => labelled(b.subarray(from, to), number, []));
    } else if (judged.kind === 'nothing') {
      const reason = this.#reasons.get(number);
      if (reason !== undefined) this.#stuck.push(stuckLine(judged, number, reason));
    }
  }

  /** @param complete the head is the whole input */
  explanation(complete: boolean): Explanation {
    const { tally } = this.#router;
    const told = [...this.#kinds].reduce((sum, [{ retells }, { lines }]) => sum + (retells ? lines : 0), 0);
    return {
      lines: tally.lines,
      complete,
      kinds: [...this.#kinds]
        .map(([plan, seen]) => explainedKind(plan, seen))
        .sort((a, b) => Number(b.tells === 'requests') - Number(a.tells === 'requests') || b.lines - a.lines),
      own: [...this.#own].map(([format, entry]) => ({ format, ...entry })),
      continuation: tally.continuation - told,
      unparsed: tally.unparsed,
      unrelated: tally.unrelated,
      stuck: this.#stuck,
      assumptions: [...(tally.misfit === null ? [] : [tally.misfit]), ...tally.assumptions],
    };
  }
}

function count<Kind>(seen: Map<Kind, Seen>, kind: Kind, first: () => ExplainedLine): void {
  const known = seen.get(kind);
  if (known) known.lines++;
  else seen.set(kind, { lines: 1, first: first() });
}

function stuckLine(judged: Extract<Judged, { kind: 'nothing' }>, number: number, reason: string): StuckLine {
  const { b, start, end, best } = judged;
  const line = labelled(b.subarray(start, end), number, best ? [{ from: best.at, to: best.at, name: '' }] : []);
  return {
    number,
    text: line.text,
    reason,
    best: best?.name ?? null,
    // At the end of the line, or behind the part of it that is shown.
    at: best ? (line.labels[0]?.from ?? line.text.length) : 0,
    expected: best?.expected ?? null,
  };
}

function explainedKind(plan: Plan, { first, lines }: Seen): ExplainedKind {
  const { format, layout, facts } = plan.parts;
  const kind = { format: format.id, layout, facts, first };
  return plan.retells
    ? { ...kind, tells: plan.begins ? 'begun' : 'again', lines, missing: [] }
    : { ...kind, tells: 'requests', lines: plan.requests, missing: missingOf(format, facts) };
}

export function explainHead(head: Buffer, complete: boolean, options: ExplainOptions): Explanation {
  const padded = Buffer.alloc(head.length + 1 + SLACK_BYTES);
  head.copy(padded);
  let limit = head.length;
  if (complete && limit > 0 && padded[limit - 1] !== 10) padded[limit++] = 10;
  if (!head.includes(10)) returnsAsNewlines(padded, head.length);
  const view = new DataView(padded.buffer, padded.byteOffset, padded.length);
  const router = new Router({
    source: 0,
    names: createNames(),
    sink: { batch: () => {}, lifecycle: () => {} },
    formats: options.formats,
    logFormat: options.logFormat ?? null,
    zone: createZone(options.timezone),
    zoneGiven: options.timezone !== undefined,
    arrivalClock: null,
    nowMicros: () => Date.now() * 1000,
    maxLineBytes: HEAD_BYTES,
    kernels: null,
  });
  const last = limit === 0 ? -1 : padded.lastIndexOf(10, limit - 1);
  router.lines(padded, view, last + 1, 0);
  router.end();

  const look = new SecondLook(router);
  const seen = new Tally();
  const records = new RecordLines(seen, (b, v, from, to) => look.line(b, v, from, to, seen.lines));
  for (let pos = markBytes(padded); pos <= last; ) {
    const newline = padded.indexOf(10, pos);
    seen.lines++;
    records.line(padded, view, pos, padded[newline - 1] === 13 && newline > pos ? newline - 1 : newline, pos);
    pos = newline + 1;
  }
  records.end();
  return look.explanation(complete);
}

/** @throws UserError if the input cannot be read */
export async function explain(path: string, options: ExplainOptions): Promise<Explanation> {
  const { head, complete } = await readHead(path, HEAD_BYTES);
  return explainHead(head, complete, options);
}
