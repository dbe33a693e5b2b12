/**
 * Requests, errors and busy time per step of time, in bounded memory: if a log spans more steps than fit, they are joined into longer ones.
 * The step depends only on the span of the data, and all sums are of whole µs. So the result is the same for any order and any split of the
 * rows.
 */
import type { RequestTable } from '../core/table.ts';
import { MICROS_PER_SECOND } from '../core/time.ts';
import { FIRST_ERROR } from './totals.ts';

/** Seconds. Each step divides the next, so that joining is exact. */
export const STEPS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 21_600, 86_400, 864_000, 8_640_000];
export const MAX_CELLS = 1 << 18;

export interface TimelineView {
  /** µs since 1970 UTC: beginning of the first cell. */
  readonly from: number;
  readonly stepSeconds: number;
  readonly requests: Float64Array;
  readonly errors: Float64Array;
  /** µs of busy time in each cell. */
  readonly busyMicros: Float64Array;
}

export class Timeline {
  #stepIndex = 0;
  #stepMicros = MICROS_PER_SECOND;
  /** Number of the cell at index 0, counted from 1970. */
  #base = 0;
  /** Indices of the first and the last cell in use. */
  #low = 0;
  #high = -1;
  /**
   * Caches: cells of the last end and of the last start, and the instants [from, to) in µs that they cover. Lines come in order of time.
   */
  #endFrom = 0;
  #endTo = 0;
  #endCell = 0;
  #startFrom = 0;
  #startTo = 0;
  #startCell = 0;
  #requests = new Float64Array(0);
  #errors = new Float64Array(0);
  /** Busy µs in cells that a request covers only partly. */
  #partly = new Float64Array(0);
  /** +1 at the first cell that a request covers completely, -1 after the last one. */
  #covered = new Float64Array(0);

  get empty(): boolean {
    return this.#high < 0;
  }

  /** Counts a request at an instant (µs). */
  count(instant: number, isError: boolean): void {
    if (!(instant >= this.#endFrom && instant < this.#endTo)) this.#seekEnd(instant);
    this.#requests[this.#endCell]++;
    if (isError) this.#errors[this.#endCell]++;
  }

  /** Counts the requests from row `from` on that end in the same step as that row. @returns the row after them */
  countRun(end: Float64Array, status: Uint16Array, from: number, length: number): number {
    if (!(end[from] >= this.#endFrom && end[from] < this.#endTo)) this.#seekEnd(end[from]);
    const endFrom = this.#endFrom;
    const endTo = this.#endTo;
    let errors = 0;
    let to = from;
    for (; to < length && end[to] >= endFrom && end[to] < endTo; to++) if (status[to] >= FIRST_ERROR) errors++;
    this.#requests[this.#endCell] += to - from;
    this.#errors[this.#endCell] += errors;
    return to;
  }

  /** Adds the busy time of the rows [from, to), which must be the last counted run. */
  busyRun({ start, end, duration }: RequestTable, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      row = this.#busyAlike(start, end, duration, row, to);
      if (row < to) this.busy(start[row], end[row]);
    }
  }

  /** Adds those that begin in the step of the last start or in the step of their end, until one does not. @returns that row, or `to` */
  #busyAlike(start: Float64Array, end: Float64Array, duration: Float64Array, from: number, to: number): number {
    const startFrom = this.#startFrom;
    const startTo = this.#startTo;
    const endFrom = this.#endFrom;
    let [before, within, crossing] = [0, 0, 0];
    let row = from;
    for (; row < to; row++) {
      const started = start[row];
      const ended = end[row];
      if (!(duration[row] > 0 && ended > started)) continue;
      if (started >= endFrom) within += ended - started;
      else if (started >= startFrom && started < startTo) {
        before += startTo - started;
        within += ended - endFrom;
        crossing++;
      } else break;
    }
    this.#partly[this.#endCell] += within;
    if (crossing > 0) {
      this.#partly[this.#startCell] += before;
      this.#covered[this.#startCell + 1] += crossing;
      this.#covered[this.#endCell] -= crossing;
    }
    return row;
  }

  /** Adds the busy time of a request from start to end (µs). */
  busy(start: number, end: number): void {
    if (!(end > start)) return;
    if (!(start >= this.#startFrom && start < this.#startTo)) this.#seekStart(start);
    if (!(end >= this.#endFrom && end < this.#endTo)) this.#seekEnd(end);
    // Making room for the end may have moved the cell of the start.
    if (!(start >= this.#startFrom && start < this.#startTo)) this.#seekStart(start);
    const first = this.#startCell;
    const last = this.#endCell;
    if (first === last) {
      this.#partly[first] += end - start;
      return;
    }
    this.#partly[first] += this.#startTo - start;
    this.#partly[last] += end - this.#endFrom;
    this.#covered[first + 1]++;
    this.#covered[last]--;
  }

  /** A request that was counted at this instant has turned out to be an error. */
  fail(instant: number): void {
    if (!Number.isNaN(instant)) this.#errors[this.#cellOf(instant)]++;
  }

  #seekEnd(instant: number): void {
    this.#endCell = this.#cellOf(instant);
    this.#endFrom = (this.#base + this.#endCell) * this.#stepMicros;
    this.#endTo = this.#endFrom + this.#stepMicros;
  }

  #seekStart(instant: number): void {
    this.#startCell = this.#cellOf(instant);
    this.#startFrom = (this.#base + this.#startCell) * this.#stepMicros;
    this.#startTo = this.#startFrom + this.#stepMicros;
  }

  /** Index of the cell of an instant; makes room for it if need be. */
  #cellOf(instant: number): number {
    for (;;) {
      const cell = Math.floor(instant / this.#stepMicros) - this.#base;
      if (cell >= this.#low && cell <= this.#high) return cell;
      if (this.#high < 0) {
        this.#allocate(cell + this.#base, 64);
        this.#low = 0;
        this.#high = 0;
        continue;
      }
      const low = Math.min(cell, this.#low);
      const high = Math.max(cell, this.#high);
      if (high - low + 1 > MAX_CELLS && this.#stepIndex < STEPS.length - 1) {
        this.#coarsen();
        continue;
      }
      if (low < 0 || high >= this.#requests.length - 1) this.#widen(low, high);
      else {
        this.#low = low;
        this.#high = high;
      }
    }
  }

  #allocate(base: number, cells: number): void {
    this.#base = base;
    this.#endTo = this.#endFrom;
    this.#startTo = this.#startFrom;
    this.#requests = new Float64Array(cells);
    this.#errors = new Float64Array(cells);
    this.#partly = new Float64Array(cells);
    this.#covered = new Float64Array(cells);
  }

  /** Moves the cells into arrays that hold low..high (old indices), with room on both sides. */
  #widen(low: number, high: number): void {
    const used = high - low + 1;
    const room = Math.max(64, used);
    const before = low < 0 ? room >> 1 : 0;
    const shift = before - low;
    const old = [this.#requests, this.#errors, this.#partly, this.#covered] as const;
    const [oldLow, oldHigh] = [this.#low, this.#high];
    this.#allocate(this.#base - shift, used + before + room + 1);
    const fresh = [this.#requests, this.#errors, this.#partly, this.#covered] as const;
    // One cell more than in use: `covered` has a -1 after the last cell.
    for (const [k, array] of old.entries()) fresh[k].set(array.subarray(oldLow, oldHigh + 2), oldLow + shift);
    this.#low = low + shift;
    this.#high = high + shift;
  }

  #coarsen(): void {
    const view = this.view();
    const factor = STEPS[this.#stepIndex + 1] / STEPS[this.#stepIndex];
    const firstFine = Math.round(view.from / this.#stepMicros);
    this.#stepIndex++;
    this.#stepMicros = STEPS[this.#stepIndex] * MICROS_PER_SECOND;
    const base = Math.floor(firstFine / factor);
    const last = Math.floor((firstFine + view.requests.length - 1) / factor);
    this.#allocate(base, last - base + 66);
    for (let i = 0; i < view.requests.length; i++) {
      const cell = Math.floor((firstFine + i) / factor) - base;
      this.#requests[cell] += view.requests[i];
      this.#errors[cell] += view.errors[i];
      this.#partly[cell] += view.busyMicros[i];
    }
    this.#low = 0;
    this.#high = last - base;
  }

  /** Adds the cells of another timeline. */
  merge(view: TimelineView): void {
    if (view.requests.length === 0) return;
    const stepIndex = STEPS.indexOf(view.stepSeconds);
    while (this.#stepIndex < stepIndex) {
      if (this.empty) {
        this.#stepIndex = stepIndex;
        this.#stepMicros = STEPS[stepIndex] * MICROS_PER_SECOND;
      } else this.#coarsen();
    }
    const step = view.stepSeconds * MICROS_PER_SECOND;
    // Making room may coarsen the steps or move the cells, so room is made for the last cell first.
    this.#cellOf(view.from + (view.requests.length - 1) * step);
    const first = this.#cellOf(view.from);
    if (this.#stepMicros === step) {
      addTo(this.#requests, view.requests, first);
      addTo(this.#errors, view.errors, first);
      addTo(this.#partly, view.busyMicros, first);
      return;
    }
    for (let i = 0; i < view.requests.length; i++) {
      const cell = this.#cellOf(view.from + i * step);
      this.#requests[cell] += view.requests[i];
      this.#errors[cell] += view.errors[i];
      this.#partly[cell] += view.busyMicros[i];
    }
  }

  /** The cells in use, as copies. */
  view(): TimelineView {
    const length = Math.max(0, this.#high - this.#low + 1);
    const busyMicros = new Float64Array(length);
    let covering = 0;
    for (let i = 0; i < length; i++) {
      covering += this.#covered[this.#low + i];
      busyMicros[i] = this.#partly[this.#low + i] + covering * this.#stepMicros;
    }
    return {
      from: (this.#base + this.#low) * this.#stepMicros,
      stepSeconds: STEPS[this.#stepIndex],
      requests: this.#requests.slice(this.#low, this.#low + length),
      errors: this.#errors.slice(this.#low, this.#low + length),
      busyMicros,
    };
  }
}

function addTo(cells: Float64Array, values: Float64Array, first: number): void {
  for (let i = 0; i < values.length; i++) cells[first + i] += values[i];
}

/** The same timeline in at most `cells` cells. */
export function coarserView(view: TimelineView, cells: number): TimelineView {
  let index = STEPS.indexOf(view.stepSeconds);
  while (index < STEPS.length - 1 && (view.requests.length * view.stepSeconds) / STEPS[index] > cells) index++;
  const stepSeconds = STEPS[index];
  if (stepSeconds === view.stepSeconds) return view;
  const step = stepSeconds * MICROS_PER_SECOND;
  const base = Math.floor(view.from / step);
  const fine = view.stepSeconds * MICROS_PER_SECOND;
  const last = Math.floor((view.from + (view.requests.length - 1) * fine) / step);
  const coarse = {
    from: base * step,
    stepSeconds,
    requests: new Float64Array(last - base + 1),
    errors: new Float64Array(last - base + 1),
    busyMicros: new Float64Array(last - base + 1),
  };
  for (let i = 0; i < view.requests.length; i++) {
    const cell = Math.floor((view.from + i * fine) / step) - base;
    coarse.requests[cell] += view.requests[i];
    coarse.errors[cell] += view.errors[i];
    coarse.busyMicros[cell] += view.busyMicros[i];
  }
  return coarse;
}
