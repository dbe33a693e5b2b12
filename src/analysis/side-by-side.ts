/**
 * Logs that are read together: those whose lines are of one kind are joined first, so that a log of one kind can be held against that
 * of another. Where both tell of the same requests (an application and the proxy in front of it), these are counted once; so is a log
 * that is given twice.
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

/** What is assumed of an input, in a sentence. */
export interface Assumption {
  readonly source: number;
  readonly sentence: string;
}

/** The reports of inputs, with what was assumed of them. */
export function withAssumptions(inputs: readonly InputSummary[], assumptions: readonly Assumption[]): InputSummary[] {
  const said = [...inputs];
  for (const { source, sentence } of assumptions) {
    said[source] = { ...said[source], assumptions: [...said[source].assumptions, sentence] };
  }
  return said;
}

export class SideBySide {
  readonly #kinds: Kind[] = [];
  /** Of those that were added, as they were before they were joined; the first one is kept until there is a second. */
  readonly #prints: { readonly path: string; readonly print: string | null }[] = [];
  #first: Partial | null = null;
  /** What was noted as inputs were added. */
  readonly #assumptions: Assumption[] = [];

  /** Whether an input is a copy of one before it, which is noted. */
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

  /** The next input, whose rows bear the number `source`, and the logs that stand in it one behind another. */
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

  /** Lines of a proxy in an input that was added: they tell of its requests once more. */
  addRetold(partial: Partial, path: string, source: number): void {
    const facts = partial.streams[0]?.facts ?? null;
    const input = { path, source, requests: partial.requests };
    if (facts) this.#kinds.push({ facts, partial, isRetold: true, inputs: [input] });
  }

  /** All of them as one; null: there is none. */
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
  /** µs by which the clock of the new one is ahead of that of the other one. */
  readonly ahead: number;
}

/** The one that tells of the same requests, by clocks that may differ. */
function twinAmong(kept: readonly Kind[], kind: Kind): TwinLog | null {
  for (const other of kept) {
    const one = requestsOf(other, 0);
    const two = requestsOf(kind, 0);
    // Clocks that agree well enough to see that the requests are the same may still be apart by more than the ticks of the stamps.
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

/** The log with workers, else the one with durations, else the one whose durations are those of the work. */
function tellsMore(one: Kind, other: Kind, { longer }: SameRequests): boolean {
  const rank = ({ facts }: Kind) => (facts?.fields.worker ? 2 : 0) + (facts?.fields.duration ? 1 : 0);
  return rank(one) === rank(other) ? !(longer < 0) : rank(one) > rank(other);
}
