// The queue above the lanes: what nobody has worked out yet does not look as if nobody waited.
import { expect, it } from 'vitest';
import queue from '../../../src/tui/panels/queue.ts';
import { handSnapshot } from '../../helpers/snapshots.ts';
import { drawn, viewOf } from '../../helpers/views.ts';

it('marks the columns whose waits are not known yet, and leaves those blank in which nobody waited', () => {
  const requests = [
    ...Array.from({ length: 10 }, (_, i) => ({ start: -50 + i, end: -49.1 + i, wait: 0.9 })),
    ...Array.from({ length: 10 }, (_, i) => ({ start: -40 + i, end: -39.1 + i, wait: 0 })),
    ...Array.from({ length: 10 }, (_, i) => ({ start: -20 + i, end: -19.1 + i })),
  ];
  const [row] = drawn(queue, viewOf(handSnapshot({ requests }), { columns: 80 }), 80, 1);
  // A minute is 62 cells behind a margin of 12.
  const cells = (from: number, to: number) => row.slice(12 + 62 + from, 12 + 62 + to);
  expect(cells(-51, -42)).toMatch(/^[▁▂▃▄▅▆▇█]+$/);
  expect(cells(-37, -31)).toMatch(/^ *$/);
  expect(cells(-19, -13)).toMatch(/^[· ]*·[· ]*$/);
});
