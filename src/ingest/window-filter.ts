/** Passes on only the rows and events in a time window, and counts what it left out. */
import type { RequestBatch } from '../core/batch.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import type { TimeWindow } from '../core/time-window.ts';
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
    const { from, to } = this.#window;
    if (event.time >= from && event.time < to) this.#sink.lifecycle(event);
    else this.leftOut.lifecycle++;
  }
}
