/**
 * Passes on only the rows and events in a time window, and counts what it left out. A server's own lines often have no time (waitress and uWSGI write
 * none by default): they belong to the window if the request line before them does, or the first one after them if there is none before.
 */
import type { RequestBatch } from '../core/batch.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { TimeWindow } from '../core/time-window.ts';
import { countBelow } from '../core/statistics.ts';
import type { IngestSink } from './parser.ts';
import { keepRows } from './rows.ts';

/**
 * Number of requests and events that were left out, and the earliest and latest stamp of these requests in µs (infinite if none has a
 * stamp).
 */
export interface LeftOut {
  requests: number;
  lifecycle: number;
  earliest: number;
  latest: number;
}

export class WindowFilter implements IngestSink {
  readonly leftOut: LeftOut = {
    requests: 0,
    lifecycle: 0,
    earliest: Number.POSITIVE_INFINITY,
    latest: Number.NEGATIVE_INFINITY,
  };
  readonly #window: TimeWindow;
  readonly #sink: IngestSink;
  /** Events without a time, whose neighbours are not read yet; in the order of their lines. */
  #undated: LifecycleEvent[] = [];
  /** Stamp of the last request line; NaN: there is none. */
  #lastTime = Number.NaN;

  constructor(window: TimeWindow, sink: IngestSink) {
    this.#window = window;
    this.#sink = sink;
  }

  /** A row without a time is outside every window. */
  batch(batch: RequestBatch): void {
    const { from, to } = this.#window;
    const { time } = batch;
    const { leftOut } = this;
    const before = batch.length;
    if (this.#undated.length > 0) this.#placeAmong(batch);
    if (before > 0) this.#lastTime = time[before - 1];
    let outside = 0;
    for (let i = 0; i < before; i++) {
      if (time[i] >= from && time[i] < to) continue;
      outside++;
      if (time[i] < leftOut.earliest) leftOut.earliest = time[i];
      if (time[i] > leftOut.latest) leftOut.latest = time[i];
    }
    if (outside > 0) keepRows(batch, (i) => time[i] >= from && time[i] < to);
    leftOut.requests += outside;
    if (batch.length > 0) this.#sink.batch(batch);
  }

  lifecycle(event: LifecycleEvent): void {
    if (Number.isNaN(event.time)) this.#undated.push(event);
    else this.#passOn(event, event.time);
  }

  /** Behind the last line. */
  end(): void {
    for (const event of this.#undated) this.#passOn(event, this.#lastTime);
    this.#undated = [];
  }

  /** Events behind its last row wait for the next batch. */
  #placeAmong({ length, offset, time }: RequestBatch): void {
    const later: LifecycleEvent[] = [];
    for (const event of this.#undated) {
      const rows = countBelow(length, (k) => offset[k], event.offset);
      if (rows === length) later.push(event);
      else if (rows > 0) this.#passOn(event, time[rows - 1]);
      else this.#passOn(event, Number.isNaN(this.#lastTime) ? time[0] : this.#lastTime);
    }
    this.#undated = later;
  }

  #passOn(event: LifecycleEvent, time: number): void {
    const { from, to } = this.#window;
    if (time >= from && time < to) this.#sink.lifecycle(event);
    else this.leftOut.lifecycle++;
  }
}
