// The summary of what a window and a filter show is asked of these requests alone, with what happened to the workers meanwhile.
import { expect, it } from 'vitest';
import type { StreamFacts } from '../../../src/core/batch.ts';
import type { ExaminedWindow, Examiner, ExamineWindow } from '../../../src/engine/examiner.ts';
import { RowStore } from '../../../src/engine/row-store.ts';
import { summariseRows } from '../../../src/engine/summarise-rows.ts';
import { handSnapshot, NOON } from '../../helpers/snapshots.ts';

const SECOND = 1_000_000;
const facts = { format: 'gunicorn', resolutionMicros: 1, stampMeaning: 'end' } as unknown as StreamFacts;
const at = (second: number) => ({ kind: 'boot', time: NOON + second * SECOND }) as const;

function pictureOf() {
  const snapshot = handSnapshot({
    requests: Array.from({ length: 8 }, (_, i) => ({ start: -20 + i, end: -19.5 + i, worker: '1' })),
    lifecycle: [at(-30), at(-17.8), at(-17), at(-15.6), at(-10)],
  });
  // Lines of two inputs stand at the same places in them.
  for (let row = 0; row < 8; row++) {
    snapshot.requests.source[row] = row % 2;
    snapshot.requests.offset[row] = 100 * (row >> 1);
  }
  const store = new RowStore();
  store.add(snapshot.requests, facts);
  return { snapshot, store };
}

function examinerOf() {
  const asked: ExamineWindow[] = [];
  const examiner = {
    examine: async (window: ExamineWindow) => {
      asked.push(window);
      return { summary: { schema: 'of these' } } as unknown as ExaminedWindow;
    },
  } as unknown as Examiner;
  return { asked, examiner };
}

it('of these requests and no others, whichever input they are of', async () => {
  const { snapshot, store } = pictureOf();
  const { asked, examiner } = examinerOf();
  const summary = await summariseRows(snapshot, Int32Array.of(2, 3, 4), store, examiner);
  expect(summary).toEqual({ schema: 'of these' });
  const [{ requests, lifecycle, isAside }] = asked;
  expect(requests.length).toBe(3);
  const told = Array.from({ length: 3 }, (_, i) => [requests.source[i], requests.offset[i]]);
  expect(told).toEqual([
    [0, 100],
    [1, 100],
    [0, 200],
  ]);
  // From the first start to the last end: -18 to -15.5 s.
  expect(lifecycle.map(({ time }) => (time - NOON) / SECOND)).toEqual([-17.8, -17, -15.6]);
  expect(isAside).toBe(true);
});

it('is not told where rows of the picture are no longer held', async () => {
  const { snapshot, store } = pictureOf();
  const { asked, examiner } = examinerOf();
  store.dropFirst(3);
  expect(await summariseRows(snapshot, Int32Array.of(2, 3, 4), store, examiner)).toBeNull();
  expect(asked).toEqual([]);
  expect(await summariseRows(snapshot, Int32Array.of(3, 4), store, examiner)).not.toBeNull();
});
