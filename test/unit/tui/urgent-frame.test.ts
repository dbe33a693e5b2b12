// A frame that answers a key is not kept waiting by what came in meanwhile; the next one shows that.
import { expect, it } from 'vitest';
import type { StreamFacts } from '../../../src/core/batch.ts';
import { RowStore } from '../../../src/engine/row-store.ts';
import { SceneCache } from '../../../src/tui/scene/scene-cache.ts';
import { createTheme } from '../../../src/tui/theme.ts';
import { createAxis } from '../../../src/tui/time-axis.ts';
import { initialUi } from '../../../src/tui/ui-state.ts';
import { handSnapshot, NOON } from '../../helpers/snapshots.ts';

const facts = { format: 'gunicorn', resolutionMicros: 1, stampMeaning: 'end' } as unknown as StreamFacts;
const theme = createTheme('dark', 16_777_216, false);
const ui = initialUi({ spanSeconds: 60 });
const axis = createAxis(NOON, 60e6, 60);

it('leaves stale tiles for the frame after it, and says that there is one', () => {
  const made = handSnapshot({
    requests: Array.from({ length: 300 }, (_, i) => ({ start: -30, end: -29 + (i % 7) / 10, worker: '8712' })),
  });
  made.requests.offset.forEach((_, i) => {
    made.requests.offset[i] = i;
  });
  const store = new RowStore();
  const cache = new SceneCache();
  const picture = (isUrgent: boolean) => {
    const { scene, wait } = cache.get({ snapshot: { ...made, ...store.view() }, ui, theme, axis }, 0, isUrgent);
    const rate = scene.pool().rate.reduce((a, b) => a + b);
    return { requests: Math.round((rate * axis.microsPerColumn) / 1e6), isBehind: wait() > 0 };
  };
  store.add({ ...made.requests, length: 100 }, facts);
  expect(picture(true)).toEqual({ requests: 100, isBehind: false });
  store.add({ ...made.requests, length: 200 }, facts);
  expect(picture(true)).toEqual({ requests: 100, isBehind: true });
  expect(picture(false)).toEqual({ requests: 300, isBehind: false });
});
