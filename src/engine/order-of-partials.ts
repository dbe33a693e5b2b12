/** Partials of parts of one log in the order of their times, in whatever order a shell or an engine hands them over. */
import type { PartialFile } from '../analysis/partial-file.ts';

/** One long request may reach this far into the next part, µs. */
const LONG_OVERLAP = 5_000_000;

/** Each after the other: what is of logs that were written at once has no order of its own. */
const follow = (parts: readonly PartialFile[]): boolean =>
  parts.every(({ partial }, i) => i === 0 || partial.first >= parts[i - 1].partial.last - LONG_OVERLAP);

/** Those of a host take its places in the list; as they are given where their times do not tell. */
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
