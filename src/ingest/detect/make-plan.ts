/** Makes a plan from a layout that takes lines: what its stamps mean, their resolution and zone, and a compiled scanner. */
import type { StreamFacts } from '../../core/batch.ts';
import type { LogFormat } from '../../core/format.ts';
import type { Columns } from '../compile/columns.ts';
import { columnsOf, compile } from '../compile/recipe.ts';
import type { Envelope } from '../envelopes/line.ts';
import { Plan } from '../plan.ts';
import type { Zone } from '../zone.ts';
import type { Found } from './detect.ts';
import type { PlanContext } from './plan-context.ts';
import { type PlannedMeaning, plannedMeaning } from './plan-meaning.ts';
import { type Half, lineStamps, planTime } from './plan-time.ts';
import type { Sample } from './sample.ts';
import { withMeaning } from './trial.ts';
import { writerOf } from './writer.ts';

/**
 * µs: a process that reads lines from a pipe stamps them only when it gets to them. Of 1361 lines of a container on a busy host, 12 were
 * stamped so late that their worker seemed to run two requests at once, the latest by 45 ms.
 */
const READ_LATE = 50_000;

const PID_OF_MASTER =
  'the pid of the envelope is the same on all lines: it may be that of the master, so it is not used';

/** What is known of the process that wrote the lines. */
interface LineWriter {
  /** The lines or their envelopes name the worker. */
  readonly knowsWorker: boolean;
  readonly envelopeWorker: boolean;
  readonly envelopeThread: boolean;
  readonly assumptions: readonly string[];
}

function writerOfLines(
  { candidate, taken }: Found,
  { fields }: Columns,
  format: LogFormat,
  sample: Sample,
  context: PlanContext,
): LineWriter {
  const isNamed = fields.worker || candidate.workerFrom !== undefined;
  // Pids and threads in the envelope of a proxy's lines are the proxy's.
  if (format.proxy === true)
    return { knowsWorker: isNamed, envelopeWorker: false, envelopeThread: false, assumptions: [] };
  const envelopeThread = !fields.thread && taken.some((line) => sample.lines[line].thread >= 0);
  const pid = isNamed ? 'none' : pidOfEnvelope(taken, sample, context);
  return {
    knowsWorker: isNamed || pid === 'of the writer',
    envelopeWorker: pid === 'of the writer',
    envelopeThread,
    assumptions: pid === 'of anyone' ? [PID_OF_MASTER] : [],
  };
}

/** Whether the envelopes give a pid, and whether it is that of the process that wrote the line. */
function pidOfEnvelope(
  taken: Found['taken'],
  sample: Sample,
  context: PlanContext,
): 'none' | 'of the writer' | 'of anyone' {
  const pids = new Set(taken.map((line) => sample.lines[line].worker));
  if (pids.has(-1) || pids.size === 0) return 'none';
  // Older journals give the pid of the process that started the server, not of the one that wrote the line: then all lines have the same
  // pid.
  const isWriter =
    pids.size > 1 ||
    taken.every((line) => sample.lines[line].isOwnPid) ||
    [...pids].some((id) => context.booted.has(context.workers.text(id)));
  return isWriter ? 'of the writer' : 'of anyone';
}

const MAY_HOLD_QUEUE =
  'durations are those of Apache, from the request to the answer: where it passes requests on (mod_proxy, daemons of mod_wsgi) they hold the wait for a worker';

/**
 * Of the servers that write Combined lines with a duration, only Apache stamps the start. So lines whose stamps are shown to be starts are
 * Apache's.
 */
function writerByStamp(
  format: LogFormat,
  { meaning, assumption }: PlannedMeaning,
  { durationCovers }: Columns,
  { formats }: PlanContext,
): LogFormat {
  if (format.id !== 'combined' || durationCovers === null || meaning !== 'start' || assumption !== null) return format;
  return formats.find(({ mayPassOn, writesCombined }) => mayPassOn === true && writesCombined === true) ?? format;
}

/** µs: with coarser stamps, the time between two of them is too inexact as a duration. */
const FINE_TICK = 10_000;

/**
 * @param half which half of a request the lines are about, if other lines are about the other half
 * @returns also the zone in which its stamps are read, and what was assumed
 */
export function makePlan(
  found: Found,
  sample: Sample,
  chain: readonly Envelope[],
  context: PlanContext,
  half: Half | null = null,
): { plan: Plan; assumptions: string[]; columns: Columns; zone: Zone } {
  const { candidate } = found;
  const named = writerOf(found, sample, context);
  const recipe = withMeaning(candidate.recipe, named, candidate.format);
  const columns = columnsOf(recipe, named.written);
  const stamps = lineStamps(recipe, columns, found, sample, context);
  const { zone } = stamps;
  const isSeen = context.seen.has(named.id);
  const own = plannedMeaning(found, named, recipe, columns, stamps.measured, stamps.tickMicros, isSeen);
  const assumed = half ? null : own.assumption;
  const format = writerByStamp(named, own, columns, context);
  const time = planTime(stamps, own, half, format, context);
  const { meaning, envelopeTime, tickMicros, coarseTickMicros } = time;

  const { workerFrom } = candidate;
  const writer = writerOfLines(found, columns, format, sample, context);
  const mayHoldQueue = format.mayPassOn === true && columns.durationCovers !== null && !writer.knowsWorker;
  const hasTime = columns.fields.time || envelopeTime === 'taken';
  const joins = half === 'end' && !columns.fields.duration && hasTime && coarseTickMicros <= FINE_TICK;
  const facts: StreamFacts = {
    format: format.id,
    envelope: chain.length === 0 ? null : chain.map(({ id }) => id).join('+'),
    stampMeaning: meaning,
    ...(assumed ? { stampAssumed: true } : {}),
    resolutionMicros: tickMicros,
    ...(envelopeTime !== 'ignored' && meaning === 'end' ? { lateMicros: READ_LATE } : {}),
    zone: time.zoneName,
    durationCovers: joins ? 'service' : mayHoldQueue ? 'response' : columns.durationCovers,
    fields: {
      ...columns.fields,
      time: hasTime || meaning === 'arrival',
      duration: columns.fields.duration || joins,
      worker: writer.knowsWorker,
      thread: columns.fields.thread || writer.envelopeThread,
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
      coarse: envelopeTime === 'sharpens' ? { ...facts, resolutionMicros: coarseTickMicros, lateMicros: 0 } : null,
      envelopeTime,
      envelopeWorker: writer.envelopeWorker,
      envelopeThread: writer.envelopeThread,
      source: context.source,
      prefixed: candidate.prefixed === true,
      ...(workerFrom ? { workerFrom } : {}),
    },
    context.workers,
  );
  const assumptions = [
    // These sentences were made before the order of the lines was looked at.
    ...found.assumptions.map((one) => (meaning === 'start' ? one.replace('time (end)', 'time (start)') : one)),
    ...stamps.assumptions,
    ...(assumed ? [assumed] : []),
    ...time.assumptions,
    ...writer.assumptions,
    ...(mayHoldQueue ? [MAY_HOLD_QUEUE] : []),
  ];
  return { plan, assumptions, columns, zone };
}
