// Logs of two containers replayed side by side: the same process ids at the same time are workers of two servers.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { systemClock } from '../../../src/core/clock.ts';
import type { Snapshot } from '../../../src/core/snapshot.ts';
import { LocalExaminer } from '../../../src/engine/examiner.ts';
import { ReplayEngine } from '../../../src/engine/replay-engine.ts';
import { tracksOf } from '../../../src/tui/scene/tracks.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { temporaryFolder } from '../../helpers/terminal.ts';

const log = readFileSync('sample-logs/gunicorn-sync-4-nearly-full.log', 'utf8');
const lines = log.trimEnd().split('\n');
const pids = [...new Set(lines.map((line) => /pid=<(\d+)>/.exec(line)?.[1] as string))].sort();
let folder: string;
let engine: ReplayEngine | null = null;
const at = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await engine?.stop();
  engine = null;
  rmSync(folder, { recursive: true, force: true });
});

async function replay(names: readonly string[], clock = systemClock): Promise<ReplayEngine> {
  engine = new ReplayEngine({
    paths: names.map(at),
    formats,
    clock,
    speed: 1,
    examiner: (one) => new LocalExaminer(one, formats),
  });
  await engine.load();
  return engine;
}

const lanes = (snapshot: Snapshot) =>
  tracksOf(snapshot)
    .list.map(({ group, lives, slots }) => `${group.slice(folder.length + 1)} ${lives[0].label} ${slots}`)
    .sort();
const ofTwoServers = [...pids.map((pid) => `web-1.log ${pid} 1`), ...pids.map((pid) => `web-2.log ${pid} 1`)];

/** Rows of the second input whose worker is not one of its server, and rows of the first whose worker is. */
const misnamed = ({ requests, names }: Snapshot) =>
  Array.from({ length: requests.length }, (_, row) => row).filter(
    (row) => names.workers.text(requests.worker[row]).startsWith('web-2.log/') !== (requests.source[row] === 1),
  );

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
    expect(lanes(snapshot)).toEqual(ofTwoServers);
    expect(misnamed(snapshot)).toHaveLength(0);
    expect(snapshot.total).toBe(2 * lines.length);
    expect(snapshot.overview?.requests.reduce((a, b) => a + b)).toBe(2 * lines.length);
  });

  it('are told apart, too, where they are too long to be held', async () => {
    for (const name of ['web-1.log', 'web-2.log']) writeFileSync(at(name), longLog(24_000));
    const clock = new FakeClock();
    const { command, snapshot } = await replay(['web-1.log', 'web-2.log'], clock).then((one) => ({
      command: one.command.bind(one),
      snapshot: one.snapshot.bind(one),
    }));
    const { from } = snapshot();
    command({ type: 'show', from: from + 600e6, to: from + 660e6 });
    while (!(snapshot().requests.length > 0 && snapshot().requests.end[0] >= from + 500e6)) {
      await new Promise((done) => setTimeout(done, 10));
    }
    expect(new Set(snapshot().requests.source)).toEqual(new Set([0, 1]));
    expect(misnamed(snapshot())).toHaveLength(0);
  });

  it('a log and its rotated part are one server', async () => {
    writeFileSync(at('old.log'), `${lines.slice(0, 300).join('\n')}\n`);
    writeFileSync(at('new.log'), `${lines.slice(300).join('\n')}\n`);
    const snapshot = (await replay(['old.log', 'new.log'])).snapshot();
    expect(snapshot.summary.server).toMatchObject({ workers: { value: 4 } });
    expect(snapshot.names.workers.size).toBe(4);
  });
});
