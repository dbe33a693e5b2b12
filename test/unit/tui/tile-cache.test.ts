// Tiles that cost more than a frame may look at: none of them waits for ever, and the one at the right end least of all.
import { expect, it } from 'vitest';
import { type Budget, TileCache } from '../../../src/tui/scene/tile-cache.ts';

const range = { key: '', microsPerColumn: 1, firstColumn: 0, columns: 40 };
const LAST = 36;

it.each(['pool', 'lanes'] as const)('of the %s: the newest is worked out soon, and all of them in the end', (kind) => {
  const cache = new TileCache<number>(kind);
  const built = new Map<number, number>();
  let frame = 0;
  const draw = (turn: Budget['turn']) => {
    const budget: Budget = { rows: 3000, tiles: 1, turn };
    const build = (first: number) => {
      budget.rows -= 5000;
      built.set(first, frame);
      return frame;
    };
    cache.get(range, build, budget);
  };
  draw('pool');
  let longest = 0;
  for (frame = 1; frame <= 120; frame++) {
    // All of them change with every frame, as the newest second of a log is examined anew.
    cache.change('all');
    draw(frame % 2 === 0 ? 'pool' : 'lanes');
    longest = Math.max(longest, frame - (built.get(LAST) as number));
  }
  expect(longest).toBeLessThan(5);
  expect(Math.min(...built.values())).toBeGreaterThan(60);
});
