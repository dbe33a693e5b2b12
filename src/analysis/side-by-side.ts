/**
 * Logs that are read together: those whose lines are of one kind are joined first, so that a log of one kind can be held against that
 * of another. Where both tell of the same requests (an application and the proxy in front of it), these are counted once.
 */
import type { StreamFacts } from '../core/batch.ts';
import { countText, percentText } from '../core/words.ts';
import { joinInput } from './join-input.ts';
import { manyLeft, type PairedRequest, pairWithLeft } from './left-callers.ts';
import { type Partial, sameFacts } from './partial.ts';
import { RetainedRows } from './retained-rows.ts';
import { type LoggedRequests, type SameRequests, sameRequests } from './same-requests.ts';

interface Kind {
  /** Of most of its lines; null: no line of it is a request. */
  facts: StreamFacts | null;
  readonly partial: Partial;
  readonly inputs: { readonly path: string; readonly source: number }[];
}

/** What is assumed of an input, in a sentence. */
export interface Assumption {
  readonly source: number;
  readonly sentence: string;
}

/** Share of the kept log's requests whose wait must be told by the lines of the proxy; and where callers left, who waited longest. */
const ENOUGH_TWINS = 0.5;
const ENOUGH_OF_LEFT = 0.9;
/** µs: two durations of a request that waited for nobody differ by what the way costs, to either side. */
const NOTHING = 2_000;

export class SideBySide {
  readonly #kinds: Kind[] = [];

  /** The next input, whose rows bear the number `source`. */
  add(partial: Partial, path: string, source: number): void {
    const facts = partial.streams.toSorted((a, b) => b.requests - a.requests)[0]?.facts ?? null;
    const known = this.#kinds.find((kind) => facts === null || kind.facts === null || sameFacts(kind.facts, facts));
    if (!known) {
      this.#kinds.push({ facts, partial, inputs: [{ path, source }] });
      return;
    }
    known.facts ??= facts;
    joinInput(known.partial, partial, path, known.inputs, 0);
    known.inputs.push({ path, source });
  }

  /** All of them as one; null: there is none. */
  join(): { readonly partial: Partial; readonly assumptions: readonly Assumption[] } | null {
    const assumptions: Assumption[] = [];
    const kept: Kind[] = [];
    for (const kind of this.#kinds) {
      const twin = kept
        .map((other) => ({ other, same: sameRequests(requestsOf(other), requestsOf(kind)) }))
        .find(({ same }) => same !== null);
      if (!twin?.same) {
        kept.push(kind);
        continue;
      }
      const isFirst = tellsMore(twin.other, kind, twin.same);
      const [teller, proxy] = isFirst ? [twin.other, kind] : [kind, twin.other];
      kept[kept.indexOf(twin.other)] = teller;
      const same = isFirst ? twin.same : seenFromTheOther(twin.same);
      const pairs = pairsOf(teller, proxy, same);
      const isTold = tellWaits(teller, proxy, pairs);
      const left = tellAnswers(teller, proxy, pairs);
      for (const event of proxy.partial.lifecycle) teller.partial.event(event);
      const sentence = inWords(teller, proxy, same, isTold, left);
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

const requestsOf = ({ partial }: Kind): LoggedRequests => ({
  rows: partial.retained.table(),
  routes: partial.names.routes,
});

const seenFromTheOther = ({ share, twins, longer }: SameRequests): SameRequests => ({
  share,
  twins: twins.map(({ one, other }) => ({ one: other, other: one })),
  longer: -longer,
});

/** The log with workers, else the one with durations, else the one whose durations are those of the work. */
function tellsMore(one: Kind, other: Kind, { longer }: SameRequests): boolean {
  const rank = ({ facts }: Kind) => (facts?.fields.worker ? 2 : 0) + (facts?.fields.duration ? 1 : 0);
  return rank(one) === rank(other) ? !(longer < 0) : rank(one) > rank(other);
}

/** Lines of both logs that are of one request, with its wait. */
function pairsOf(teller: Kind, proxy: Kind, { twins }: SameRequests): readonly PairedRequest[] {
  const haveDurations = teller.facts?.fields.duration === true && proxy.facts?.fields.duration === true;
  if (haveDurations && manyLeft(requestsOf(proxy))) return pairWithLeft(requestsOf(teller), requestsOf(proxy));
  const mine = teller.partial.retained.table().duration;
  const theirs = proxy.partial.retained.table().duration;
  return twins.map(({ one, other }) => ({ one, other, hasLeft: false, wait: theirs[other] - mine[one] }));
}

/** What the proxy's duration is longer by is the wait in front of the application. Returns whether the log was told its waits. */
function tellWaits(teller: Kind, proxy: Kind, pairs: readonly PairedRequest[]): boolean {
  const { partial, facts } = teller;
  if (!facts?.fields.duration || !proxy.facts?.fields.duration || facts.fields.wait || facts.fields.arrival)
    return false;
  const rows = partial.retained.table();
  const { measuredWait } = proxy.partial.retained.table();
  const own = proxy.facts.fields.wait;
  const waits = pairs
    .map((pair) => ({ row: pair.one, wait: own ? measuredWait[pair.other] : pair.wait }))
    // Lines of one route that ended in the same second may be paired crosswise.
    .filter(({ wait }) => wait >= -NOTHING);
  const enough = pairs.some((pair) => pair.hasLeft) ? ENOUGH_OF_LEFT : ENOUGH_TWINS;
  if (waits.length < enough * rows.length) return false;
  for (const { row, wait } of waits) rows.measuredWait[row] = Math.max(0, wait);
  partial.retained = RetainedRows.fromState({ ...partial.retained.state(), rows });
  for (const [k, stream] of partial.streams.entries())
    partial.streams[k] = { ...stream, facts: { ...stream.facts, fields: { ...stream.facts.fields, wait: true } } };
  return true;
}

/** Callers who left did not see what the server answered. Returns how many. */
function tellAnswers(teller: Kind, proxy: Kind, pairs: readonly PairedRequest[]): number {
  const late = pairs.filter((pair) => pair.hasLeft);
  if (late.length === 0) return 0;
  const rows = teller.partial.retained.table();
  const { status } = proxy.partial.retained.table();
  teller.partial.answeredAs(
    rows,
    late.map(({ one, other }) => ({ row: one, status: status[other] })),
  );
  teller.partial.retained = RetainedRows.fromState({ ...teller.partial.retained.state(), rows });
  return late.length;
}

function inWords(teller: Kind, proxy: Kind, { share }: SameRequests, isTold: boolean, left: number): string {
  const more = proxy.partial.requests - teller.partial.requests;
  const extra = more > 0 ? ` (${countText(more, 'line')} more than there, which are left out)` : '';
  const wait = isTold ? '; what the proxy took longer is the wait' : '';
  const answers =
    left > 0
      ? `; ${countText(left, 'caller')} had left when the server answered: the status is the one that the proxy wrote`
      : '';
  return `these are the requests of ${teller.inputs[0].path}, as another server on their way logged them (time and route of ${percentText(share)} agree): they are counted once${extra}${wait}${answers}`;
}
