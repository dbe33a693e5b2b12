/** From a layout that takes lines to a plan: what its stamps mean, at which resolution and in which zone; a compiled scanner. */
import type { StampMeaning, StreamFacts } from '../../core/batch.ts';
import type { LogFormat } from '../../core/format.ts';
import type { Columns } from '../compile/columns.ts';
import { columnsOf, compile, type Recipe } from '../compile/recipe.ts';
import type { Envelope } from '../envelopes/line.ts';
import { Plan, type PlanParts } from '../plan.ts';
import { createZone, type Zone } from '../zone.ts';
import type { Found } from './detect.ts';
import { type Measured, measure, share } from './measured-lines.ts';
import type { PlanContext } from './plan-context.ts';
import { type PlannedMeaning, plannedMeaning } from './plan-meaning.ts';
import { stampZone, zoneless } from './plan-zone.ts';
import type { Sample } from './sample.ts';
import { withMeaning } from './trial.ts';
import { writerOf } from './writer.ts';

const TIME_OF_DAY =
  'stamps are times of day without a date: the first is read as the last time that the clock showed it, and the others as of the 24 hours from then on';

function isTimeOfDay(recipe: Recipe, { time }: Columns): boolean {
  const [stamp] = 'tokens' in recipe ? recipe.tokens.slice(time) : [];
  return stamp !== undefined && 'field' in stamp && stamp.field.kind === 'time' && stamp.field.shape === 'clock';
}

/**
 * µs: whoever reads lines from a pipe stamps them when it gets to them. Of 1361 lines of a container on a busy host 12 were so late that their
 * worker seemed to run two requests at once, the latest by 45 ms.
 */
const READ_LATE = 50_000;

/** The stamps of the envelopes are finer than those of the lines, and fall into their ticks. */
function sharpens({ envelope, stamps, envelopeTickMicros }: Measured, resolutionMicros: number): boolean {
  if (resolutionMicros <= envelopeTickMicros) return false;
  return share(envelope, (stamp, i) => stamp >= stamps[i] && stamp < stamps[i] + resolutionMicros) >= 0.9;
}

const PID_OF_MASTER =
  'the pid of the envelope is the same on all lines: it may be that of the master, so it is not used';

/** Whether the lines have a pid by their envelope, and whether it is that of who wrote them. */
function pidOfEnvelope({ taken }: Found, sample: Sample, context: PlanContext): 'none' | 'of the writer' | 'of anyone' {
  const pids = new Set(taken.map((line) => sample.lines[line].worker));
  if (pids.has(-1) || pids.size === 0) return 'none';
  // Older journals name the process that started the server, not the one that wrote the line: then all lines have one pid.
  const isWriter = pids.size > 1 || [...pids].some((id) => context.booted.has(context.workers.text(id)));
  return isWriter ? 'of the writer' : 'of anyone';
}

const MAY_HOLD_QUEUE =
  'durations are those of Apache, from the request to the answer: where it passes requests on (mod_proxy, daemons of mod_wsgi) they hold the wait for a worker';

/** Of the servers that write Combined lines with a duration only Apache stamps the start: lines in which that is seen are its own. */
function writerByStamp(
  format: LogFormat,
  { meaning, assumption }: PlannedMeaning,
  { durationCovers }: Columns,
  { formats }: PlanContext,
): LogFormat {
  if (format.id !== 'combined' || durationCovers === null || meaning !== 'start' || assumption !== null) return format;
  return formats.find(({ mayPassOn, writesCombined }) => mayPassOn === true && writesCombined === true) ?? format;
}

/** Which half of a request lines tell of. */
export type Half = 'begin' | 'end';
const stampOfHalf = { begin: 'start', end: 'end' } as const;

/** µs: of coarser stamps the time between two of them says too little. */
const FINE_TICK = 10_000;

/**
 * @param half of requests that its lines tell of: other lines tell how they began, or ended
 * @returns the zone in which its stamps are read, and what was assumed
 */
export function makePlan(
  found: Found,
  sample: Sample,
  chain: readonly Envelope[],
  context: PlanContext,
  half: Half | null = null,
): { plan: Plan; assumptions: string[]; columns: Columns; zone: Zone } {
  const { candidate, taken } = found;
  const named = writerOf(found, sample, context);
  const recipe = withMeaning(candidate.recipe, named, candidate.format);
  const columns = columnsOf(recipe, named.written);
  const hasStamp = columns.time >= 0;
  const measureIn = (zone: Zone) => measure(recipe, columns, found, sample, zone, context);
  const assumptions = [...found.assumptions];

  let { zone } = context;
  let zoneName: string | null = null;
  let measured = measureIn(zone);
  const isEnveloped = share(measured.envelope, (stamp) => stamp === stamp) >= 0.9;
  const isEnvelopeZoned = taken.every((line) => sample.lines[line].stampZoned);
  if (hasStamp) {
    if (isTimeOfDay(recipe, columns)) assumptions.push(TIME_OF_DAY);
    const asUtc = isEnveloped && isEnvelopeZoned ? () => measureIn(createZone('UTC')) : null;
    const { name, found: other, assumption } = stampZone(measured, zone, context.zoneGiven, asUtc);
    zoneName = name;
    if (assumption) assumptions.push(assumption);
    if (other) {
      zone = other;
      measured = measureIn(zone);
    }
  }

  let resolutionMicros = hasStamp ? Math.max(1, 10 ** (6 - measured.digits)) : 1;
  const isSeen = context.seen.has(named.id);
  const own = plannedMeaning(found, named, recipe, columns, measured, resolutionMicros, isSeen);
  const assumed = half ? null : own.assumption;
  let meaning: StampMeaning | null = half && own.meaning !== null ? stampOfHalf[half] : own.meaning;
  if (assumed) assumptions.push(assumed);
  const format = writerByStamp(named, own, columns, context);

  let envelopeTime: PlanParts['envelopeTime'] = 'ignored';
  if (isEnveloped && !hasStamp) {
    envelopeTime = 'taken';
    meaning = half ? stampOfHalf[half] : format.written;
    zoneName = isEnvelopeZoned ? '+00:00' : zone.name;
    if (!isEnvelopeZoned && !context.zoneGiven) assumptions.push(zoneless(zone));
    resolutionMicros = measured.envelopeTickMicros;
  } else if (
    isEnveloped &&
    half === null &&
    meaning !== 'start' &&
    meaning !== null &&
    sharpens(measured, resolutionMicros)
  ) {
    envelopeTime = 'sharpens';
  }
  if (meaning === null && context.live) meaning = 'arrival';

  const { workerFrom } = candidate;
  const hasOwnWorker = columns.fields.worker || workerFrom !== undefined;
  const isProxy = format.proxy === true;
  const pid = hasOwnWorker || isProxy ? 'none' : pidOfEnvelope(found, sample, context);
  if (pid === 'of anyone') assumptions.push(PID_OF_MASTER);
  const envelopeWorker = pid === 'of the writer';
  const envelopeThread = !columns.fields.thread && !isProxy && taken.some((line) => sample.lines[line].thread >= 0);
  const mayHoldQueue =
    format.mayPassOn === true && columns.durationCovers !== null && !(hasOwnWorker || envelopeWorker);
  if (mayHoldQueue) assumptions.push(MAY_HOLD_QUEUE);
  const hasTime = columns.fields.time || envelopeTime === 'taken';
  const joins = half === 'end' && !columns.fields.duration && hasTime && resolutionMicros <= FINE_TICK;
  const facts: StreamFacts = {
    format: format.id,
    envelope: chain.length === 0 ? null : chain.map(({ id }) => id).join('+'),
    stampMeaning: meaning,
    ...(assumed ? { stampAssumed: true } : {}),
    resolutionMicros: envelopeTime === 'sharpens' ? measured.envelopeTickMicros : resolutionMicros,
    ...(envelopeTime !== 'ignored' && meaning === 'end' ? { lateMicros: READ_LATE } : {}),
    zone: zoneName,
    durationCovers: joins ? 'service' : mayHoldQueue ? 'response' : columns.durationCovers,
    fields: {
      ...columns.fields,
      time: hasTime || meaning === 'arrival',
      duration: columns.fields.duration || joins,
      worker: hasOwnWorker || envelopeWorker,
      thread: columns.fields.thread || envelopeThread,
    },
  };
  const plan = new Plan(
    {
      format,
      layout: candidate.layout,
      recipe,
      chain,
      scan: compile(recipe, columns, context.runtime, { zone }),
      facts,
      coarse: envelopeTime === 'sharpens' ? { ...facts, resolutionMicros, lateMicros: 0 } : null,
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
