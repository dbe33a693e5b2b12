/**
 * Logs that are read together: those whose lines are of one kind are joined first, so that a log of one kind can be held against that
 * of another. Where both tell of the same requests (an application and the proxy in front of it), these are counted once.
 */
import type { StreamFacts } from '../core/batch.ts';
import { countText, listText, percentText } from '../core/words.ts';
import { joinInput, serverOfWorker } from './join-input.ts';
import { type PairedRequest, pairRequests } from './left-callers.ts';
import { type Partial, sameFacts } from './partial.ts';
import { RetainedRows } from './retained-rows.ts';
import { type LoggedRequests, type SameRequests, sameRequests, type TwinGroup } from './same-requests.ts';

interface Kind {
  /** Of most of its lines; null: no line of it is a request. */
  facts: StreamFacts | null;
  readonly partial: Partial;
  readonly inputs: { readonly path: string; readonly source: number; readonly requests: number }[];
}

/** What is assumed of an input, in a sentence. */
export interface Assumption {
  readonly source: number;
  readonly sentence: string;
}

/** Share of the kept log's requests whose wait must be told by the lines of the proxy; and where callers left, who waited longest. */
const ENOUGH_TWINS = 0.5;
const ENOUGH_OF_LEFT = 0.9;
/** Share of the pairs that may be lines of two servers. */
const HARDLY_MIXED = 0.05;
/** µs: two durations of a request that waited for nobody differ by what the way costs, to either side. */
const NOTHING = 2_000;

export class SideBySide {
  readonly #kinds: Kind[] = [];

  /** The next input, whose rows bear the number `source`. */
  add(partial: Partial, path: string, source: number): void {
    const facts = partial.streams.toSorted((a, b) => b.requests - a.requests)[0]?.facts ?? null;
    const input = { path, source, requests: partial.requests };
    const known = this.#kinds.find((kind) => facts === null || kind.facts === null || sameFacts(kind.facts, facts));
    if (!known) {
      this.#kinds.push({ facts, partial, inputs: [input] });
      return;
    }
    known.facts ??= facts;
    joinInput(known.partial, partial, path, known.inputs, 0);
    known.inputs.push(input);
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
      const pairs = pairsOf(teller, proxy);
      const ofAll = shareMixed(teller, same) > HARDLY_MIXED;
      const isTold = tellWaits(teller, proxy, pairs, ofAll);
      const left = tellAnswers(teller, proxy, pairs);
      for (const event of proxy.partial.lifecycle) teller.partial.event(event);
      const sentence = inWords(teller, proxy, same, { isTold, ofAll, left });
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

/** Lines of both logs that are of one request, with its wait; none where one of them has no durations. */
function pairsOf(teller: Kind, proxy: Kind): readonly PairedRequest[] {
  const haveDurations = teller.facts?.fields.duration === true && proxy.facts?.fields.duration === true;
  return haveDurations ? pairRequests(requestsOf(teller), requestsOf(proxy)) : [];
}

/** Share of the pairs of which nobody knows of which of several servers they are. */
function shareMixed({ partial }: Kind, { groups }: SameRequests): number {
  const { worker } = partial.retained.table();
  const servers = partial.workers.map((_, id) => serverOfWorker(partial.names.workers.text(id)));
  const isMixed = ({ one }: TwinGroup) => new Set(one.map((row) => servers[worker[row]])).size > 1;
  const size = (some: readonly TwinGroup[]) => some.reduce((sum, { one }) => sum + one.length, 0);
  return size(groups.filter(isMixed)) / Math.max(1, size(groups));
}

/** What the proxy's duration is longer by is the wait in front of the application. Returns whether the log was told its waits. */
function tellWaits(teller: Kind, proxy: Kind, pairs: readonly PairedRequest[], ofAll: boolean): boolean {
  const { partial, facts } = teller;
  if (!facts?.fields.duration || !proxy.facts?.fields.duration || facts.fields.wait || facts.fields.arrival)
    return false;
  const rows = partial.retained.table();
  const waits = pairs.map(({ one, wait }) => ({ row: one, wait })).filter(({ wait }) => wait >= -NOTHING);
  const hasLeft = pairs.some((pair) => pair.hasLeft);
  // Whose request of several servers was left waiting, no order tells.
  if (hasLeft && ofAll) return false;
  if (waits.length < (hasLeft ? ENOUGH_OF_LEFT : ENOUGH_TWINS) * rows.length) return false;
  for (const { row, wait } of waits) rows.measuredWait[row] = Math.max(0, wait);
  partial.retained = RetainedRows.fromState({ ...partial.retained.state(), rows });
  for (const [k, stream] of partial.streams.entries()) {
    const before = stream.facts;
    const facts = {
      ...before,
      ...(ofAll ? { waitsOfAll: true as const } : {}),
      fields: { ...before.fields, wait: true },
    };
    partial.streams[k] = { ...stream, facts };
  }
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

/** What was made of the pairs. */
interface Told {
  readonly isTold: boolean;
  readonly ofAll: boolean;
  readonly left: number;
}

function inWords(teller: Kind, proxy: Kind, { share }: SameRequests, { isTold, ofAll, left }: Told): string {
  const more = proxy.partial.requests - teller.partial.requests;
  const extra = more > 0 ? ` (${countText(more, 'line')} more than there, which are left out)` : '';
  const wait = !isTold
    ? ''
    : ofAll
      ? '; what the proxy took longer is the wait, of all servers together: which of them a request waited for its lines do not say'
      : '; what the proxy took longer is the wait';
  const logs = listText(teller.inputs.filter(({ requests }) => requests > 0).map(({ path }) => path));
  const answers =
    left > 0
      ? `; ${countText(left, 'caller')} had left when the server answered: the status is the one that the proxy wrote`
      : '';
  return `these are the requests of ${logs}, as another server on their way logged them (time and route of ${percentText(share)} agree): they are counted once${extra}${wait}${answers}`;
}
