/** Sorts partials of parts of one log by time, whatever the order in which they were given. */
import type { PartialFile } from '../analysis/partial-file.ts';

/** A long request may overlap the next part by this much, µs. */
const LONG_OVERLAP = 5_000_000;

/** true: each part follows the one before. Logs that were written at the same time have no order. */
const follow = (parts: readonly PartialFile[]): boolean =>
  parts.every(({ partial }, i) => i === 0 || partial.first >= parts[i - 1].partial.last - LONG_OVERLAP);

/** The partials of each host keep its places in the list; they are sorted only if their times allow it. */
export function inOrderOfTime(given: readonly PartialFile[]): readonly PartialFile[] {
  const byHost = new Map<string, PartialFile[]>();
  for (const one of given) {
    const host = one.inputs[0]?.host ?? '';
    byHost.set(host, [...(byHost.get(host) ?? []), one]);
  }
  for (const [host, parts] of byHost) {
    const sorted = parts.toSorted((a, b) => a.partial.last - b.partial.last);
    if (sorted.every(({ partial }) => Number.isFinite(partial.last)) && follow(sorted)) byHost.set(host, sorted);
  }
  return given.map((one) => byHost.get(one.inputs[0]?.host ?? '')!.shift()!);
}
