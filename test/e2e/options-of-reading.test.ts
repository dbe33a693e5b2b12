// --log-format and --timezone reach what reads the log, whichever command takes them.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { run } from '../helpers/run-program.ts';
import { temporaryFolder } from '../helpers/terminal.ts';

const two = (n: number) => String(n).padStart(2, '0');
const stamp = (i: number) => `20/Nov/2026:13:1${Math.floor(i / 20)}:${two((i * 3) % 60)} +0000`;
/** Two bare numbers: which of them is a size, and which a time, nobody can see. */
const bare = Array.from({ length: 60 }, (_, i) => `203.0.113.7 - - [${stamp(i)}] "GET /a HTTP/1.1" 200 250000 512\n`);
const format = ['--log-format', 'gunicorn:%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(D)s %(B)s'];
/** Stamps without a zone. */
const local = [25, 26, 27].map((s) => `127.0.0.1 - - [20/Nov/2026 13:11:${s}] "GET /a HTTP/1.1" 200 -\n`);
const zone = ['--timezone', '+05:30'];

let folder = '';
beforeAll(() => {
  folder = temporaryFolder();
  writeFileSync(join(folder, 'bare.log'), bare.join(''));
  writeFileSync(join(folder, 'local.log'), local.join(''));
});

type Arguments = (file: string, option: readonly string[]) => string[];
const commands: Record<string, Arguments> = {
  analyze: (file, option) => ['analyze', '--json', file, ...option],
  whatif: (file, option) => ['whatif', '--json', '--workers', '2', file, ...option],
  check: (file, option) => ['check', '--json', '--max-p95-service', '1s', file, ...option],
  diff: (file, option) => ['diff', '--json', file, file, ...option],
  replay: (file, option) => ['replay', '--json', file, ...option],
  tail: (_, option) => ['tail', '--json', '-', ...option],
  explain: (file, option) => ['formats', '--explain', file, ...option],
};

async function said(args: Arguments, name: string, option: readonly string[], input: readonly string[]) {
  const { code, stdout } = await run(args(join(folder, name), option), { input: input.join('') });
  expect(code).toBe(0);
  return stdout;
}
const lastOf = (stdout: string) => JSON.parse(stdout.trim().split('\n').at(-1) ?? '');

describe('a format given by --log-format', () => {
  const durations: Record<string, (stdout: string) => unknown> = {
    analyze: (stdout) => JSON.parse(stdout).service_time.mean,
    whatif: (stdout) => Math.floor(100 * JSON.parse(stdout).scenarios[0].latency.mean) / 100,
    check: (stdout) => JSON.parse(stdout).results[0].value,
    diff: (stdout) => JSON.parse(stdout).service_time_mean?.after ?? null,
    replay: (stdout) => lastOf(stdout).summary.service_time.mean,
    tail: (stdout) => lastOf(stdout).summary.service_time.mean,
  };

  it.each(Object.keys(durations))('tells %s how long requests took', async (name) => {
    expect(durations[name](await said(commands[name], 'bare.log', format, bare))).toBe(0.25);
  });

  it('tells a partial', async () => {
    const partial = await run(['analyze', '--partial', join(folder, 'bare.log'), ...format]);
    const { stdout } = await run(['merge', '--json', '-'], { input: partial.stdout });
    expect(JSON.parse(stdout).service_time.mean).toBe(0.25);
  });

  it('is explained field by field', async () => {
    expect(await said(commands.explain, 'bare.log', format, bare)).toContain('^duration (us)');
  });

  it('is needed here: without it nothing is known of durations', async () => {
    expect(durations.analyze(await said(commands.analyze, 'bare.log', [], bare))).toBe(null);
    expect(await said(commands.explain, 'bare.log', [], bare)).not.toContain('^duration');
  });
});

describe('--timezone', () => {
  const begins: Record<string, (stdout: string) => unknown> = {
    analyze: (stdout) => JSON.parse(stdout).window.from,
    replay: (stdout) => lastOf(stdout).summary.window.from,
    tail: (stdout) => lastOf(stdout).summary.window.from,
  };

  it.each(Object.keys(begins))('tells %s when the log began', async (name) => {
    expect(begins[name](await said(commands[name], 'local.log', zone, local))).toBe('2026-11-20T07:41:25+00:00');
  });

  it('tells a partial', async () => {
    const partial = await run(['analyze', '--partial', join(folder, 'local.log'), ...zone]);
    const { stdout } = await run(['merge', '--json', '-'], { input: partial.stdout });
    expect(JSON.parse(stdout).window.from).toBe('2026-11-20T07:41:25+00:00');
  });

  it('is named where the stamps are explained', async () => {
    expect(await said(commands.explain, 'local.log', zone, local)).toContain('zone +05:30');
  });
});
