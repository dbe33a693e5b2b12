// Files in which lines depend on their neighbours, read by several threads in ranges, wherever the borders fall.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import type { Partial } from '../../../src/analysis/partial.ts';
import { stateOf } from '../../../src/analysis/partial-state.ts';
import { readPartial } from '../../../src/engine/post-mortem.ts';
import { readInParallel } from '../../../src/engine/read-in-parallel.ts';
import { threadHere } from '../../helpers/range-thread.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'logscope-joined-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Docker stores a longer line in several records. */
const DOCKER_PIECE_BYTES = 16 * 1024;
const FILE_BYTES = 3.2 * 2 ** 20;

interface Request {
  readonly number: number;
  /** ms since 1970. */
  readonly end: number;
  readonly path: string;
  readonly status: number;
  readonly micros: number;
  readonly pid: number;
  readonly port: number;
}

/** Numbers that look random and are the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

function* requests(seed: number): Generator<Request> {
  const next = numbers(seed);
  let end = Date.UTC(2026, 2, 1);
  for (let number = 0; ; number++) {
    end += Math.floor(40 * next());
    const path = `/items/${Math.floor(300 * next())}${next() < 0.1 ? `?q=${'x'.repeat(Math.floor(90 * next()))}` : ''}`;
    const status = next() < 0.1 ? 404 : 200;
    yield {
      number,
      end,
      path,
      status,
      micros: Math.floor(1000 + 90_000 * next()),
      pid: 811 + Math.floor(4 * next()),
      port: 20_000 + Math.floor(30_000 * next()),
    };
  }
}

const iso = (ms: number) => new Date(ms).toISOString();
const month = (ms: number) => new Date(ms).toUTCString().slice(8, 11);
const clf = (ms: number) =>
  `${iso(ms).slice(8, 10)}/${month(ms)}/${iso(ms).slice(0, 4)}:${iso(ms).slice(11, 19)} +0000`;
const combined = ({ end, path, status, pid, micros, number }: Request) =>
  `10.0.0.${number % 200} - - [${clf(end)}] "GET ${path} HTTP/1.1" ${status} ${100 + (number % 900)} "-" "curl/8.5" pid=<${pid}> us=${micros}\n`;

/** As rich's handler prints a record at the width of no console. */
function rich({ path, status, port }: Request, shown: string): string {
  const head = `${shown.padEnd(20)}INFO     `;
  const text = `10.0.0.1:${port} - "GET ${path} HTTP/1.1" ${status} ${status === 200 ? 'OK' : 'Not Found'}`;
  const source = 'httptools_impl.py:482';
  const width = 80 - head.length - source.length - 1;
  const lines: string[] = [];
  let line = '';
  for (const word of text.match(/\s*\S+\s*/g) ?? []) {
    if (line.length + word.trimEnd().length > width && line !== '') lines.push(line.trimEnd());
    line = line.length + word.trimEnd().length > width ? word : line + word;
    for (; line.trimEnd().length > width; line = line.slice(width)) lines.push(line.slice(0, width));
  }
  lines.push(line.trimEnd());
  const [first, ...others] = lines;
  const below = others.map((one) => `${' '.repeat(head.length)}${one}`.padEnd(80));
  return `${[`${head}${first.padEnd(width)} ${source}`, ...below].join('\n')}\n`;
}

function richLog(): (r: Request) => string {
  let before = '';
  return (r) => {
    const clock = `[${iso(r.end).slice(11, 19)}]`;
    const stamp = `[${iso(r.end).slice(5, 7)}/${iso(r.end).slice(8, 10)}/${iso(r.end).slice(2, 4)} ${clock.slice(1)}`;
    const shown = stamp === before ? '' : stamp;
    before = stamp;
    return rich(r, shown);
  };
}

const record = ({ end, path, status, micros, pid, number }: Request) => ({
  time: iso(end),
  request: { method: 'GET', path, tags: [{ name: 'a' }, { name: `b${number}` }] },
  status,
  duration_ms: micros / 1000,
  pid,
});
const indented = (value: unknown, by: string) => JSON.stringify(value, null, 2).replaceAll('\n', `\n${by}`);

/** hypercorn's line. */
const answered = ({ end, path, status, pid, port }: Request, shown: string) =>
  `[${iso(end).replace('T', ' ').slice(0, 19)} +0000] [${pid}] [INFO] 10.0.0.1:${port} - - [${clf(end)}] "GET ${path} 1.1" ${shown === '-' ? '- -' : `${status} 512`} "-" "curl/8.5.0"\n`;

/** Of a client who leaves hypercorn logs two lines. Where the head of the file ends, by which formats are found, many leave. */
function hypercornLog(): (r: Request) => string {
  let bytes = 0;
  const left: Request[] = [];
  return (r) => {
    const leaves = r.number % 50 === 0 || (bytes > 1_040_000 && bytes < 1_050_000);
    if (leaves) left.push(r);
    const late = left.length > 0 && (left.length > 90 || left[0].number + 90 < r.number) ? left.shift() : undefined;
    const text = `${answered(r, leaves ? '-' : '200')}${late ? answered({ ...late, end: r.end }, '200') : ''}`;
    bytes += text.length;
    return text;
  };
}

const kinds: Readonly<Record<string, (r: Request) => string>> = {
  'every line is written by two handlers': (r) => combined(r).repeat(2),
  'the root logger writes every line once more': (r) => `${combined(r)}INFO:gunicorn.access:${combined(r)}`,
  'rich broke lines at the width of its console': richLog(),
  'records of JSON stand in several lines': (r) => `${indented(record(r), '')}\n`,
  'records of JSON are a list': (r) => `${r.number === 0 ? '[\n' : ''}  ${indented(record(r), '  ')},\n`,
  'lines are of two formats': (r) =>
    r.number % 3 === 0
      ? combined(r)
      : `${JSON.stringify({ time: iso(r.end), method: 'GET', path: r.path, status: r.status, duration_ms: r.micros / 1000, pid: r.pid })}\n`,
};

/** Where the second of two lines may stand far behind the first, a file in which one does at a border is read by one thread. */
const pairs: typeof kinds = {
  'hypercorn logs clients who leave twice': hypercornLog(),
  'Docker cut lines in two': (r) => {
    const piece = (log: string) =>
      `${JSON.stringify({ log, stream: 'stdout', time: `${iso(r.end).slice(0, -1)}000000Z` })}\n`;
    if (r.number % 200 > 0) return piece(combined(r));
    const line = combined({ ...r, path: `${r.path}${r.path.includes('?') ? '&' : '?'}${'q'.repeat(17_000)}` });
    return `${piece(line.slice(0, DOCKER_PIECE_BYTES))}${piece(line.slice(DOCKER_PIECE_BYTES))}`;
  },
  'a middleware logs what the server logs, but for probes': (r) => {
    const path = r.number % 40 === 0 ? '/health' : r.path.split('?')[0];
    const own = JSON.stringify({
      time: iso(r.end),
      method: 'GET',
      path,
      status: r.status,
      duration_ms: r.micros / 1000,
    });
    const server = `INFO:     10.0.0.1:${r.port} - "GET ${path} HTTP/1.1" ${r.status} ${r.status === 200 ? 'OK' : 'Not Found'}\n`;
    return path === '/health' ? server : `${own}\n${server}`;
  },
  'two lines tell of a request as it begins and as it ends': (r) =>
    `${iso(r.end)} INFO Started GET ${r.path.split('?')[0]} request_id=${r.number}a${r.port}\n` +
    `${iso(r.end + 20)} INFO Completed ${r.status} in ${r.micros / 1000}ms request_id=${r.number}a${r.port}\n`,
  'hypercorn logs every stream as it is closed': (r) => `${answered(r, '200')}${answered(r, '-')}`,
};

function write(name: string, lineOf: (r: Request) => string, seed: number): string {
  const path = join(folder, `${name}.log`);
  const texts: string[] = [];
  let bytes = 0;
  for (const request of requests(seed)) {
    const text = lineOf(request);
    bytes += text.length;
    texts.push(text);
    if (bytes > FILE_BYTES) break;
  }
  writeFileSync(path, texts.join(''));
  return path;
}

/** Rows that two formats give come in another order: what is inferred from them is read in that of their lines. */
const told = (partial: Partial) => ({ ...stateOf(partial), retained: partial.retained.table() });

describe.each(Object.entries(kinds))('where %s', (name, lineOf) => {
  test.each([2, 3])('%i threads read what one reads', async (threads) => {
    const path = write(name, lineOf, 7);
    const whole = await readPartial([path], { formats });
    expect(whole.inputs[0].requests).toBeGreaterThan(5000);
    const result = await readInParallel(path, 0, { formats, threads, startThread: threadHere, worthSplitting: 1 });
    expect(result?.report).toEqual(whole.inputs[0]);
    // To print how two of them differ would take minutes.
    expect(result && isDeepStrictEqual(told(result.partial), told(whole.partial))).toBe(true);
  });
});

describe.each(Object.entries(pairs))('where %s', (name, lineOf) => {
  test.each([2, 3])('%i threads read what one reads, or leave it to one', async (threads) => {
    const path = write(name, lineOf, 7);
    const whole = await readPartial([path], { formats });
    expect(whole.inputs[0].requests).toBeGreaterThan(5000);
    const parallel = { threads, startThread: threadHere, worthSplitting: 1 };
    const parts = await readPartial([path], { formats, parallel });
    expect(parts.inputs).toEqual(whole.inputs);
    expect(isDeepStrictEqual(told(parts.partial), told(whole.partial))).toBe(true);
  });
});
