/**
 * Logs that are read together. Those whose lines are of one kind are joined first, so that one kind can be compared with another. If two
 * kinds log the same requests (an application and the proxy in front of it), these are counted once. So is a log that is given twice.
 */

import { sameFacts } from '../core/batch.ts';
import type { InputSummary } from '../core/summary.ts';
import { clockOffsets, FARTHEST, NEAR } from './clock-offset.ts';
import { fingerprintOf } from './copied-log.ts';
import { joinInput } from './join-input.ts';
import { logsInARow, pathOfLog } from './logs-in-a-row.ts';
import type { Partial } from './partial.ts';
import { type SameRequests, sameRequests } from './same-requests.ts';
import { type Kind, requestsOf, tellByProxy } from './told-by-proxy.ts';

/** What is assumed about an input, in a sentence. */
export interface Assumption {
  readonly source: number;
  readonly sentence: string;
}

/** The reports of inputs, extended by what was assumed about them. */
export function withAssumptions(inputs: readonly InputSummary[], assumptions: readonly Assumption[]): InputSummary[] {
  const said = [...inputs];
  for (const { source, sentence } of assumptions) {
    said[source] = { ...said[source], assumptions: [...said[source].assumptions, sentence] };
  }
  return said;
}

export class SideBySide {
  readonly #kinds: Kind[] = [];
  /**
   * Fingerprints of the added logs, as they were before joining. That of the first is computed only when there is a second; until then
   * `#first` keeps it.
   */
  readonly #prints: { readonly path: string; readonly print: string | null }[] = [];
  #first: Partial | null = null;
  /** Assumptions noted as inputs were added. */
  readonly #assumptions: Assumption[] = [];

  /** Whether a log is a copy of an earlier one; notes it if so. */
  #isCopy(partial: Partial, path: string, source: number): boolean {
    if (this.#prints.length === 0 && !this.#first) {
      this.#first = partial;
      this.#prints.push({ path, print: null });
      return false;
    }
    if (this.#first) this.#prints[0] = { path: this.#prints[0].path, print: fingerprintOf(this.#first) };
    this.#first = null;
    const print = fingerprintOf(partial);
    const original = this.#prints.find((one) => print !== null && one.print === print);
    if (!original) this.#prints.push({ path, print });
    else {
      const sentence =
        original.path === path
          ? 'it is given more than once: counted once'
          : `it is a copy of ${original.path}, request by request: counted once`;
      this.#assumptions.push({ source, sentence });
    }
    return original !== undefined;
  }

  /** Adds the next input, whose rows have the number `source`. `row`: the logs that stand in it one after another; null: it is one log. */
  add(partial: Partial, path: string, source: number, row = logsInARow(partial)): void {
    if (!row) {
      this.#addLog(partial, path, source);
      return;
    }
    this.#assumptions.push({ source, sentence: row.sentence });
    row.logs.forEach(({ log }, k) => {
      this.#addLog(log, pathOfLog(path, k), source);
    });
  }

  #addLog(partial: Partial, path: string, source: number): void {
    if (this.#isCopy(partial, path, source)) return;
    const facts = partial.streams.toSorted((a, b) => b.requests - a.requests)[0]?.facts ?? null;
    const input = { path, source, requests: partial.requests };
    const known = this.#kinds.find(
      (kind) => !kind.isRetold && (facts === null || kind.facts === null || sameFacts(kind.facts, facts)),
    );
    if (!known) {
      this.#kinds.push({ facts, partial, isRetold: false, inputs: [input] });
      return;
    }
    known.facts ??= facts;
    joinInput(known.partial, partial, path, known.inputs, 0);
    known.inputs.push(input);
  }

  /** Adds lines of a proxy from an input that was added: they log its requests a second time. */
  addRetold(partial: Partial, path: string, source: number): void {
    const facts = partial.streams[0]?.facts ?? null;
    const input = { path, source, requests: partial.requests };
    if (facts) this.#kinds.push({ facts, partial, isRetold: true, inputs: [input] });
  }

  /** All logs as one; null: there are none. */
  join(): { readonly partial: Partial; readonly assumptions: readonly Assumption[] } | null {
    const assumptions = [...this.#assumptions];
    const kept: Kind[] = [];
    for (const kind of this.#kinds) {
      const twin = twinAmong(kept, kind);
      if (!twin || (kind.isRetold && !tellsMore(twin.other, kind, twin.same))) {
        if (!kind.isRetold) kept.push(kind);
        continue;
      }
      const isFirst = tellsMore(twin.other, kind, twin.same);
      const [teller, proxy] = isFirst ? [twin.other, kind] : [kind, twin.other];
      kept[kept.indexOf(twin.other)] = teller;
      const sentence = isFirst
        ? tellByProxy(teller, proxy, twin.same, twin.ahead)
        : tellByProxy(teller, proxy, seenFromTheOther(twin.same), -twin.ahead);
      for (const { source } of proxy.inputs) assumptions.push({ source, sentence });
    }
    if (kept.length === 0) return null;
    const [{ partial, inputs }, ...others] = kept;
    for (const other of others) {
      joinInput(partial, other.partial, other.inputs[0].path, inputs, 0);
      inputs.push(...other.inputs);
    }
    return { partial, assumptions };
  }
}

interface TwinLog {
  readonly other: Kind;
  readonly same: SameRequests;
  /** µs by which the new log's clock is ahead of the other one's. */
  readonly ahead: number;
}

/** The kept kind that logs the same requests, allowing for different clocks; null: none does. */
function twinAmong(kept: readonly Kind[], kind: Kind): TwinLog | null {
  for (const other of kept) {
    const one = requestsOf(other, 0);
    const two = requestsOf(kind, 0);
    // Clocks that agree well enough to show that the requests are the same may still differ by more than a tick of the stamps.
    const byOne = sameRequests(one, two);
    const offsets = clockOffsets(one, two, byOne ? NEAR : FARTHEST);
    for (const ahead of offsets) {
      const same = sameRequests(one, requestsOf(kind, ahead));
      if (same) return { other, same, ahead };
    }
    if (byOne) return { other, same: byOne, ahead: 0 };
  }
  return null;
}

const seenFromTheOther = ({ share, groups, longer }: SameRequests): SameRequests => ({
  share,
  groups: groups.map(({ one, other }) => ({ one: other, other: one })),
  longer: -longer,
});

/** Whether `one` is the log to keep: the one with workers, else the one with durations, else the one whose durations are service times. */
function tellsMore(one: Kind, other: Kind, { longer }: SameRequests): boolean {
  const rank = ({ facts }: Kind) => (facts?.fields.worker ? 2 : 0) + (facts?.fields.duration ? 1 : 0);
  return rank(one) === rank(other) ? !(longer < 0) : rank(one) > rank(other);
}
