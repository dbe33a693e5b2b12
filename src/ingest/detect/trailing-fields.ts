/**
 * Fields that a user appended to a known layout, found without being told: "pid=<12> us=340", "<12> 340",
 * 'rt=0.1 urt="0.1, 0.2"', "12ms", bare numbers. The shape that most sampled lines share becomes further tokens of the layout.
 */
import type { Field, TimeUnit } from '../../core/format.ts';
import type { Token } from '../compile/layout.ts';
import { guessUnit } from './units.ts';

export interface TrailingFields {
  readonly tokens: Token[];
  /** What was assumed, one sentence each. */
  readonly assumptions: string[];
  /** Id of the format that these fields prove, or null. */
  readonly proves: string | null;
}

interface Part {
  readonly key: string;
  readonly value: string;
}

const part = / +(?:([A-Za-z_][\w.-]*)=)?("(?:[^"\\]|\\.)*"|<[^>"]*>|[^\s"<]\S*|(?=$| ))/y;

/** The parts of one line's rest, or null when it does not fall into parts. */
function split(rest: string): Part[] | null {
  const parts: Part[] = [];
  part.lastIndex = 0;
  while (part.lastIndex < rest.length) {
    const at = part.lastIndex;
    const match = part.exec(rest);
    if (!match || part.lastIndex === at) return null;
    parts.push({ key: match[1] ?? '', value: match[2] });
    if (parts.length > 60) return null;
  }
  return parts;
}

const shapeOf = ({ key, value }: Part): string =>
  `${key}=${value.startsWith('"') ? '"' : value.startsWith('<') ? '<' : ''}`;

type Meaning =
  | { readonly field: Field; readonly proves?: string }
  | { readonly unit: 'by value'; readonly covers: 'service' | 'response' };

const duration = (unit: TimeUnit, covers: 'service' | 'response' = 'service', fine?: true): Meaning => ({
  field: { kind: 'duration', unit, covers, ...(fine ? { fine } : {}) },
});

/** Keys as people write them in access formats. Single letters are gunicorn's atoms. */
const byKey: readonly (readonly [RegExp, Meaning])[] = [
  [/^(p|pid|process|worker_?pid|process_?id)$/i, { field: { kind: 'pid' } }],
  [/^(tid|thread|thread_?id|thread_?name)$/i, { field: { kind: 'thread' } }],
  [/^D$/, duration('us')],
  [/^M$/, duration('ms')],
  [/^T$/, duration('s')],
  [/^L$/, duration('s', 'service', true)],
  [/^(us|usec|micros|microseconds|duration_us|time_us|dur_us)$/i, duration('us')],
  [/^(ms|msecs|millis|milliseconds|duration_ms|time_ms|dur_ms|elapsed_ms|took_ms|latency_ms|rt_ms)$/i, duration('ms')],
  [/^(rt|request_time)$/, { field: { kind: 'duration', unit: 's', covers: 'response', fine: true }, proves: 'nginx' }],
  [/^(urt|uct|uht|upstream_(response|connect|header)_time)$/, { field: { kind: 'list' }, proves: 'nginx' }],
  [/^(xrs|x-request-start|request_start|queue_start|req_start)$/i, { field: { kind: 'arrival' } }],
  [
    /^(d|dur|duration|took|elapsed|latency|time|resp_time|response_time|rtime|secs?|seconds)$/i,
    { unit: 'by value', covers: 'service' },
  ],
];

const majority = (texts: readonly string[], pattern: RegExp): boolean =>
  texts.length > 0 && texts.filter((text) => pattern.test(text)).length * 10 >= texts.length * 9;

/** @param rests what follows the known fields, per sampled line (latin-1) */
export function findTrailingFields(rests: readonly string[]): TrailingFields | null {
  const shapes = new Map<string, Part[][]>();
  for (const rest of rests) {
    const parts = split(rest.trimEnd());
    if (!parts || parts.length === 0) continue;
    const shape = parts.map(shapeOf).join(' ');
    shapes.set(shape, [...(shapes.get(shape) ?? []), parts]);
  }
  const lines = [...shapes.values()].reduce<Part[][]>((most, some) => (some.length > most.length ? some : most), []);
  if (lines.length === 0) return null;

  const tokens: Token[] = [];
  const assumptions: string[] = [];
  let proves: string | null = null;
  const addDuration = (field: Field, suffix = '') => {
    tokens.push({ field });
    if (suffix) tokens.push({ literal: suffix });
  };
  for (let i = 0; i < lines[0].length; i++) {
    const { key } = lines[0][i];
    const quoted = shapeOf(lines[0][i]).endsWith('"');
    const values = lines.map((parts) => (quoted ? parts[i].value.slice(1, -1) : parts[i].value));
    const known = values.filter((value) => value !== '-' && value !== '');
    tokens.push({ literal: ` ${key === '' ? '' : `${key}=`}${quoted ? '"' : ''}` });
    const meaning = byKey.find(([pattern]) => pattern.test(key))?.[1];
    const numeric = majority(known, /^-?\d+(\.\d+)?$/);
    const lists = majority(known, /^(-|\d+(\.\d+)?)((, ?| : )(-|\d+(\.\d+)?))*$/);

    if (majority(values, /^<\d+>$/)) {
      tokens.push({ field: { kind: 'pid' } });
      proves ??= 'gunicorn';
    } else if (meaning && 'field' in meaning && meaning.field.kind === 'duration' && (numeric || known.length === 0)) {
      addDuration(meaning.field);
      proves ??= meaning.proves ?? null;
    } else if (meaning && 'field' in meaning && meaning.field.kind === 'list' && lists) {
      tokens.push({
        field: quoted ? { kind: 'text' } : numeric || known.length === 0 ? { kind: 'number' } : { kind: 'word' },
      });
      proves ??= meaning.proves ?? null;
    } else if (meaning && 'field' in meaning && meaning.field.kind === 'pid' && majority(values, /^\d+$/)) {
      tokens.push({ field: { kind: 'pid' } });
    } else if (meaning && 'field' in meaning && meaning.field.kind === 'thread' && !quoted) {
      tokens.push({ field: { kind: 'thread' } });
    } else if (majority(known, /^t=\d{10}/) || (meaning && 'field' in meaning && meaning.field.kind === 'arrival')) {
      tokens.push({ field: { kind: 'arrival' } });
    } else if (known.length > 0 && majority(known, /^\d+(\.\d+)?(ms|us|µs|s)$/)) {
      const suffix = /[^\d.]+$/.exec(known[0])?.[0] ?? '';
      const unit = suffix === 'ms' || suffix === 's' ? suffix : 'us';
      addDuration(
        { kind: 'duration', unit, covers: 'service', ...(known[0].includes('.') ? { fine: true } : {}) },
        suffix,
      );
    } else if ((key === '' || (meaning && 'unit' in meaning)) && numeric && known.length > 0) {
      const guess = guessUnit(known);
      if (guess) {
        addDuration({ kind: 'duration', unit: guess.unit, covers: 'service', ...(guess.fine ? { fine: true } : {}) });
        assumptions.push(
          `${key === '' ? `the ${ordinal(i)} field after the known ones` : `${key}=`} is taken as the duration (${guess.because})`,
        );
      } else tokens.push({ field: { kind: 'number' } });
    } else if (quoted) tokens.push({ field: { kind: 'text' } });
    else tokens.push({ field: majority(values, /^-?\d+(\.\d+)?$|^-$/) ? { kind: 'number' } : { kind: 'word' } });
    if (quoted) tokens.push({ literal: '"' });
  }
  return { tokens, assumptions, proves };
}

const ordinal = (index: number): string => ['first', 'second', 'third', 'fourth', 'fifth'][index] ?? `${index + 1}th`;
