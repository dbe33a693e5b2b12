/** Finding: the clock of the log jumps, or lines are missing or unreadable, so its numbers are less reliable. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { lostLines } from '../core/lost-lines.ts';
import { countText, durationText, percentText } from '../core/words.ts';

/** A stamp more than this (µs) before the previous one is a clock set back; smaller steps are the ordinary disorder of the lines. */
const STEP = 2e6;
const UNREADABLE_SHARE = 0.01;
const UNREADABLE = 10;

interface Steps {
  readonly count: number;
  readonly largest: number;
  readonly at: number;
}

/**
 * Lines are written in order of their ends, or of their starts, depending on what the stamp means. If a stamp is far before the previous
 * one and the log goes on from there, the clock was set back.
 */
function stepsOf({ requests }: Facts): Steps {
  const bySource = new Map<number, number[]>();
  for (let i = 0; i < requests.length; i++) {
    const list = bySource.get(requests.source[i]);
    if (list) list.push(i);
    else bySource.set(requests.source[i], [i]);
  }
  let count = 0;
  let largest = 0;
  let first = Number.NaN;
  for (const order of bySource.values()) {
    // It is unknown which of the two is in order of the lines: take the one with fewer jumps.
    const steps = [requests.end, requests.start]
      .map((column) => jumps(order, column))
      .sort((a, b) => a.count - b.count)[0];
    count += steps.count;
    largest = Math.max(largest, steps.largest);
    if (steps.count > 0 && !(first <= steps.at)) first = steps.at;
  }
  return { count, largest, at: first };
}

function jumps(order: readonly number[], column: Float64Array): Steps {
  let count = 0;
  let largest = 0;
  let at = Number.NaN;
  for (let k = 1; k + 3 < order.length; k++) {
    const back = column[order[k - 1]] - column[order[k]];
    if (!(back > STEP)) continue;
    // A single late line is a slow writer. After a real step the next three lines are early as well.
    if ([1, 2, 3].some((ahead) => !(column[order[k + ahead]] < column[order[k - 1]] - STEP / 2))) continue;
    count++;
    if (back > largest) largest = back;
    if (Number.isNaN(at)) at = column[order[k]];
  }
  return { count, largest, at };
}

function examine(facts: Facts): Finding | null {
  const { summary, lifecycle } = facts;
  const steps = stepsOf(facts);
  const lines = summary.inputs.reduce((sum, input) => sum + input.lines, 0);
  const unparsed = summary.inputs.reduce((sum, input) => sum + lostLines(input), 0);
  const unreadable = unparsed >= UNREADABLE && unparsed >= UNREADABLE_SHARE * lines;
  const killed = new Set(
    lifecycle.filter(({ kind }) => kind === 'timeout' || kind === 'killed').map(({ worker }) => worker),
  ).size;
  if (steps.count === 0 && !unreadable) return null;
  const said: string[] = [];
  if (steps.count > 0) {
    said.push(
      `The clock was set back ${countText(steps.count, 'time')}, by ${durationText(steps.largest)} at most: durations across such a step, rates around it and lanes are wrong there.`,
    );
  }
  if (unreadable) {
    said.push(
      `${unparsed} of ${lines} lines (${percentText(unparsed / lines)}) were not understood and are missing from every number.`,
    );
  }
  if (killed > 0) said.push(`${countText(killed, 'killed worker')} wrote no line for what they were doing.`);
  const example = summary.inputs.flatMap((input) => input.unparsed_examples)[0];
  return {
    severity: unreadable && unparsed >= 0.1 * lines ? 'warning' : 'info',
    title:
      steps.count > 0
        ? `The clock of the log jumps back by ${durationText(steps.largest)}`
        : `${percentText(unparsed / lines)} of the lines were not understood`,
    detail: said.join(' '),
    evidence: {
      clock_steps: steps.count,
      largest_step_seconds: steps.largest / 1e6,
      lines,
      unparsed,
      first_unparsed_line: example?.line ?? null,
      killed_workers: killed,
    },
    advice:
      (steps.count > 0
        ? 'Let the clock be slewed, not stepped (chrony with makestep at boot alone), and log in UTC, so that the change to winter time is no step; logs of several servers that stand one behind another in a file (kubectl logs -l, cat) belong into files of their own. '
        : '') +
      (unreadable
        ? `Look at line ${example?.line ?? '?'}${example ? ` (${example.reason})` : ''}: another program writes into the log, or the format changed; --log-format names one by hand.`
        : ''),
    from: steps.at,
    to: Number.NaN,
  };
}

export default defineFinding({
  id: 'clock-or-lines-lost',
  title: 'The clock of the log jumps, or lines are lost',
  needs: [],
  examine,
  explain: {
    test: [
      'In the order of the lines, the stamp (end or start, whichever runs smoother) falls back by more than 2 s and the next three',
      'lines stay behind; or at least 10 lines and 1 % of all were not understood.',
      'Lines that tell of no request, as an application logs them, are none of these.',
    ].join('\n'),
    guards: 'One late line is a slow writer and no step. Disorder within the length of a request does not count.',
    fix: {
      gunicorn: 'log in UTC (TZ=UTC); one log file per server, not one shared by several programs',
      uvicorn: 'log with %(asctime)s in UTC',
      waitress: 'TZ=UTC',
      hypercorn: 'TZ=UTC',
      uWSGI: '--log-date in UTC; keep --log-micros',
    },
  },
  fires: [],
  quiet: [
    'gunicorn-sync-4-nearly-full.log',
    'waitress-4-threads-ramp.log',
    'gunicorn-sync-3-timeout-kills.log',
    'hypercorn-4-default.log',
  ],
});
