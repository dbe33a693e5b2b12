/** The stream of a live log until it is stopped: ticks, findings, lifecycle events, and what happened to the files. */
import type { Clock } from '../core/clock.ts';
import { printable } from '../core/text.ts';
import { isoInstant } from '../core/time.ts';
import { FindingChanges } from './finding-changes.ts';
import type { LiveEngine } from './live-engine.ts';
import type { LiveEvent } from './live-options.ts';
import { isLifecycleWord, type StreamObject } from './stream-objects.ts';
import { Ticker } from './ticker.ts';

export class LiveStream {
  readonly #engine: LiveEngine;
  readonly #clock: Clock;
  readonly #write: (object: StreamObject) => void;
  /** Where to say what hinders reading; that is not part of the stream. */
  readonly #say: (sentence: string) => void;
  #said = '';
  readonly #ticker = new Ticker();
  readonly #findings = new FindingChanges();
  #told = 0;
  #cancel: (() => void) | null = null;
  #begun = false;

  /** Listens from now on, but writes nothing before `begin`. */
  constructor(
    engine: LiveEngine,
    clock: Clock,
    write: (object: StreamObject) => void,
    say: (sentence: string) => void,
  ) {
    this.#engine = engine;
    this.#clock = clock;
    this.#write = write;
    this.#say = say;
    engine.onEvent((event) => this.#event(event));
    engine.subscribe(() => this.#look());
  }

  /** To be called when the history has been read: writes its ticks at once, and from now on one per second. */
  begin(): void {
    this.#begun = true;
    this.#look();
    this.#tick();
  }

  /** Writes the remaining ticks and the summary. The engine must have stopped. */
  end(): void {
    this.#cancel?.();
    this.#look();
    for (const tick of this.#ticker.rest()) this.#write(tick);
    const { summary, now } = this.#engine.snapshot();
    this.#write({ type: 'summary', at: this.#at(now), summary });
  }

  #at(micros: number): string {
    return isoInstant(Math.round(micros)) ?? (isoInstant(this.#clock.nowMicros()) as string);
  }

  #event(event: LiveEvent): void {
    const { now } = this.#engine.snapshot();
    if (event.type !== 'lifecycle') this.#write({ type: event.type, at: this.#at(now), path: printable(event.path) });
    else if (isLifecycleWord(event.event.kind)) {
      this.#write({
        type: 'lifecycle',
        at: this.#at(event.event.time),
        event: event.event.kind,
        worker: event.event.worker,
      });
    }
  }

  /** Adds the requests that are new in the snapshot to the ticks, and writes what is due. */
  #look(): void {
    const snapshot = this.#engine.snapshot();
    const { requests, placement, total, inference, summary } = snapshot;
    const fresh = Math.min(requests.length, total - this.#told);
    this.#ticker.add(requests, placement, requests.length - fresh, requests.length);
    this.#told = total;
    this.#ticker.capacity = inference.unbounded ? null : inference.capacity.value;
    const { hindrance } = this.#engine;
    if (hindrance !== '' && (this.#said === '' || !hindrance.endsWith('behind'))) {
      if (hindrance !== this.#said) this.#say(hindrance);
    }
    this.#said = hindrance;
    if (!this.#begun) return;
    const until = snapshot.live ? Math.min(snapshot.now, this.#engine.readUntil) : this.#ticker.newest;
    // The second that is just passing stays open: requests of it may still come.
    this.#tell(this.#ticker.until(until, snapshot.live));
    for (const { state, finding } of this.#findings.update(summary.findings, snapshot.now)) {
      this.#write({ type: 'finding', at: this.#at(snapshot.now), state, finding });
    }
  }

  #tell(ticks: readonly StreamObject[]): void {
    for (const tick of ticks) {
      this.#write(tick.type === 'tick' ? { ...tick, behind_bytes: this.#engine.behind } : tick);
    }
  }

  /** Fires just after every full second, so that a second is written as soon as it is over. */
  #tick(): void {
    const beyond = 1_000_000 - (this.#clock.nowMicros() % 1_000_000);
    this.#cancel = this.#clock.after(beyond / 1000 + 5, () => {
      this.#look();
      this.#tick();
    });
  }
}
