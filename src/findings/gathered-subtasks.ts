/** Finding: running sub-tasks concurrently inside a view (gather) makes its requests quicker, though each still holds its slot. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { groupsOf, rowsOf } from '../core/rows.ts';
import { medianOf, rankSumTest } from '../core/statistics.ts';
import { durationText, roundText } from '../core/words.ts';
import { asyncWord } from './async-view-under-wsgi.ts';
import { knownSlots, poolText } from './pool-words.ts';

const MINIMUM_REQUESTS = 10;
const QUICKER = 1.3;
const SURE = 1e-6;

/** The name without the words that say async: both "/async-io-multi" and "/io-multi" give "/io-multi". */
const plainName = (route: string): string =>
  route
    .split(/([^A-Za-z]+)/)
    .filter((part) => !asyncWord.test(part))
    .join('')
    .replace(/[^A-Za-z0-9/]+/g, '-')
    .replace(/(?<=\/)-|-(?=\/)|-$/g, '');

function examine(facts: Facts): Finding | null {
  const rows = rowsOf(facts);
  const byName = new Map<string, { name: string; async: boolean; members: number[] }[]>();
  for (const [route, members] of groupsOf(rows.route)) {
    if (members.length < MINIMUM_REQUESTS) continue;
    const name = facts.names.routes.text(route);
    const plain = plainName(name);
    byName.set(plain, [...(byName.get(plain) ?? []), { name, async: asyncWord.test(name), members }]);
  }
  for (const pair of byName.values()) {
    const gathered = pair.find((one) => one.async);
    const sequential = pair.find((one) => !one.async);
    if (!gathered || !sequential) continue;
    const times = (one: { members: number[] }) => one.members.map((i) => rows.service[i]).filter(Number.isFinite);
    const before = medianOf(times(sequential));
    const after = medianOf(times(gathered));
    if (!(before >= QUICKER * after) || rankSumTest(times(gathered), times(sequential)).p > SURE) continue;
    const slots = knownSlots(facts.summary.server);
    return {
      severity: 'info',
      title: `Gathered sub-tasks help: ${gathered.name} takes ${durationText(after)}, ${sequential.name} ${durationText(before)}`,
      brief: `Gathered sub-tasks help: ${durationText(after)} instead of ${durationText(before)}`,
      detail: `${gathered.name} answers ${roundText(before / after)} times as fast as ${sequential.name}, as sub-tasks that run at the same time would make it.${slots === null ? '' : ` ${poolText(facts.summary.server)} can answer ${roundText((slots * 1e6) / after)} instead of ${roundText((slots * 1e6) / before)} of them per second, still ${slots} at a time.`}`,
      evidence: {
        gathered_route: gathered.name,
        sequential_route: sequential.name,
        gathered_median_seconds: after / 1e6,
        sequential_median_seconds: before / 1e6,
        speedup: before / after,
        known_by: 'the names of the routes',
      },
      advice: `If ${gathered.name} gathers its sub-tasks, do the same in ${sequential.name}: it shortens each request. It does not let a worker take a second one: for that, serve over ASGI.`,
      from: Number.NaN,
      to: Number.NaN,
    };
  }
  return null;
}

export default defineFinding({
  id: 'gathered-subtasks',
  title: 'Sub-tasks gathered inside a view do help that view',
  needs: ['time', 'duration'],
  examine,
  explain: {
    test: 'Two routes whose names differ by a word for async alone, ten requests each: the median of the async one is at least 1.3 times shorter, Mann-Whitney p < 1e-6.',
    guards:
      'A log shows no source code: only a pair of routes named alike is compared, and the advice begins with "if".',
    fix: {
      gunicorn:
        'asyncio.gather (or a thread pool) inside the view; the worker stays taken for the length of the longest sub-task',
      uvicorn: 'asyncio.gather or a TaskGroup inside the view; the worker goes on taking requests',
      waitress: 'a concurrent.futures pool inside the view',
      hypercorn: 'asyncio.gather or a TaskGroup inside the view',
      uWSGI: 'a concurrent.futures pool inside the view (--enable-threads)',
    },
  },
  fires: ['faults/gathered.log.gz'],
  quiet: ['gunicorn-sync-4-burst-of-16-gathered.log', 'gunicorn-sync-3-slow-route-starves-fast.log'],
});
