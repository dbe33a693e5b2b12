// Logs of two containers followed side by side: the same process ids at the same time are workers of two servers.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { LocalExaminer } from '../../../src/engine/examiner.ts';
import { LiveEngine } from '../../../src/engine/live-engine.ts';
import { lanesOfBoth, lines, log, misnamed, pids, serversSideBySide } from '../../helpers/two-servers.ts';

const { at, lanes, running } = serversSideBySide();

async function follow(...names: string[]): Promise<LiveEngine> {
  const engine = running(
    new LiveEngine({
      paths: names.map(at),
      formats,
      clock: systemClock,
      history: 4_000_000,
      poll: false,
      examiner: (one) => new LocalExaminer(one, formats),
    }),
  );
  await engine.start();
  await engine.examined();
  return engine;
}

describe('logs of several servers, followed side by side', () => {
  it('have lanes of their own, each worker with one request at a time', async () => {
    for (const name of ['web-1.log', 'web-2.log']) writeFileSync(at(name), log);
    const snapshot = (await follow('web-1.log', 'web-2.log')).snapshot();
    expect(snapshot.summary.server).toMatchObject({ model: 'sync', workers: { value: 8 }, threads: { value: 1 } });
    expect(lanes(snapshot)).toEqual(lanesOfBoth);
    expect(new Set(snapshot.placement.slot)).toEqual(new Set([0]));
    expect(misnamed(snapshot)).toEqual([]);
  });

  it('are told apart when the second one begins later, too, what was read of it before included', async () => {
    writeFileSync(at('web-1.log'), log);
    writeFileSync(at('web-2.log'), `${lines.slice(0, 3).join('\n')}\n`);
    const live = await follow('web-1.log', 'web-2.log');
    expect(live.snapshot().names.workers.find(`web-2.log/${pids[0]}`)).toBe(-1);
    appendFileSync(at('web-2.log'), `${lines.slice(3).join('\n')}\n`);
    while (live.snapshot().total < 2 * lines.length) await new Promise((done) => setTimeout(done, 10));
    expect(misnamed(live.snapshot())).toEqual([]);
  });

  it('bear the path where their files are called alike', async () => {
    for (const name of ['a', 'b']) {
      mkdirSync(at(name));
      writeFileSync(at(`${name}/access.log`), log);
    }
    const snapshot = (await follow('a/access.log', 'b/access.log')).snapshot();
    expect(lanes(snapshot).filter((lane) => lane.startsWith('b/access.log '))).toHaveLength(4);
  });

  it('a log and its rotated part are one server', async () => {
    writeFileSync(at('old.log'), `${lines.slice(0, 300).join('\n')}\n`);
    writeFileSync(at('new.log'), `${lines.slice(300).join('\n')}\n`);
    const snapshot = (await follow('old.log', 'new.log')).snapshot();
    expect(snapshot.summary.server).toMatchObject({ workers: { value: 4 } });
    expect(snapshot.names.workers.size).toBe(4);
  });

  it('have no process in common and are written at once', async () => {
    writeFileSync(at('web-1.log'), log);
    writeFileSync(at('web-2.log'), log.replace(/pid=<(\d+)>/g, 'pid=<7$1>'));
    const snapshot = (await follow('web-1.log', 'web-2.log')).snapshot();
    expect(snapshot.summary.server).toMatchObject({ workers: { value: 8 } });
    const names = Array.from({ length: snapshot.names.workers.size }, (_, id) => snapshot.names.workers.text(id));
    expect(names.filter((name) => name.startsWith('web-2.log/'))).toHaveLength(4);
    expect(snapshot.summary.wait.basis).toContain('2 servers');
  });
});
