// Logs of several servers that stand one behind another in one input are told as when each has a file of its own; the parts of one log that
// stand in the wrong order are read in the order of time; a clock that was set back stays one.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { analyse } from '../../../src/analysis/analyse.ts';
import type { Partial } from '../../../src/analysis/partial.ts';
import { PartialJoin, packPartial, unpackPartial } from '../../../src/analysis/partial-file.ts';
import { wereWrittenAtOnce } from '../../../src/analysis/several-servers.ts';
import type { InputSummary } from '../../../src/core/summary.ts';
import { readPartial } from '../../../src/engine/post-mortem.ts';
import { temporaryFolder } from '../../helpers/terminal.ts';

const folder = temporaryFolder();
const log = readFileSync('sample-logs/gunicorn-sync-4-nearly-full.log', 'utf8');
const lines = log.trimEnd().split('\n');
const half = lines.length >> 1;

const STAMP = /\[20\/Nov\/2026:(\d\d):(\d\d):(\d\d) /;
const secondsOf = (line: string) => {
  const [, hours, minutes, seconds] = STAMP.exec(line) ?? [];
  return 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds);
};
const two = (value: number) => String(value).padStart(2, '0');
const later = (seconds: number) => (line: string) => {
  const at = secondsOf(line) + seconds;
  return line.replace(
    STAMP,
    `[20/Nov/2026:${two(Math.floor(at / 3600))}:${two(Math.floor(at / 60) % 60)}:${two(at % 60)} `,
  );
};
const begin = secondsOf(lines[0]);
/** What a second server wrote in the time of the first half: the second one, put back. */
const first = lines.slice(0, half);
const second = lines.slice(half).map(later(begin - secondsOf(lines[half])));
const otherPids = (line: string) => line.replace(/pid=<(\d+)>/, 'pid=<7$1>');
const withoutPid = (line: string) => line.replace(/ pid=<\d+>/, '');

function written(name: string, those: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${those.join('\n')}\n`);
  return path;
}
/** All but the findings, as they are told of a stretch on the screen: in a second instead of five. */
async function told(...paths: string[]) {
  const { partial, inputs } = await readPartial(paths, { formats, timezone: 'UTC' });
  return lookedAt(partial, inputs);
}
const lookedAt = (partial: Partial, inputs: readonly InputSummary[]) =>
  analyse(partial, { inputs, version: '', howToLog: () => null, effort: 'look' }).summary;

it.each([
  ['of the same pids', second],
  ['of other pids', second.map(otherPids)],
  ['of a server that was started later', second.map(later(3))],
])('two servers, one behind another, %s', async (name, behind) => {
  const apart = await told(written(`${name} 1.log`, first), written(`${name} 2.log`, behind));
  const inARow = await told(written(`${name}.log`, [...first, ...behind]));
  expect(inARow.server).toEqual(apart.server);
  expect(inARow.server.servers).toBe(2);
  expect(inARow.wait).toEqual(apart.wait);
  expect(inARow.timeline).toEqual(apart.timeline);
  expect(inARow.inputs[0].assumptions).toEqual([expect.stringContaining('2 logs of the same time stand in it')]);
});

it('of lines that name no worker nobody knows whether two logs share a queue', async () => {
  const path = written('no-pid.log', [...first, ...second].map(withoutPid));
  const { partial, inputs } = await readPartial([path], { formats, timezone: 'UTC' });
  const { retained } = partial;
  expect(wereWrittenAtOnce(retained.table(), retained.beginnings)).toBe(true);
  expect(lookedAt(partial, inputs).wait.method).toBe('unknown');
});

it('four servers are four', async () => {
  const four = [first, second, first.map(later(2)), second.map(later(3))].flat();
  const { server, requests } = await told(written('four.log', four));
  expect([server.servers, server.workers.value, requests.total]).toEqual([4, 16, four.length]);
});

it('a log that stands twice in a file is counted once', async () => {
  const { requests, server } = await told(written('twice.log', [...lines, ...lines]));
  expect([requests.total, server.workers.value]).toEqual([lines.length, 4]);
});

it('parts in the wrong order are one log', async () => {
  const whole = await told(written('whole.log', lines));
  const swapped = await told(written('swapped.log', [...lines.slice(half), ...lines.slice(0, half)]));
  expect({ ...swapped, inputs: [] }).toEqual({ ...whole, inputs: [] });
  expect(swapped.inputs[0].assumptions).toEqual([expect.stringContaining('wrong order')]);
});

it.each([
  ['by half a minute in the middle', 30],
  ['by an hour in autumn', 3600],
])('a clock that was set back %s is one of one server', async (name, seconds) => {
  const back = [...first, ...lines.slice(half).map(later(-seconds))];
  const { server, inputs } = await told(written(`${name}.log`, back));
  expect([server.servers, server.workers.value]).toEqual([undefined, 4]);
  expect(inputs[0].assumptions).toEqual([]);
});

it('what was taken apart stays so in a partial', async () => {
  const path = written('saved.log', [...first, ...second]);
  const saved = unpackPartial(packPartial(await readPartial([path], { formats, timezone: 'UTC' })), path);
  const join = new PartialJoin();
  join.add(saved);
  const { partial, inputs } = join.joined();
  expect(lookedAt(partial, inputs)).toEqual(await told(path));
});

it('logs of which each stands newest first are not taken apart by places in the file', async () => {
  const { requests, inputs } = await told(written('reversed.log', [...first.toReversed(), ...second.toReversed()]));
  expect(requests.total).toBe(lines.length);
  expect(inputs[0].assumptions).toEqual([expect.stringContaining('newest first')]);
});

it('logs too long to be kept whole are read again, each alone', async () => {
  const from = Date.UTC(2026, 10, 20, 12);
  const longLog = (answer: string) =>
    Array.from({ length: 22_000 }, (_, k) => {
      const time = new Date(from + k * 100).toISOString().slice(11, 19);
      return `10.0.0.1 - - [20/Nov/2026:${time} +0000] "GET /r HTTP/1.1" ${answer} "-" "c" pid=<${7 + (k % 2)}> us=90000`;
    });
  const [one, other] = [longLog('200 512'), longLog('503 17')];
  const apart = await told(written('long 1.log', one), written('long 2.log', other));
  const inARow = await told(written('long.log', [...one, ...other]));
  expect(inARow.server).toEqual(apart.server);
  expect(inARow.server.servers).toBe(2);
  expect(inARow.workers.map(({ id, ...all }) => ({ ...all, name: id.replace('long.log (2)', 'long 2.log') }))).toEqual(
    apart.workers.map(({ id, ...all }) => ({ ...all, name: id })),
  );
  expect(inARow.requests).toEqual(apart.requests);
});
