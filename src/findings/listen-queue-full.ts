/** Finding: the server logs that its listen queue is full, and how many connections wait in it: a measured queue. */
import { defineFinding, type Facts, type Finding } from '../core/finding.ts';
import { momentsOf } from '../core/moments.ts';
import { rowsOf } from '../core/rows.ts';
import { countUpTo, medianOf } from '../core/statistics.ts';
import { countText, durationText, roundText } from '../core/words.ts';
import { moreSlotsText } from './pool-words.ts';

/** Fewer lines than this are a passing moment. */
const FEWEST = 3;
/** Answers are counted this long before and after a line, µs. */
const AROUND = 10e6;
/** The finding is critical from this wait on, µs. */
const LONG = 500_000;

function examine(facts: Facts): Finding | null {
  const full = facts.lifecycle.filter(({ kind, value }) => kind === 'queue-full' && value !== null && value > 0);
  if (full.length < FEWEST) return null;
  const times = full.map(({ time }) => time).filter(Number.isFinite);
  const depth = Math.max(...full.map(({ value }) => value!));
  const ends = Float64Array.from(rowsOf(facts).end).sort();
  const waits = full
    .filter(({ time }) => Number.isFinite(time))
    .map(({ time, value }) => {
      const answered = countUpTo(ends, time + AROUND) - countUpTo(ends, time - AROUND);
      return answered > 0 ? (value! * 2 * AROUND) / answered : Number.NaN;
    })
    .filter(Number.isFinite);
  // N connections in the queue at X answers per second wait N / X (Little's law).
  const wait = waits.length > 0 ? medianOf(waits) : Number.NaN;
  const [from, to] = times.length > 0 ? [Math.min(...times), Math.max(...times)] : [Number.NaN, Number.NaN];
  const moments = momentsOf(facts.summary.window);
  const when = times.length > 0 ? ` between ${moments.at(from)} and ${moments.at(to)} UTC` : '';
  const waited = Number.isFinite(wait) ? `: who came then waited ${durationText(wait)} or longer` : '';
  const little = Number.isFinite(wait)
    ? ` At the ${roundText((depth * 1e6) / wait)} requests/s that were answered meanwhile, the last of them is taken after ${durationText(wait)} (Little: W = N / X).`
    : '';
  return {
    severity: !Number.isFinite(wait) || wait >= LONG ? 'critical' : 'warning',
    title: `The listen queue was full ${countText(full.length, 'time')}, with ${depth} connections waiting${waited}`,
    brief: `The listen queue was full ${countText(full.length, 'time')}`,
    detail: `The server says so itself${when}: up to ${depth} connections had been made and waited for a worker.${little} Whoever came beyond that was dropped by the kernel and tried again after 1, 3 or 7 s, or was refused: their waits are longer than any that is inferred from this log.`,
    evidence: {
      lines: full.length,
      depth,
      wait_at_least_seconds: Number.isFinite(wait) ? wait / 1e6 : null,
    },
    advice: `${moreSlotsText(facts)} A longer queue (--listen, net.core.somaxconn) drops fewer callers and lets them wait longer.`,
    from,
    to,
    lostSeconds: Number.isFinite(wait) ? (full.length * wait) / 1e6 : 0,
  };
}

export default defineFinding({
  id: 'listen-queue-full',
  title: 'The listen queue of the server was full',
  needs: [],
  examine,
  explain: {
    test: [
      'Three lines or more in which the server says how many connections wait in its listen queue, and that it is full. With N of them and X',
      "answers per second in the 20 s around the line, the last of them waits N / X (Little's law); the median over the lines is told.",
    ].join('\n'),
    guards:
      'Only lines that state the number count; a limit that answers at once (503) is limit-refuses, and waits that nobody measures are those of the pool.',
    fix: {
      gunicorn: 'does not say so; --backlog N is its queue, --workers and --threads empty it',
      uvicorn: 'does not say so; --backlog N is its queue',
      waitress: 'says how many wait inside (waitress.queue at WARNING): callers-queue; --backlog N is its queue',
      hypercorn: 'does not say so; --backlog N is its queue',
      uWSGI:
        '--processes N, or --enable-threads --threads K, empties it; --listen N (up to net.core.somaxconn) only lengthens it',
    },
  },
  fires: ['faults/listen-queue-full.log.gz'],
  quiet: ['uwsgi-4-default.log', 'faults/limit-concurrency.log.gz', 'faults/waitress-overloaded.log.gz'],
});
