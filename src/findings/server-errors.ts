/** Finding: a share of the answers are server errors. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { countText, percentText } from '../core/words.ts';

const MINIMUM_ERRORS = 5;
/** A warning from the first share on, critical from the second one on. */
const MANY = 0.05;
const MOST_SEVERE = 0.25;

/** The most frequent value of the column among the rows, and how many have it. */
function commonest(column: ArrayLike<number>, rows: readonly number[]): { value: number; count: number } {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(column[row], (counts.get(column[row]) ?? 0) + 1);
  const [value, count] = [...counts].reduce((most, one) => (one[1] > most[1] ? one : most));
  return { value, count };
}

function examine({ requests, names }: Facts): Finding | null {
  const answered = Array.from({ length: requests.length }, (_, row) => row).filter((row) => requests.status[row] > 0);
  const failed = answered.filter((row) => requests.status[row] >= 500);
  const share = failed.length / answered.length;
  if (failed.length < MINIMUM_ERRORS || share < MANY) return null;
  const status = commonest(requests.status, failed);
  const route = commonest(requests.route, failed);
  const ofRoute = answered.filter((row) => requests.route[row] === route.value).length;
  const name = names.routes.text(route.value);
  const routes = new Set(failed.map((row) => requests.route[row])).size;
  const where =
    route.count > failed.length / 2
      ? routes === 1
        ? `all on ${name}`
        : `most of them on ${name}`
      : `on ${routes} routes`;
  return {
    severity: share >= MOST_SEVERE ? 'critical' : 'warning',
    title: `${percentText(share)} of the answers are server errors, ${where}`,
    brief: `${percentText(share)} of the answers are server errors`,
    detail: `${countText(failed.length, 'server error')} in ${countText(answered.length, 'answer')}, mostly ${status.value}; ${name} failed ${route.count} of ${ofRoute} times. Why, an access log does not say.`,
    evidence: {
      errors: failed.length,
      requests: answered.length,
      share,
      main_status: status.value,
      main_route: name,
      main_route_errors: route.count,
      main_route_share: route.count / ofRoute,
    },
    advice: `Read the tracebacks of ${name} in the error log: more workers do not mend errors.`,
    from: Number.NaN,
    to: Number.NaN,
  };
}

export default defineFinding({
  id: 'server-errors',
  title: 'A share of the answers are server errors',
  needs: [],
  ofPart: true,
  examine,
  explain: {
    test: 'At least 5 answers with a status of 500 or more, and at least 5 % of all that have a status; critical from 25 % on.',
    guards:
      'Errors that bunch together in time are an error burst, and those of killed workers belong to the kills: then this is silent and listed as their symptom.',
    fix: {
      gunicorn:
        'the tracebacks are in --error-logfile (standard error without it); --capture-output adds what the application prints',
      uvicorn: 'the tracebacks are on the uvicorn.error logger',
      waitress: 'the tracebacks are on the waitress logger',
      hypercorn: 'the tracebacks are in --error-logfile',
      uWSGI: 'the tracebacks are in the same log as the requests, or in that of --logto',
    },
  },
  fires: ['gunicorn-sync-2-failing-route.log', 'faults/retry-storm-not.log.gz'],
  quiet: ['gunicorn-sync-4-nearly-full.log', 'hypercorn-4-default.log'],
});
