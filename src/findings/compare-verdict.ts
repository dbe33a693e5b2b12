/** The result of a comparison, in a sentence or two. */
import type { Diff, DiffMeasure } from '../core/diff.ts';
import type { FindingSummary, Summary } from '../core/summary.ts';
import { capital, countText, durationText, listText, percentText, roundText } from '../core/words.ts';
import { poolText } from './pool-words.ts';

type Server = Summary['server'];

interface Compared {
  readonly server: Server;
  readonly findings: readonly FindingSummary[];
}

/** Up to this ratio, a difference that is not significant counts as none; above it, it is named as uncertain. */
const NEARLY_SAME = 1.2;
/** A relative difference of the arrival rates above this changes waits by itself. */
const OTHER_LOAD = 0.1;
const MOST_ROUTES = 5;

const time = (seconds: number): string => durationText(seconds * 1e6);

export function diffVerdict(diff: Omit<Diff, 'verdict'>, before: Compared, after: Compared): string {
  const empty = [diff.inputs.before, diff.inputs.after].filter(({ requests }) => requests === 0);
  if (empty.length > 0) {
    return `There is nothing to compare: ${listText([...new Set(empty.map(({ path }) => path))])} has no request.`;
  }
  const said: string[] = [];
  if (diff.server.changed) said.push(`${serverText(before.server)} became ${serverText(after.server)}`);
  const tell = (name: string, measure: DiffMeasure, text: (value: number) => string) => {
    if (measure.change === 'better' || measure.change === 'worse') {
      said.push(`${name} went from ${text(measure.before!)} to ${text(measure.after!)} (${measure.change})`);
    }
  };
  tell('the mean wait', diff.wait_mean, time);
  tell(`the mean ${diff.service_time_is}`, diff.service_time_mean, time);
  tell('errors', diff.error_ratio, percentText);
  const routesThat = (change: DiffMeasure['change']) =>
    diff.routes.filter(({ service_time_mean: measure }) => measure.change === change).map(({ route }) => route);
  const list = (what: string, names: readonly string[]) => {
    if (names.length > 0) said.push(`${what}: ${names.slice(0, MOST_ROUTES).join(', ')}`);
  };
  list('slower', routesThat('worse'));
  list('faster', routesThat('better'));
  list(
    'new and critical',
    criticalOf(after).filter((id) => diff.findings.new.includes(id)),
  );
  list(
    'no longer critical',
    criticalOf(before).filter((id) => diff.findings.gone.includes(id)),
  );
  const first = said.length > 0 ? capital(said.join('; ')) : `${nothing(diff)}${newWarnings(diff, after)}`;
  return [`${first}.`, ...unknownWait(diff), ...doubtOfWait(diff), ...otherLoad(diff)].join(' ');
}

const criticalOf = ({ findings }: Compared): string[] => [
  ...new Set(findings.filter(({ severity }) => severity === 'critical').map(({ id }) => id)),
];

/** "; new findings: outage-behind": an incident of one hour hardly changes the mean of a day, so its finding is named. */
function newWarnings({ findings }: Omit<Diff, 'verdict'>, after: Compared): string {
  const warned = after.findings.filter(({ id, severity }) => severity === 'warning' && findings.new.includes(id));
  return warned.length > 0 ? `; new findings: ${listText(warned.map(({ id }) => id))}` : '';
}

/** The server in "A became B": "the server" would not do there, so it says what little is known. */
function serverText(server: Server): string {
  const workers = server.workers.value;
  if (server.servers) return `${server.servers} servers${workers === null ? '' : ` of ${workers} workers in all`}`;
  const text = poolText(server);
  if (text !== 'the server') return text;
  if (workers === null) return server.model === 'pool' ? 'a pool of unknown size' : 'a server of which little is known';
  return `${countText(workers, 'worker')}${server.model === 'threaded' ? ' with an unknown number of threads' : ''}`;
}

/** For the case that no change is reported: nothing changed, chance may explain the difference, or the logs cannot tell. */
function nothing(diff: Omit<Diff, 'verdict'>): string {
  const { service_time_mean: service, wait_mean: wait, inputs } = diff;
  if (service.change !== 'unknown' || wait.change !== 'unknown') {
    if (isUnclear(service))
      return `No change is certain: the mean ${diff.service_time_is} went from ${time(service.before!)} to ${time(service.after!)}, which chance may do`;
    return wait.doubt === 'ranges-overlap'
      ? 'No change is certain'
      : 'Nothing changed that chance would not change as well';
  }
  const ofBoth = (is: (side: 'before' | 'after') => boolean) => [
    ...new Set((['before', 'after'] as const).filter(is).map((side) => inputs[side].path)),
  ];
  // The test needs the order of the requests in time.
  const untimed = ofBoth((side) => inputs[side].seconds === null);
  if (untimed.length > 0)
    return `Whether times changed cannot be told: no line of ${listText(untimed)} says when it was`;
  const silent = ofBoth((side) => service[side] === null);
  return `Whether times changed cannot be told: no service time or wait is known of ${listText(silent)}`;
}

const isUnclear = ({ change, ratio }: DiffMeasure): boolean =>
  change === 'unclear' && ratio !== null && Math.max(ratio, 1 / ratio) > NEARLY_SAME;

function unknownWait({ wait_mean: wait, service_time_mean: service }: Omit<Diff, 'verdict'>): string[] {
  if (wait.change !== 'unknown' || service.change === 'unknown') return [];
  const silent = [...(wait.before === null ? ['before'] : []), ...(wait.after === null ? ['after'] : [])];
  return [`The wait is unknown ${silent.join(' and ') || 'in one of the logs'}, so that it is not compared.`];
}

function doubtOfWait({ wait_mean: { doubt, before, after }, wait_mean_range: range }: Omit<Diff, 'verdict'>): string[] {
  if (doubt !== 'ranges-overlap' || !range.before || !range.after) return [];
  const text = (mean: number, [low, high]: readonly [number, number]) =>
    `${time(mean)} (${time(low)} to ${time(high)})`;
  return [
    `Whether the mean wait changed is open: it was ${text(before!, range.before)} before and ${text(after!, range.after)} after, as far as the logs tell, and those ranges overlap.`,
  ];
}

function otherLoad({ inputs: { before, after } }: Omit<Diff, 'verdict'>): string[] {
  if (before.rate === null || after.rate === null || Math.abs(after.rate / before.rate - 1) <= OTHER_LOAD) return [];
  return [
    `The load differs, ${roundText(before.rate)} and ${roundText(after.rate)} requests/s: that alone changes waits.`,
  ];
}
