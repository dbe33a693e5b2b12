/** Where each request is drawn: as the inference places it, or by its stamps before there is one. */
import type { ServerInference } from '../core/inference.ts';
import { begunAt, endedAt, type Placement } from '../core/snapshot.ts';
import type { RequestTable } from '../core/table.ts';

/** From this resolution (µs) on, the middle of the tick is drawn instead of its beginning: that halves the error and removes its bias. */
const COARSE_TICK = 100_000;

export function emptyPlacement(length: number): Placement {
  return {
    start: new Float64Array(length),
    end: new Float64Array(length),
    uncertainty: new Float64Array(length),
    slot: new Int32Array(length),
    wait: new Float64Array(length),
    turn: new Uint8Array(length),
  };
}

/** Alternating turns 0 and 1 per worker, for rows in the order of their lines. */
export class Turns {
  readonly #next = new Map<number, number>();

  of(worker: number): number {
    const turn = this.#next.get(worker) ?? 0;
    this.#next.set(worker, 1 - turn);
    return turn;
  }
}

/** The placement of all rows of an inference, in its order. */
export function placementOf(requests: RequestTable, inference: ServerInference): Placement {
  const { length } = requests;
  const placement = emptyPlacement(length);
  const { start, end, uncertainty, lane, wait } = inference.requests;
  const turns = new Turns();
  for (let row = 0; row < length; row++) {
    placement.start[row] = start[row];
    placement.end[row] = end[row];
    // Without an inferred start or end the stamp has to do.
    if (Number.isNaN(end[row]) && Number.isNaN(start[row])) placeByStamp(placement, requests, row);
    else placement.uncertainty[row] = uncertainty[row];
    placement.slot[row] = lane[row] >= 0 ? inference.lanes[lane[row]].slot : 0;
    placement.wait[row] = wait[row];
    placement.turn[row] = turns.of(requests.worker[row]);
  }
  return placement;
}

/** Places a row by its line alone. */
export function placeByStamp(placement: Placement, requests: RequestTable, row: number): void {
  const tick = requests.resolution[row];
  const shift = tick >= COARSE_TICK ? tick / 2 : 0;
  placement.start[row] = requests.start[row] + shift;
  placement.end[row] = requests.end[row] + shift;
  placement.uncertainty[row] = shift;
}

/** Earliest begin and latest end of all rows, µs since 1970 UTC; NaN if there are none. */
export function spanOf(placement: Placement, length: number): [from: number, to: number] {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < length; row++) {
    const first = begunAt(placement, row);
    const last = endedAt(placement, row);
    if (first < from) from = first;
    if (last > to) to = last;
  }
  return from <= to ? [from, to] : [Number.NaN, Number.NaN];
}
