/**
 * A deploy that lets the new workers begin before the old ones end (gunicorn's USR2, a rolling restart of containers). For a while all of
 * them work, so more pids are seen at once than the server has workers. It shows as workers who begin together, while others go on and end
 * together soon after: whoever adds as many workers as he takes away replaces them.
 */
import type { Life } from './lives.ts';

/** µs for which both generations may be at work. */
const LONGEST = 60_000_000;
/** The same as a share of each one's time. If a server is hardly older than its handover, it does not show which workers stay. */
const LONGEST_SHARE = 0.5;
/** µs within which the new workers begin, and within which the old ones end: about as far apart as a worker's requests. */
const TOGETHER = 15_000_000;
/** A worker that is silent for so many of its usual intervals between requests, while others work, has gone. */
const SILENT = 8;
/** With fewer, that workers come and go at the same time may be chance. */
const FEWEST = 2;
/** With more lives no handover is looked for: a server that starts a process for each request replaces none. */
const MOST_LIVES = 200;

/** The generations of workers that were at work at once, in order of time; a single one if no workers handed over to others. */
export function handedOver(lives: Life[]): Life[][] {
  if (lives.length > MOST_LIVES) return [lives];
  const inOrder = lives.toSorted((a, b) => a.from - b.from);
  for (let k = FEWEST; k <= inOrder.length - FEWEST; k++) {
    const [old, young] = [inOrder.slice(0, k), inOrder.slice(k)];
    if (handOver(old, young)) return [old, ...handedOver(young)];
  }
  return [lives];
}

/** Whether `old` handed over to `young`; both in the order of their beginnings. */
function handOver(old: readonly Life[], young: readonly Life[]): boolean {
  const begin = young[0].from;
  const leaving = old.filter(({ to }) => to > begin);
  const end = Math.max(...leaving.map(({ to }) => to));
  const coming = young.filter(({ from }) => from < end);
  if (leaving.length < FEWEST || coming.length < FEWEST) return false;
  // A worker that begins a while after others ended takes their place, not that of those that end later.
  const replaces =
    old.some(({ to }) => to <= begin && to > begin - LONGEST) ||
    young.some(({ from }) => from >= end && from < end + LONGEST);
  if (replaces) return false;
  const both = end - begin;
  const interval = Math.max(...leaving.map(({ from, to, requests }) => (to - from) / requests));
  const shorter = Math.min(end - old[0].from, Math.max(...young.map(({ to }) => to)) - begin);
  return (
    both <= Math.min(LONGEST, LONGEST_SHARE * shorter) &&
    end - Math.min(...leaving.map(({ to }) => to)) <= TOGETHER &&
    coming[coming.length - 1].from - begin <= TOGETHER &&
    coming.every(({ to }) => to > end + SILENT * interval)
  );
}
