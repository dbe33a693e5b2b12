/** From a layout that takes lines to a plan: what its stamps mean, at which resolution and in which zone; a compiled scanner. */
import type { StampMeaning, StreamFacts } from '../../core/batch.ts';
import type { Dictionary } from '../../core/dictionary.ts';
import type { LogFormat } from '../../core/format.ts';
import { MICROS_PER_MINUTE } from '../../core/time.ts';
import type { Columns } from '../compile/columns.ts';
import { columnsOf, compile, fieldsOf, type Recipe } from '../compile/recipe.ts';
import type { Runtime } from '../compile/runtime.ts';
import type { Envelope } from '../envelopes/line.ts';
import { Plan, type PlanParts } from '../plan.ts';
import { createZone, type Zone } from '../zone.ts';
import type { Found } from './detect.ts';
import type { Sample, Trials } from './sample.ts';
import { stampMeaning } from './stamp-meaning.ts';
import { formatOfTag, withMeaning } from './trial.ts';

export interface PlanContext {
  readonly formats: readonly LogFormat[];
  readonly trials: Trials;
  readonly runtime: Runtime;
  readonly zone: Zone;
  /** The user named the zone of stamps without one. */
  readonly zoneGiven: boolean;
  readonly source: number;
  readonly routes: Dictionary;
  readonly workers: Dictionary;
  readonly threads: Dictionary;
  /** Formats whose own lines (lifecycle) were seen in this input. */
  readonly seen: ReadonlySet<string>;
  /** Pids that the server said it booted as workers. */
  readonly booted: ReadonlySet<string>;
  /** Time of arrival stands in where a line has no time. */
  readonly live: boolean;
}

/** A stamp of an envelope is no sharper than this: the collector reads the line some time after it was written. */
const ENVELOPE_RESOLUTION = 1000;
/** How the sentence starts that says so. */
export const STAMP_ASSUMED = 'stamps are taken as the ';
const TIME_OF_DAY =
  'stamps are times of day without a date: the first is read as the last time that the clock showed it, and the others as of the 24 hours from then on';
const stampAssumed = (meaning: StampMeaning, why: string, because: string): string =>
  `${STAMP_ASSUMED}${meaning === 'response-start' ? 'start of a response' : `${meaning} of a request`}: ${why} (${because})`;
const zoneless = ({ name }: Zone): string => `stamps without a zone are read as ${name} time; --timezone changes that`;
/** What the stamps mean that a server can be told to write. */
const stampsOf = ({ language }: LogFormat): Set<StampMeaning> =>
  new Set(
    Object.values(language.directives)
      .flat()
      .flatMap((part) =>
        typeof part !== 'string' && part.kind === 'time' && part.means !== 'written' ? [part.means] : [],
      ),
  );
const QUARTER_HOUR = 15 * MICROS_PER_MINUTE;

interface Measured {
  /** µs, NaN where the line gives none. */
  readonly stamps: Float64Array;
  readonly durations: Float64Array;
  /** Digits of the fraction of a second that the stamps show. */
  readonly digits: number;
  /** Offsets the stamps state, minutes; NaN for none. */
  readonly offsets: ReadonlySet<number>;
  /** Of the envelopes: µs, NaN unknown. */
  readonly envelope: Float64Array;
  /** Width of a tick of the envelopes' stamps. */
  readonly envelopeTickMicros: number;
}

function measure(
  recipe: Recipe,
  columns: Columns,
  { taken }: Found,
  sample: Sample,
  zone: Zone,
  context: PlanContext,
): Measured {
  const { trials, runtime } = context;
  const { batch } = trials;
  const scan = compile(recipe, columns, runtime, { explain: true, zone });
  const stamps = new Float64Array(taken.length);
  const durations = new Float64Array(taken.length);
  const offsets = new Set<number>();
  let digits = 0;
  taken.forEach((line, i) => {
    batch.time[0] = Number.NaN;
    batch.duration[0] = Number.NaN;
    batch.length = 0;
    const { start } = sample.lines[line];
    scan(sample.b, sample.v, start, start + 1, batch, 0);
    stamps[i] = batch.time[0];
    durations[i] = batch.duration[0];
    const span = runtime.state.spans.find(({ token }) => token === columns.time);
    if (!span) return;
    digits = Math.max(digits, span.digits);
    offsets.add(span.offsetMinutes);
  });
  batch.time[0] = Number.NaN;
  batch.duration[0] = Number.NaN;
  const envelope = Float64Array.from(taken, (line) => sample.lines[line].stamp);
  const envelopeDigits = taken.reduce((most, line) => Math.max(most, sample.lines[line].stampDigits), 0);
  const envelopeTickMicros = Math.max(ENVELOPE_RESOLUTION, 10 ** (6 - envelopeDigits));
  return { stamps, durations, digits, offsets, envelope, envelopeTickMicros };
}

const pad = (value: number): string => String(Math.floor(value)).padStart(2, '0');
const offsetText = (minutes: number): string =>
  `${minutes < 0 ? '-' : '+'}${pad(Math.abs(minutes) / 60)}:${pad(Math.abs(minutes) % 60)}`;

const share = (values: Float64Array, test: (value: number, index: number) => boolean): number =>
  values.reduce((count, value, i) => count + (test(value, i) ? 1 : 0), 0) / Math.max(1, values.length);

/** Offset from UTC, minutes, that brings zone-less stamps (read as UTC) to those of the envelope; NaN when none does. */
function offsetByEnvelope(asUtc: Float64Array, envelope: Float64Array): number {
  const steps = Array.from(asUtc, (stamp, i) => Math.round((stamp - envelope[i]) / QUARTER_HOUR)).filter(
    (step) => step === step,
  );
  if (steps.length === 0) return Number.NaN;
  const step = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)];
  const fits = share(asUtc, (stamp, i) => Math.abs(stamp - step * QUARTER_HOUR - envelope[i]) < MICROS_PER_MINUTE);
  return fits >= 0.95 && Math.abs(step) <= 72 ? step * 15 : Number.NaN;
}

/** Who wrote lines that several servers write alike: told by the tag of the envelope, or by lines of its own beside them. */
function writer(found: Found, sample: Sample, context: PlanContext): LogFormat {
  const { format } = found.candidate;
  const { alsoBy } = format;
  if (alsoBy && context.seen.has(alsoBy.id) && !context.seen.has(alsoBy.unless)) {
    return context.formats.find(({ id }) => id === alsoBy.id) ?? format;
  }
  if (format.id !== 'combined') {
    const beside = [format, ...found.rivals].filter(({ id }) => context.seen.has(id));
    if (beside.length === 1) return beside[0];
    // Lines of a shape of their own beside those of one server are most likely that server's.
    const spoke = found.candidate.loose
      ? context.formats.filter(({ id, proxy, layouts }) => proxy !== true && layouts.length > 0 && context.seen.has(id))
      : [];
    return spoke.length === 1 ? spoke[0] : format;
  }
  const tags = new Set(found.taken.map((line) => sample.lines[line].tag).filter((tag) => tag > 0));
  for (const tag of tags) {
    const named = formatOfTag(context.formats, context.runtime.tagName(tag));
    if (named) return named;
  }
  const beside = context.formats.filter(({ id, writesCombined }) => writesCombined === true && context.seen.has(id));
  return beside.length === 1 ? beside[0] : format;
}

/** Does the name of the stamp say what it means? */
function isNamedStamp(recipe: Recipe, { time }: Columns): boolean {
  const field = fieldsOf(recipe)[time];
  return field?.kind === 'time' && field.named === true;
}

export function makePlan(
  found: Found,
  sample: Sample,
  chain: readonly Envelope[],
  context: PlanContext,
): { plan: Plan; assumptions: string[]; columns: Columns; zone: Zone } {
  const { candidate } = found;
  const format = writer(found, sample, context);
  const recipe = withMeaning(candidate.recipe, format, candidate.format);
  const columns = columnsOf(recipe, format.written);
  const assumptions = [...found.assumptions];
  let zone = context.zone;
  let measured = measure(recipe, columns, found, sample, zone, context);
  const enveloped = share(measured.envelope, (stamp) => stamp === stamp) >= 0.9;
  const zoned = found.taken.every((line) => sample.lines[line].stampZoned);

  let zoneName: string | null = null;
  if (columns.time >= 0) {
    const [stamp] = 'tokens' in recipe ? recipe.tokens.slice(columns.time) : [];
    if (stamp && 'field' in stamp && stamp.field.kind === 'time' && stamp.field.shape === 'clock') {
      assumptions.push(TIME_OF_DAY);
    }
    const stated = [...measured.offsets].filter((minutes) => !Number.isNaN(minutes));
    if (stated.length > 1 || (stated.length === 1 && measured.offsets.size > 1)) zoneName = 'mixed';
    else if (stated.length === 1) zoneName = offsetText(stated[0]);
    else {
      const offset =
        enveloped && zoned && !context.zoneGiven
          ? offsetByEnvelope(
              measure(recipe, columns, found, sample, createZone('UTC'), context).stamps,
              measured.envelope,
            )
          : Number.NaN;
      if (Number.isNaN(offset)) {
        zoneName = zone.name;
        if (!context.zoneGiven) {
          assumptions.push(zoneless(zone));
        }
      } else {
        zone = createZone(offsetText(offset));
        zoneName = offsetText(offset);
        assumptions.push(`stamps without a zone are read at ${zoneName}, which the stamps of the envelope show`);
        measured = measure(recipe, columns, found, sample, zone, context);
      }
    }
  }

  let resolutionMicros = columns.time < 0 ? 1 : Math.max(1, 10 ** (6 - measured.digits));
  let meaning: StampMeaning | null = columns.stampMeaning;
  let assumed = false;
  // Formats that write the same line may mean different things by its stamp.
  const disputed = found.rivals.some(
    (rival) => columnsOf(recipe, rival.written).stampMeaning !== null && rival.stamp !== format.stamp,
  );
  const settled = context.seen.has(format.id);
  if (meaning !== null && candidate.loose && !format.ambiguousStamp) {
    const evidence = stampMeaning(measured.stamps, measured.durations, resolutionMicros);
    // Another server's lines beside it: what the lines show goes before what their likely writer does.
    if (evidence.proven && (evidence.meaning === 'start') !== (meaning === 'start')) meaning = evidence.meaning;
    assumed = !evidence.proven && stampsOf(format).size > 1;
    if (assumed) assumptions.push(stampAssumed(meaning, `${format.id} has stamps of both kinds`, evidence.because));
  } else if (meaning !== null && (format.ambiguousStamp || (disputed && !settled && format.id !== 'combined'))) {
    const evidence = stampMeaning(measured.stamps, measured.durations, resolutionMicros);
    const isNamed = isNamedStamp(recipe, columns);
    if (evidence.proven || !isNamed) meaning = evidence.meaning;
    assumed = !evidence.proven && !isNamed;
    if (assumed) {
      assumptions.push(
        stampAssumed(meaning, 'the lines do not say whether they mean its start or its end', evidence.because),
      );
    }
  }

  let envelopeTime: PlanParts['envelopeTime'] = 'ignored';
  let coarse: StreamFacts | null = null;
  if (enveloped && columns.time < 0) {
    envelopeTime = 'taken';
    meaning = format.written;
    zoneName = zoned ? '+00:00' : zone.name;
    if (!zoned && !context.zoneGiven) assumptions.push(zoneless(zone));
    resolutionMicros = measured.envelopeTickMicros;
  } else if (enveloped && resolutionMicros > measured.envelopeTickMicros && meaning !== 'start' && meaning !== null) {
    const tick = resolutionMicros;
    const inTick = share(
      measured.envelope,
      (stamp, i) => stamp >= measured.stamps[i] && stamp < measured.stamps[i] + tick,
    );
    if (inTick >= 0.9) envelopeTime = 'sharpens';
  }
  if (meaning === null && context.live) meaning = 'arrival';

  const { workerFrom } = found.candidate;
  const ownWorker = columns.fields.worker || workerFrom !== undefined;
  const pids = new Set(found.taken.map((line) => sample.lines[line].worker));
  const named = !ownWorker && format.proxy !== true && !pids.has(-1) && pids.size > 0;
  // Older journals name the process that started the server, not the one that wrote the line: then all lines have one pid.
  const trusted = pids.size > 1 || [...pids].some((id) => context.booted.has(context.workers.text(id)));
  const envelopeWorker = named && trusted;
  if (named && !trusted) {
    assumptions.push(
      'the pid of the envelope is the same on all lines: it may be that of the master, so it is not used',
    );
  }
  const envelopeThread =
    !columns.fields.thread && found.taken.some((line) => sample.lines[line].thread >= 0) && format.proxy !== true;
  const facts: StreamFacts = {
    format: format.id,
    envelope: chain.length === 0 ? null : chain.map(({ id }) => id).join('+'),
    stampMeaning: meaning,
    ...(assumed ? { stampAssumed: true } : {}),
    resolutionMicros: envelopeTime === 'sharpens' ? measured.envelopeTickMicros : resolutionMicros,
    zone: zoneName,
    durationCovers: columns.durationCovers,
    fields: {
      ...columns.fields,
      time: columns.fields.time || envelopeTime === 'taken' || meaning === 'arrival',
      worker: ownWorker || envelopeWorker,
      thread: columns.fields.thread || envelopeThread,
    },
  };
  if (envelopeTime === 'sharpens') coarse = { ...facts, resolutionMicros };
  const plan = new Plan(
    {
      format,
      layout: candidate.layout,
      recipe,
      chain,
      scan: compile(recipe, columns, context.runtime, { zone }),
      facts,
      coarse,
      envelopeTime,
      envelopeWorker,
      envelopeThread,
      source: context.source,
      prefixed: candidate.prefixed === true,
      ...(workerFrom ? { workerFrom } : {}),
    },
    context.workers,
  );
  return { plan, assumptions, columns, zone };
}
