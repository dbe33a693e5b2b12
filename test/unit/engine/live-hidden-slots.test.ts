// Requests that queue inside the application, watched as they came: for how many slots is told as soon as the window can tell it.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { replayLive } from '../../helpers/live-replay.ts';

it('are told with a range that holds their slots, and the number stands between two looks', async () => {
  const told: (readonly [low: number, high: number] | null)[] = [];
  const sentences: string[] = [];
  await replayLive(gunzipSync(readFileSync('test/faults/wsgi-behind-loop.log.gz')).toString('utf8'), {
    seen: ({ inference, verdict }) => {
      const found = inference.service.growth?.inTurn?.found ?? null;
      told.push(found && [found.low, found.high]);
      sentences.push(verdict.sentence);
    },
  });
  const first = told.findIndex((range) => range !== null);
  expect(first).toBeGreaterThan(0);
  expect(told.slice(first).every((range) => range !== null)).toBe(true);
  for (const range of told.slice(first)) {
    expect(range?.[0]).toBeLessThanOrEqual(6);
    expect(range?.[1]).toBeGreaterThanOrEqual(6);
  }
  expect(sentences.at(-1)).toMatch(/^Requests queue inside the application for (about )?[67] slots/);
});
