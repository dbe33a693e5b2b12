/** Which format wrote these lines: every layout is tried on a sample, the one that takes most of it becomes a plan. */
import type { StampMeaning, StreamFacts } from '../../core/batch.ts';
import type { LogFormat } from '../../core/format.ts';
import { chooseColumns } from '../compile/columns.ts';
import { compileScanner } from '../compile/generate.ts';
import { isLiteral, type Token, tidy } from '../compile/layout.ts';
import type { Runtime, Span } from '../compile/runtime.ts';
import { blankBatch, type Plan } from '../plan.ts';
import type { Zone } from '../zone.ts';
import { type Candidate, candidatesOf } from './candidates.ts';
import { type StampEvidence, stampMeaning } from './stamp-meaning.ts';
import { findTrailingFields } from './trailing-fields.ts';

/** Lines that nothing has taken yet: each ends with a newline in `b`. */
export interface Sample {
  readonly b: Buffer;
  readonly v: DataView;
  readonly starts: readonly number[];
}

export interface DetectContext {
  readonly formats: readonly LogFormat[];
  readonly runtime: Runtime;
  readonly zone: Zone;
  readonly source: number;
  /** Ids of formats whose own lines (lifecycle) were seen in this input. */
  readonly seen: ReadonlySet<string>;
  /** Time of arrival stands in where a line has no time. */
  readonly live: boolean;
}

export interface Detected {
  readonly plan: Plan;
  readonly assumptions: readonly string[];
}

interface Trial {
  readonly candidate: Candidate;
  readonly taken: readonly number[];
  readonly assumptions: readonly string[];
}

/** Indices into the sample of the lines that tokens take; `spans` of each, when asked for. */
function tryTokens(
  tokens: readonly Token[],
  sample: Sample,
  lines: readonly number[],
  runtime: Runtime,
  spans?: Span[][],
): number[] {
  const scan = compileScanner(tokens, chooseColumns(tokens, 'end'), runtime, spans !== undefined);
  const batch = scratchBatch();
  return lines.filter((line) => {
    const start = sample.starts[line];
    batch.length = 0;
    scan(sample.b, sample.v, start, start + 1, batch, 0);
    if (batch.length === 1) spans?.push(runtime.state.spans);
    return batch.length === 1;
  });
}

const scratchFacts: StreamFacts = {
  format: '',
  envelope: null,
  stampMeaning: null,
  resolutionMicros: Number.NaN,
  zone: null,
  durationCovers: null,
  fields: { time: false, duration: false, worker: false, thread: false, wait: false, arrival: false },
};
let scratch: ReturnType<typeof blankBatch> | null = null;
const scratchBatch = () => {
  scratch ??= blankBatch(scratchFacts, 0);
  return scratch;
};

/** An open layout with the fields that follow it in this sample. */
function extend(candidate: Candidate, sample: Sample, lines: readonly number[], context: DetectContext): Trial | null {
  const head = [...candidate.tokens, { field: { kind: 'text' } } satisfies Token];
  const spans: Span[][] = [];
  if (tryTokens(head, sample, lines, context.runtime, spans).length === 0) return null;
  const rests = spans.map((found) => {
    const { from, to } = found[found.length - 1];
    return sample.b.toString('latin1', from, Math.min(to, from + 4096));
  });
  const trailing = findTrailingFields(rests);
  if (!trailing) return null;
  const tokens = tidy([...candidate.tokens, ...trailing.tokens]);
  const proven = candidate.format.ambiguousStamp ? context.formats.find(({ id }) => id === trailing.proves) : undefined;
  const format = proven ?? candidate.format;
  return {
    candidate: { format, layout: `${candidate.layout}, with further fields`, tokens, open: false },
    taken: tryTokens(tokens, sample, lines, context.runtime),
    assumptions: trailing.assumptions,
  };
}

/** Formats whose own lines were seen claim the layouts that several formats write alike. */
function claim(candidate: Candidate, context: DetectContext): LogFormat {
  if (!candidate.format.ambiguousStamp || candidate.format.id !== 'combined') return candidate.format;
  const claimants = context.formats.filter(
    (format) => context.seen.has(format.id) && format.layouts.some(({ name }) => name === 'default') && format.loggers,
  );
  return claimants.find(({ id }) => id === 'gunicorn') ?? candidate.format;
}

interface Measured {
  readonly stamps: Float64Array;
  readonly durations: Float64Array;
  /** Digits of the fraction of a second that the stamps show. */
  readonly digits: number;
  readonly offsets: ReadonlySet<number>;
}

function measure(
  tokens: readonly Token[],
  timeAt: number,
  sample: Sample,
  lines: readonly number[],
  runtime: Runtime,
): Measured {
  const columns = chooseColumns(tokens, 'end');
  const scan = compileScanner(tokens, columns, runtime, true);
  const batch = scratchBatch();
  const stamps = new Float64Array(lines.length);
  const durations = new Float64Array(lines.length);
  const offsets = new Set<number>();
  let digits = 0;
  lines.forEach((line, i) => {
    const start = sample.starts[line];
    batch.length = 0;
    batch.time[0] = Number.NaN;
    batch.duration[0] = Number.NaN;
    scan(sample.b, sample.v, start, start + 1, batch, 0);
    stamps[i] = batch.time[0];
    durations[i] = batch.duration[0];
    const span = runtime.state.spans.find(({ token }) => token === timeAt);
    if (!span) return;
    digits = Math.max(digits, span.digits);
    offsets.add(span.offsetMinutes);
  });
  for (const column of [batch.time, batch.duration]) column[0] = Number.NaN;
  return { stamps, durations, digits, offsets };
}

const offsetText = (minutes: number): string => {
  const size = Math.abs(minutes);
  const pad = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${pad(size / 60)}:${pad(size % 60)}`;
};

function planFor(trial: Trial, sample: Sample, confidence: number, context: DetectContext): Detected {
  const { candidate, taken } = trial;
  const format = claim(candidate, context);
  const columns = chooseColumns(candidate.tokens, format.written);
  const assumptions = [...trial.assumptions];
  const measured = measure(candidate.tokens, columns.time, sample, taken, context.runtime);
  const resolutionMicros = columns.time < 0 ? 1 : 10 ** Math.max(0, 6 - measured.digits);

  let meaning: StampMeaning | null = columns.stampMeaning;
  let evidence: StampEvidence | null = null;
  if (meaning !== null && format.ambiguousStamp) {
    evidence = stampMeaning(measured.stamps, measured.durations, resolutionMicros);
    meaning = evidence.meaning;
    if (!evidence.proven) {
      assumptions.push(
        `stamps are taken as the end of a request: the lines do not say whether they mean its start or its end (${evidence.because})`,
      );
    }
  }
  if (meaning === null && context.live) meaning = 'arrival';

  let zone: string | null = null;
  if (columns.time >= 0) {
    const [first] = measured.offsets;
    const stated = [...measured.offsets].filter((minutes) => !Number.isNaN(minutes));
    zone =
      stated.length === 0
        ? context.zone.name
        : stated.length === 1 && !Number.isNaN(first)
          ? offsetText(first)
          : 'mixed';
    if (stated.length === 0) {
      assumptions.push(`stamps without a zone are read as ${context.zone.name} time; --timezone changes that`);
    }
  }
  const facts: StreamFacts = {
    format: format.id,
    envelope: null,
    stampMeaning: meaning,
    ...(evidence && !evidence.proven ? { stampAssumed: true } : {}),
    resolutionMicros,
    zone,
    durationCovers: columns.durationCovers,
    fields: { ...columns.fields, time: columns.fields.time || context.live },
  };
  const scan = compileScanner(candidate.tokens, columns, context.runtime);
  const plan: Plan = {
    format,
    layout: candidate.layout,
    tokens: candidate.tokens,
    scan,
    batch: blankBatch(facts, context.source),
    confidence,
    requests: 0,
  };
  return { plan, assumptions };
}

/** Number of fields that say something: of two layouts that take the same lines, the one that tells more is right. */
const telling = (tokens: readonly Token[]): number =>
  tokens.filter(
    (token) => !isLiteral(token) && !['text', 'word', 'number', 'blanks', 'level', 'list'].includes(token.field.kind),
  ).length;

/** Plans for the lines of a sample, the busiest first. */
export function detect(sample: Sample, context: DetectContext): Detected[] {
  const found: Detected[] = [];
  let open = sample.starts.map((_, index) => index);
  while (open.length > 0) {
    let best: Trial | null = null;
    const trials: Trial[] = [];
    for (const candidate of candidatesOf(context.formats)) {
      const taken = tryTokens(candidate.tokens, sample, open, context.runtime);
      if (taken.length > 0) trials.push({ candidate, taken, assumptions: [] });
      if (candidate.open && taken.length < open.length) {
        const extended = extend(candidate, sample, open, context);
        if (extended && extended.taken.length > 0) trials.push(extended);
      }
    }
    for (const trial of trials) {
      const better =
        !best ||
        trial.taken.length > best.taken.length ||
        (trial.taken.length === best.taken.length && telling(trial.candidate.tokens) > telling(best.candidate.tokens));
      if (better) best = trial;
    }
    if (!best) break;
    found.push(planFor(best, sample, best.taken.length / sample.starts.length, context));
    const gone = new Set(best.taken);
    open = open.filter((line) => !gone.has(line));
  }
  return found;
}
