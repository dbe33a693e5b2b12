/**
 * A deploy that lets the new workers begin before the old ones end (gunicorn's USR2, a rolling restart of containers): for a while all of them
 * are at work, and pids seen at once are more than the server has. Workers who begin together while others, who end together soon after,
 * go on: nobody adds as many as he takes away but who replaces them.
 */
import type { Life } from './lives.ts';

/** µs that both may be at work. */
const LONGEST = 60_000_000;
/** As a share of the time of each: of a server that is hardly younger than its handover nobody knows which workers stay. */
const LONGEST_SHARE = 0.5;
/** µs within which those who come begin, and those who go end: as far as a worker's requests are apart. */
const TOGETHER = 15_000_000;
/** Of its usual intervals between requests: who is silent for so many while others work has gone. */
const SILENT = 8;
/** That one comes and one goes is no more than chance. */
const FEWEST = 2;
/** Of more lives nobody asks: a server that starts a process for each request replaces none. */
const MOST_LIVES = 200;

/** The generations of workers who were at work at once, in order of time: one, where none handed over to another. */
export function handedOver(lives: Life[]): Life[][] {
  if (lives.length > MOST_LIVES) return [lives];
  const inOrder = lives.toSorted((a, b) => a.from - b.from);
  for (let k = FEWEST; k <= inOrder.length - FEWEST; k++) {
    const [old, young] = [inOrder.slice(0, k), inOrder.slice(k)];
    if (handOver(old, young)) return [old, ...handedOver(young)];
  }
  return [lives];
}

/** Both in the order of their beginnings. */
function handOver(old: readonly Life[], young: readonly Life[]): boolean {
  const begin = young[0].from;
  const leaving = old.filter(({ to }) => to > begin);
  const end = Math.max(...leaving.map(({ to }) => to));
  const coming = young.filter(({ from }) => from < end);
  if (leaving.length < FEWEST || coming.length < FEWEST) return false;
  // Who begins a while after others ended takes their place, and not that of those who end later.
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
