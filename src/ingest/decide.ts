/** Decides what held lines are: looks for formats in them, makes plans, and assigns every line. */
import type { LogFormat } from '../core/format.ts';
import { type Beginning, Beginnings, beginningSentence, openRequests } from './beginnings.ts';
import type { Continuation } from './continuation.ts';
import { isCopyOf } from './copied-lines.ts';
import type { Candidate } from './detect/candidates.ts';
import { Detector, type Few } from './detect/detect.ts';
import { isOutgoing } from './detect/key-meanings.ts';
import { misfitOf } from './detect/misfit.ts';
import { namedColumns } from './detect/named-columns.ts';
import { NoLayout } from './detect/no-layout.ts';
import type { PlanContext } from './detect/plan-context.ts';
import type { Envelope } from './envelopes/line.ts';
import type { HeldLine, HeldLines, Variant } from './held-lines.ts';
import type { Plan } from './plan.ts';
import { planOf } from './plan-of.ts';
import type { PlanSet } from './plan-set.ts';
import { reasonFor } from './reasons.ts';
import { ofRecord } from './records.ts';
import type { RequestName } from './request-names.ts';
import type { Rescue } from './rescue.ts';
import { areApart, hostSentence, Retold, retoldSentence } from './retold.ts';
import type { Heard, ServerSpeech } from './server-speech.ts';
import { KnownLines, lookIn, type Sighting, takenBy, takesAlso, untaken } from './sightings.ts';
import type { Tally } from './tally.ts';
import { Unlisted } from './unlisted.ts';
import { Untold } from './untold.ts';

export interface DeciderParts {
  readonly formats: readonly LogFormat[];
  /** Formats that the user described. */
  readonly given: readonly Candidate[];
  readonly envelopes: readonly Envelope[];
  readonly held: HeldLines;
  readonly plans: PlanSet;
  readonly speech: ServerSpeech;
  readonly continuation: Continuation;
  readonly rescue: Rescue;
  readonly tally: Tally;
  readonly context: PlanContext;
}

/** After so many lines in which no format was found, formats are looked for in only a few of the lines. */
const PATIENCE_LINES = 1000;
/** Each line that is read restores so much of the patience. */
const REGAINED = 0.05;
const PROBED_LINES = 5;

/** The plan that takes a line, and the variant of the line that it takes. */
interface Taker {
  readonly plan: Plan;
  readonly variant: Variant;
}

/** What a line is if no plan takes it. */
type Own = Heard | 'continuation';

/** The result of a search in the held lines. */
interface Searched {
  readonly own: ReadonlyMap<HeldLine, Own>;
  /** Requests that the server itself made as a client. */
  readonly outgoing: ReadonlySet<HeldLine>;
  readonly sightings: readonly Sighting[];
  readonly beginnings: readonly Beginning[];
}

export class Decider {
  readonly #parts: DeciderParts;
  #detector: Detector;
  readonly #noLayout: NoLayout;
  readonly #retold: Retold;
  readonly #beginnings: Beginnings;
  readonly #unlisted: Unlisted;
  readonly #known = new KnownLines();
  /** Number of lines that may still be searched in vain. */
  #patience = PATIENCE_LINES;
  #linesBefore = 0;
  /** Some lines were not searched for formats. Whether this happens depends on the lines before them. */
  skipped = false;

  constructor(parts: DeciderParts) {
    this.#parts = parts;
    this.#detector = new Detector(parts.formats, parts.context.trials, parts.given);
    this.#noLayout = new NoLayout(parts.formats, parts.context.trials);
    this.#retold = new Retold(parts.context.trials, parts.context.routes);
    this.#beginnings = new Beginnings(parts.held, this.#noLayout, parts.context.trials, parts.context.routes);
    this.#unlisted = new Unlisted(parts.held, parts.plans, this.#noLayout, this.#retold);
  }

  /** Whether the line is a server's own, or part of a traceback. If so, it is counted and its events are passed on. */
  ownLine(line: HeldLine): boolean {
    const own = this.#listen(line);
    if (own) this.#place(line, own);
    return own !== null;
  }

  #listen({ variants, stream }: HeldLine): Own | null {
    const { held, speech, continuation } = this.#parts;
    const heard = speech.hear(held, variants);
    if (heard) {
      continuation.other(stream, heard.line.isError);
      return heard;
    }
    return continuation.takes(held.text(variants[variants.length - 1]), stream) ? 'continuation' : null;
  }

  #place({ offset }: HeldLine, own: Own): void {
    const { held, speech, tally } = this.#parts;
    if (own === 'continuation') {
      tally.continuation++;
      return;
    }
    tally.lifecycle++;
    speech.tell(own, held, offset);
  }

  decide(): void {
    const { held, tally, rescue, plans, formats, given, context } = this.#parts;
    if (held.lines.length === 0) return;
    const rejected = tally.unparsed;
    const taker = new Map<HeldLine, Taker>();
    const shares = new Map<Plan, number>();
    const named = namedColumns(held, formats);
    if (named.length > 0) this.#detector = new Detector(formats, context.trials, [...given, ...named]);
    const worth = this.#isWorthSearching();
    const { own, outgoing, sightings, beginnings } = this.#search(worth);
    const halves = new Map(beginnings.flatMap((one) => (one.name ? [[one.ends, one.name] as const] : [])));
    const again = this.#retold.among(sightings, (sighting) => halves.has(sighting));
    this.#makePlans(sightings, taker, shares, again, halves);
    for (const beginning of beginnings) this.#addBeginning(beginning, taker);
    const rest = held.lines.filter((line, i) => {
      const said = own.get(line);
      const taken = taker.get(line);
      if (said) this.#place(line, said);
      else if (taken && this.#isCopy(taken, held.lines[i - 1], line)) tally.continuation++;
      else if (taken) this.#take(line, taken);
      else if (outgoing.has(line)) this.#leave(line);
      return !said && !taken && !outgoing.has(line) && !rescue.take(line);
    });
    // A line that is no damaged line of a known kind may belong to a rare kind.
    const rare = worth ? [...this.#look(rest, false, 'always'), ...this.#look(rest, true, 'always')] : [];
    this.#makePlans(rare, taker, shares);
    if (sightings.length + rare.length > 0) this.#patience = PATIENCE_LINES;
    else if (worth) this.#patience -= rest.length;
    for (const line of rest) {
      const taken = taker.get(line);
      if (taken) this.#take(line, taken);
      else this.#leave(line);
    }
    const innermost = held.lines.flatMap((line) => (own.has(line) ? [] : line.variants.slice(-1)));
    const layouts = plans.list.map(({ parts }) => parts.layout);
    tally.misfit = misfitOf(given, layouts, held.sample(innermost), context.trials);
    const begun = takenBy(beginnings.map(({ begins }) => begins)).size;
    const requests = taker.size - begun + tally.unparsed - rejected;
    for (const [plan, share] of shares) plan.confidence = share / requests;
    held.clear();
  }

  /** Searches the held lines: for requests in known layouts, then in others, then in halves. @param worth false: no formats are looked for */
  #search(worth: boolean): Searched {
    const { held, plans } = this.#parts;
    const own = new Map<HeldLine, Own>();
    const few = plans.list.length > 0 ? 'never' : 'first';
    const first = worth ? this.#look(held.lines, false, few) : [];
    this.#listenToAll(first, own);
    const left = untaken(held.lines, first).filter((line) => !own.has(line));
    const outgoing = new Set(left.filter(({ variants }) => isOutgoing(held.text(variants[variants.length - 1]))));
    if (!worth) return { own, outgoing, sightings: [], beginnings: [] };
    const unknown = left.filter((line) => !outgoing.has(line));
    const second = this.#look(unknown, true, first.length > 0 ? 'never' : few);
    const open = untaken(unknown, second);
    const others = [...first, ...second, ...this.#unlisted.find(open, [...first, ...second])];
    const isFirst = plans.list.length === 0;
    const timed = isFirst && others.length === 0 ? this.#unlisted.findTimes(open) : others;
    const inHalves = isFirst && timed.length === 0 ? this.#beginnings.findEnds(open) : [];
    if (inHalves.length > 0) {
      return { own, outgoing, sightings: inHalves.map(({ ends }) => ends), beginnings: inHalves };
    }
    return { own, outgoing, sightings: timed, beginnings: this.#beginnings.find(untaken(open, timed), timed) };
  }

  /**
   * Formats are looked for in all lines that nothing takes, until a thousand of them were searched in vain. From then on, only a few lines
   * of each sample are searched, and all of the sample if one of these belongs to a format.
   */
  #isWorthSearching(): boolean {
    const { tally, plans, held } = this.#parts;
    this.#patience = Math.min(PATIENCE_LINES, this.#patience + REGAINED * (tally.lines - this.#linesBefore));
    this.#linesBefore = tally.lines;
    if (plans.list.length === 0 || this.#patience > 0) return true;
    const step = Math.max(1, Math.floor(held.lines.length / PROBED_LINES));
    const probed = held.lines.filter((_, i) => i % step === 0);
    if (this.#look(probed, false, 'always').length + this.#look(probed, true, 'always').length > 0) return true;
    if (this.#unlisted.find(probed, []).length > 0) return true;
    this.skipped = true;
    return false;
  }

  /** Whether the line is a copy of the one before it, written by the root logger. */
  #isCopy({ plan, variant }: Taker, before: HeldLine | undefined, line: HeldLine): boolean {
    if (!plan.parts.prefixed || before?.number !== line.number - 1) return false;
    const { b } = this.#parts.held;
    const [first] = before.variants;
    return isCopyOf(b, variant.start, variant.end, b, first.start, first.end);
  }

  #take(line: HeldLine, { plan, variant }: Taker): void {
    const { held, plans } = this.#parts;
    // A plan may refuse what was taken on trial, now that zone and meaning of its stamps are settled.
    if (!plans.take(plan, held.b, held.v, variant.start, line.offset, variant)) this.#leave(line);
  }

  /** Listens to the lines that no known layout took, in order with the others, as a traceback ends at a request. */
  #listenToAll(sightings: readonly Sighting[], own: Map<HeldLine, Own>): void {
    const { held, continuation } = this.#parts;
    const taken = takenBy(sightings);
    for (const line of held.lines) {
      if (taken.has(line)) continuation.other(line.stream, false);
      else {
        const said = this.#listen(line);
        if (said) own.set(line, said);
      }
    }
  }

  #makePlans(
    sightings: readonly Sighting[],
    taker: Map<HeldLine, Taker>,
    shares: Map<Plan, number>,
    again: ReadonlyMap<Sighting, Sighting> = new Map(),
    halves: ReadonlyMap<Sighting, RequestName> = new Map(),
  ): void {
    const { context, speech, plans } = this.#parts;
    const earlier = [...plans.list];
    for (const sighting of sightings) {
      const { found, lines } = sighting;
      const name = halves.get(sighting);
      const plan = planOf(sighting, name ? 'end' : null, this.#parts);
      plan.halves = name ? openRequests(name, plan) : null;
      plan.isGreedy =
        sightings.some((before) => before !== sighting && takesAlso(context.trials, sighting, before)) ||
        this.#known.areTakenBy(context.trials, sighting, earlier);
      this.#known.keep(plan, sighting);
      this.#markRetelling(plan, sighting, again.get(sighting));
      const doubtful = found.contested && !speech.formats.has(plan.parts.format.id);
      shares.set(plan, lines.length * (doubtful ? 0.5 : 1));
      for (const { line, variant } of lines) if (!taker.has(line)) taker.set(line, { plan, variant });
    }
  }

  /** Marks a plan, or hosts of it, whose lines repeat requests of another kind of lines or of another host. */
  #markRetelling(plan: Plan, sighting: Sighting, other: Sighting | undefined): void {
    const { context, tally } = this.#parts;
    if (other) {
      plan.retells = true;
      if (!areApart(sighting, other)) plan.untold = new Untold(plan, context.routes);
      tally.assumptions.add(retoldSentence(sighting, other));
    } else if (sighting.lines.some(({ variant }, _, [first]) => variant.host !== first.variant.host)) {
      const nameOf = (host: number) => context.runtime.hostName(host);
      plan.retellingHosts = this.#retold.proxies(sighting, nameOf);
      for (const host of plan.retellingHosts) {
        tally.assumptions.add(hostSentence(nameOf(host)));
      }
    }
  }

  /** Lines about the beginning of requests give no rows. What they say goes into the rows of the lines about the end. */
  #addBeginning(beginning: Beginning, taker: Map<HeldLine, Taker>): void {
    const { plans, tally } = this.#parts;
    const ends = plans.list.find((plan) => beginning.ends.lines.some(({ line }) => taker.get(line)?.plan === plan));
    const plan = planOf(
      { ...beginning.begins, found: { ...beginning.begins.found, assumptions: [] } },
      'begin',
      this.#parts,
    );
    plan.retells = plan.begins = plan.isGreedy = true;
    plan.halves = ends?.halves ?? null;
    tally.assumptions.add(beginningSentence(beginning, ends ?? null));
    for (const { line, variant } of beginning.begins.lines) taker.set(line, { plan, variant });
  }

  /** Finds formats of these lines. */
  #look(lines: readonly HeldLine[], search: boolean, few: Few): Sighting[] {
    const found = lookIn(this.#parts.held, lines, false, (sample) => this.#detector.detect(sample, search, few));
    return found.map((one) => ofRecord(one, this.#parts.held, this.#noLayout));
  }

  /** Handles a line that nothing takes. */
  #leave(line: HeldLine): void {
    const { held, tally, plans } = this.#parts;
    const innermost = held.text(line.variants[line.variants.length - 1]);
    if (/^\s/.test(innermost) || innermost === '') {
      tally.continuation++;
      return;
    }
    const [first] = plans.list;
    const whole = held.text(line.variants[0]);
    tally.reject(line.number, whole, reasonFor(innermost, whole, first?.parts.format.id));
  }
}
