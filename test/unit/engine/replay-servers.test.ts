// Logs of two containers replayed side by side: the same process ids at the same time are workers of two servers.
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { LocalExaminer } from '../../../src/engine/examiner.ts';
import { ReplayEngine } from '../../../src/engine/replay-engine.ts';
import { tracksOf } from '../../../src/tui/scene/tracks.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { lanesOfBoth, lines, log, misnamed, serversSideBySide } from '../../helpers/two-servers.ts';

const { at, lanes, running } = serversSideBySide();

async function replay(names: readonly string[], clock = systemClock): Promise<ReplayEngine> {
  const engine = running(
    new ReplayEngine({
      paths: names.map(at),
      formats,
      clock,
      speed: 1,
      examiner: (one) => new LocalExaminer(one, formats),
    }),
  );
  await engine.load();
  return engine;
}

/** `count` requests on two workers, ten a second, from noon on. */
function longLog(count: number): string {
  const from = Date.UTC(2026, 10, 20, 12);
  return Array.from({ length: count }, (_, i) => {
    const time = new Date(from + i * 100).toISOString().slice(11, 19);
    const date = new Date(from + i * 100).getUTCDate();
    return `10.0.0.1 - - [${date}/Nov/2026:${time} +0000] "GET /r HTTP/1.1" 200 512 "-" "c" pid=<${7 + (i % 2)}> us=90000\n`;
  }).join('');
}

describe('logs of several servers, replayed side by side', () => {
  it('have lanes of their own, each worker with one request at a time', async () => {
    for (const name of ['web-1.log', 'web-2.log']) writeFileSync(at(name), log);
    const snapshot = (await replay(['web-1.log', 'web-2.log'])).snapshot();
    expect(snapshot.summary.server).toMatchObject({ model: 'sync', workers: { value: 8 }, threads: { value: 1 } });
    expect(lanes(snapshot)).toEqual(lanesOfBoth);
    expect(misnamed(snapshot)).toEqual([]);
    expect(snapshot.total).toBe(2 * lines.length);
    expect(snapshot.overview?.requests.reduce((a, b) => a + b)).toBe(2 * lines.length);
  });

  it('are told apart where they stand one behind another in a file', async () => {
    const larger = log.replace(/ 200 (\d+) /g, ' 200 9$1 ');
    writeFileSync(at('pods.log'), log + larger);
    const engine = await replay(['pods.log']);
    const snapshot = engine.snapshot();
    expect(snapshot.summary.server).toMatchObject({ model: 'sync', workers: { value: 8 }, threads: { value: 1 } });
    const groups = tracksOf(snapshot).list.map(({ group, slots }) => `${slots} of ${basename(group)}`);
    expect(groups).toEqual([...Array(4).fill('1 of pods.log'), ...Array(4).fill('1 of pods.log (2)')]);
    expect(snapshot.verdict.sentence).toContain('pods.log (2): ');
    expect(snapshot.summary.inputs[0].assumptions).toHaveLength(1);
  });

  it('are told apart, too, where they are too long to be held', async () => {
    for (const name of ['web-1.log', 'web-2.log']) writeFileSync(at(name), longLog(24_000));
    const clock = new FakeClock();
    const engine = await replay(['web-1.log', 'web-2.log'], clock);
    const { from } = engine.snapshot();
    engine.command({ type: 'show', from: from + 600e6, to: from + 660e6 });
    while (!(engine.snapshot().requests.length > 0 && engine.snapshot().requests.end[0] >= from + 500e6)) {
      await new Promise((done) => setTimeout(done, 10));
    }
    expect(new Set(engine.snapshot().requests.source)).toEqual(new Set([0, 1]));
    expect(misnamed(engine.snapshot())).toEqual([]);
  });

  it('a log and its rotated part are one server', async () => {
    writeFileSync(at('old.log'), `${lines.slice(0, 300).join('\n')}\n`);
    writeFileSync(at('new.log'), `${lines.slice(300).join('\n')}\n`);
    const snapshot = (await replay(['old.log', 'new.log'])).snapshot();
    expect(snapshot.summary.server).toMatchObject({ workers: { value: 4 } });
    expect(snapshot.names.workers.size).toBe(4);
  });
});
