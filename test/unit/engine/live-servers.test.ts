// Logs of two containers followed side by side: the same process ids at the same time are workers of two servers.
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { systemClock } from '../../../src/core/clock.ts';
import type { Snapshot } from '../../../src/core/snapshot.ts';
import { LocalExaminer } from '../../../src/engine/examiner.ts';
import { LiveEngine } from '../../../src/engine/live-engine.ts';
import { tracksOf } from '../../../src/tui/scene/tracks.ts';
import { temporaryFolder } from '../../helpers/terminal.ts';

const log = readFileSync('sample-logs/gunicorn-sync-4-nearly-full.log', 'utf8');
const lines = log.trimEnd().split('\n');
let folder: string;
let engine: LiveEngine | null = null;
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await engine?.stop();
  engine = null;
  rmSync(folder, { recursive: true, force: true });
});

async function follow(...names: string[]): Promise<LiveEngine> {
  engine = new LiveEngine({
    paths: names.map(at),
    formats,
    clock: systemClock,
    history: 4_000_000,
    poll: false,
    examiner: (one) => new LocalExaminer(one, formats),
  });
  await engine.start();
  await engine.examined();
  return engine;
}

const lanes = (snapshot: Snapshot) =>
  tracksOf(snapshot).list.map(
    ({ group, lives, slots }) => `${group.slice(folder.length + 1)} ${lives[0].label} ${slots}`,
  );
const pids = [...new Set(lines.map((line) => /pid=<(\d+)>/.exec(line)?.[1] as string))].sort();

describe('logs of several servers, followed side by side', () => {
  it('have lanes of their own, each worker with one request at a time', async () => {
    for (const name of ['web-1.log', 'web-2.log']) writeFileSync(at(name), log);
    const snapshot = (await follow('web-1.log', 'web-2.log')).snapshot();
    expect(snapshot.summary.server).toMatchObject({ model: 'sync', workers: { value: 8 }, threads: { value: 1 } });
    expect(lanes(snapshot).sort()).toEqual([
      ...pids.map((pid) => `web-1.log ${pid} 1`),
      ...pids.map((pid) => `web-2.log ${pid} 1`),
    ]);
    expect(new Set(snapshot.placement.slot)).toEqual(new Set([0]));
    const { requests, names } = snapshot;
    for (let row = 0; row < requests.length; row++) {
      const worker = names.workers.text(requests.worker[row]);
      expect(worker.startsWith('web-2.log/')).toBe(requests.source[row] === 1);
    }
  });

  it('are told apart when the second one begins later, too, what was read of it before included', async () => {
    writeFileSync(at('web-1.log'), log);
    writeFileSync(at('web-2.log'), `${lines.slice(0, 3).join('\n')}\n`);
    const live = await follow('web-1.log', 'web-2.log');
    expect(live.snapshot().names.workers.find(`web-2.log/${pids[0]}`)).toBe(-1);
    appendFileSync(at('web-2.log'), `${lines.slice(3).join('\n')}\n`);
    while (live.snapshot().total < 2 * lines.length) await new Promise((done) => setTimeout(done, 10));
    const { requests, names } = live.snapshot();
    const unnamed = Array.from({ length: requests.length }, (_, row) => row).filter(
      (row) => requests.source[row] === 1 && !names.workers.text(requests.worker[row]).startsWith('web-2.log/'),
    );
    expect(unnamed).toEqual([]);
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
