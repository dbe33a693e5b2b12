/** What a simulation had to assume, in sentences, so that a reader can tell where it would be wrong. */
import type { Analysis } from '../core/finding.ts';
import type { PoolShape } from '../core/prediction.ts';
import { hasNoSlots } from '../core/summary.ts';
import { durationText, percentText } from '../core/words.ts';
import { acceptForThemselves, acceptorsUnknown } from './acceptors.ts';
import type { Callers, ClosedClients } from './clients.ts';
import { canTellContention } from './contention.ts';
import { interruptionsSaid } from './interruption-words.ts';
import type { Workload } from './workload.ts';

export function assumptionsOf(analysis: Analysis, workload: Workload, pools: readonly PoolShape[]): string[] {
  return [
    arrivalsSaid(analysis, workload),
    ...changesSaid(analysis),
    ...crowdsSaid(workload),
    ...callersSaid(workload.callers, workload.trace.waitUnknown),
    serviceSaid(workload),
    ...lingersSaid(analysis, pools),
    ...interruptionsSaid(analysis, workload),
    ...contentionSaid(analysis, workload),
    ...asyncSaid(analysis, pools),
    ...acceptorsSaid(workload, pools),
    ...coresSaid(workload, pools),
  ];
}

function arrivalsSaid({ inference: { wait, capacity } }: Analysis, { trace, ifFull }: Workload): string {
  if (trace.waitUnknown) {
    const taken =
      capacity.value !== null
        ? 'requests are taken to have come at any time since the pool was full, ranges hold it all'
        : ifFull
          ? 'estimates take requests to have come when they began, and ranges hold that they came at any time since as many ran at once as ever did'
          : 'requests are taken to have come when they began';
    return `The wait in this log is unknown (${wait.basis}): ${taken}, and there is no recommendation.`;
  }
  return wait.method === 'measured'
    ? 'Arrivals are the starts less the queue time that the lines state.'
    : `Arrivals are the starts less the inferred wait (${wait.basis}); what is not known of them widens the ranges.`;
}

function changesSaid({ inference: { regimes } }: Analysis): string[] {
  if (regimes.length === 0) return [];
  const workers = regimes.map((regime) => regime.workers).join(', then ');
  return [
    `The pool changed within the log (${workers} workers): "now" is what callers met, under one after the other.`,
  ];
}

const crowdsSaid = ({ trace: { clumps, tick } }: Workload): string[] =>
  clumps.size > 1
    ? [
        `Callers come together, about ${clumps.size.toFixed(1)} at once, as far as stamps of ${durationText(tick)} show (a rate that changes within seconds looks alike); who with whom is drawn.`,
      ]
    : [];

function serviceSaid({ trace, times }: Workload): string {
  if (trace.constantService)
    return 'The lines carry no duration: every request takes the mean service time that the rhythm of the pool shows.';
  return times.drifts
    ? 'Every request keeps its service time; for the range it also draws one of its own route from its neighbourhood in time, as service times drift in this log.'
    : 'Every request keeps its service time; for the range it also draws one of its own route from the whole log.';
}

function lingersSaid({ inference: { held }, names }: Analysis, pools: readonly PoolShape[]): string[] {
  if (!held) return [];
  const said = `A sync worker stays taken for ${durationText(held.median)} after each answer of ${names.routes.text(held.route)}, as in this log; event loops hold nothing meanwhile.`;
  // Recorded with gunicorn: callers waited 4 s with four threads, but 1.4 s with four sync workers.
  return pools.some(({ model }) => model === 'threaded')
    ? [
        `${said} Threads are simulated as if they held nothing, too; in gunicorn the one that accepts for all of them may wait instead, and its process then takes nobody.`,
      ]
    : [said];
}

function contentionSaid({ inference }: Analysis, { contention, trace, present }: Workload): string[] {
  if (contention) {
    const whose =
      contention.station === 'worker'
        ? 'its own process (the GIL or the event loop)'
        : 'something behind all workers (a database, the cores)';
    const shared = `Service time grows with concurrency: ${contention.atLeast ? 'at least ' : ''}${percentText(contention.share)} of it (${percentText(contention.low)} to ${percentText(contention.high)}) is work on ${whose} that requests share.`;
    const behind =
      'One process wrote this log, so what its requests share may as well lie behind it (a database, a lock): more processes would then bring little, and ranges hold that too.';
    return contention.onlyProcess ? [shared, behind] : [shared];
  }
  if (hasNoSlots(inference.model) && inference.service.growth === null)
    return [
      'Whether requests waited for each other inside the application this log does not show: their times are taken to hold no such wait, and what lies behind the application to bear more at once.',
    ];
  return [
    canTellContention(trace, present)
      ? 'No growth of service time with concurrency shows in this log; what lies behind the application is taken to bear more at once.'
      : 'Whether service time grows with concurrency this log does not show (its requests ran one at a time or always as many at once, or are too few, or the stamps are too coarse); it is taken not to.',
  ];
}

function asyncSaid({ inference: { service } }: Analysis, pools: readonly PoolShape[]): string[] {
  if (!pools.some(({ model }) => model === 'async')) return [];
  const unbounded =
    'An async pool holds any number of requests: if its views await, nobody waits for a slot of it. One blocking call stalls its whole worker.';
  if (!service.growth?.grows) return [unbounded];
  return [
    unbounded,
    service.growth.inTurn
      ? 'In this log requests queue inside the application: how many slots another async pool would have there is not known.'
      : 'In this log requests wait for each other inside the application, and their times hold that: what they would take on another async pool is not known.',
  ];
}

function acceptorsSaid(workload: Workload, pools: readonly PoolShape[]): string[] {
  const several = pools.filter(({ model, workers }) => model === 'threaded' && workers > 1);
  if (several.length === 0) return [];
  if (!several.some((pool) => acceptForThemselves(workload, pool)))
    return ['All threads of all processes take from one queue, as those of this server do.'];
  const isUnknown = pools.some((pool) => acceptorsUnknown(workload, pool));
  return [
    `Each process with threads accepts for itself and queues inside, as gunicorn gthread does${isUnknown ? '; how evenly they accept this log does not show' : ''}.`,
  ];
}

const coresSaid = ({ contention }: Workload, pools: readonly PoolShape[]): string[] =>
  contention?.station === 'worker' && pools.some(({ workers }) => workers > 1)
    ? ['There is a core for every process: the log does not show how many the host has.']
    : [];

function callersSaid({ likely, others }: Callers, waitUnknown: boolean): string[] {
  const closed = ({ count, thinkMicros }: ClosedClients) =>
    count === 1
      ? `one caller who waits for each answer and pauses for ${durationText(thinkMicros)} before the next request`
      : `about ${count} callers who wait for their answer and pause for ${durationText(thinkMicros)} before they ask again`;
  const alternatives = others.map((other) =>
    other.kind === 'closed' ? closed(other) : 'callers who come when they come',
  );
  const kept =
    alternatives.length > 0
      ? [`The log does not exclude ${alternatives.join(', or ')}: ranges hold that reading as well.`]
      : [];
  switch (likely.kind) {
    case 'hidden':
      return [
        waitUnknown
          ? 'The pool never left saturation, so the true rate of arrivals does not show: scenarios take 1 to 2 times the rate that was answered, and there is no recommendation.'
          : 'The pool never left saturation: a few callers who take turns and a load beyond what it can do look alike, and differ by all of the range. There is no recommendation.',
        ...kept,
      ];
    case 'closed':
      return [`The load looks closed, ${closed(likely)}: a faster pool gets more requests out of them.`, ...kept];
    case 'open':
      return [
        'Callers come when they come (open): a slower pool does not send them away, a faster one brings no more.',
        ...kept,
      ];
  }
}
