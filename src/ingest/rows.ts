/** Removes and appends single rows of a batch, for the rare lines that only a later line settles. */
import type { RequestBatch } from '../core/batch.ts';

const columns = [
  'time',
  'duration',
  'wait',
  'arrival',
  'worker',
  'thread',
  'route',
  'client',
  'status',
  'bytes',
  'offset',
] as const;

export type Row = Record<(typeof columns)[number], number>;

export function copyRow(batch: RequestBatch, index: number): Row {
  return Object.fromEntries(columns.map((column) => [column, batch[column][index]])) as Row;
}

/** Drops all rows except those that `keep` accepts, which keep their order. */
export function keepRows(batch: RequestBatch, keep: (index: number) => boolean): void {
  let length = 0;
  for (let i = 0; i < batch.length; i++) {
    if (!keep(i)) continue;
    if (i > length) for (const column of columns) batch[column][length] = batch[column][i];
    length++;
  }
  batch.length = length;
}

/** Appends a row; the batch must have room for it. */
export function appendRow(batch: RequestBatch, row: Row): void {
  for (const column of columns) batch[column][batch.length] = row[column];
  batch.length++;
}

export function removeRow(batch: RequestBatch, index: number): Row {
  const row = copyRow(batch, index);
  for (const column of columns) batch[column].copyWithin(index, index + 1, batch.length);
  batch.length--;
  return row;
}
