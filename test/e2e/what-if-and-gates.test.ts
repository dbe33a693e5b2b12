// whatif, findings, check and diff as a script meets them: documents, reasons, exit codes, one-sentence errors.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const sample = (name: string): string => join(root, 'sample-logs', name);
const overloaded = sample('gunicorn-sync-2-overloaded.log');
const enough = sample('gunicorn-sync-4-enough.log');

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: readonly string[]): Promise<Result> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(root, 'bin/logscope.js'), ...args],
      { env: { ...process.env, NODE_ENV: '', NO_COLOR: '1' }, encoding: 'utf8', maxBuffer: 1 << 26 },
      (error, stdout, stderr) => done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

/** Wrong usage and unreadable input: one sentence on standard error, nothing on standard output. */
async function expectRefusal(code: number, words: string, ...args: readonly string[]): Promise<void> {
  const result = await run(...args);
  expect(result).toMatchObject({ code, stdout: '' });
  expect(result.stderr).toContain(words);
  expect(result.stderr.trim().split('\n')).toHaveLength(1);
}

describe('logscope whatif', () => {
  it('keeps a burst together: of sixteen callers at once one waits a turn of fifteen workers', async () => {
    const log = sample('gunicorn-sync-4-burst-of-16.log');
    const { stdout } = await run('whatif', log, '--workers', '15,16', '--json');
    const { scenarios, recommendation } = JSON.parse(stdout);
    expect(scenarios[0].wait.mean).toBeCloseTo(1 / 16, 2);
    expect(scenarios[1].wait.mean).toBeLessThan(0.01);
    expect(recommendation.workers).toBe(16);
  });

  it('tells the pace of the present pool from all of a log that is too long to be kept', async () => {
    // Each of two workers takes 250 ms for a request and rests as long: 4/s, half of the slots busy.
    const lines = Array.from({ length: 50_000 }, (_, i) => {
      const end = new Date(1_700_000_000_000 + Math.floor(i / 4) * 1000 + (i % 4) * 250);
      return `${end.toISOString()} 10${i % 2} GET /a 200 250ms`;
    });
    const log = join(await mkdtemp(join(tmpdir(), 'logscope-test-')), 'long.log');
    await writeFile(log, `${lines.join('\n')}\n`);
    const { stdout } = await run('whatif', log, '--workers', '2', '--json');
    const { baseline } = JSON.parse(stdout);
    expect(baseline.workers).toBe(2);
    expect(baseline.throughput).toBeCloseTo(4, 1);
    expect(baseline.utilisation).toBeCloseTo(0.5, 1);
  });

  it('prints the document with every pool asked for', async () => {
    const { code, stdout } = await run('whatif', overloaded, '--workers', '3,4', '--threads', '1,4', '--json');
    expect(code).toBe(0);
    const document = JSON.parse(stdout);
    expect(document.schema).toBe('logscope/whatif/v1');
    expect(document.baseline).toMatchObject({ model: 'sync', workers: 2, threads: 1 });
    expect(
      document.scenarios.map(({ model, workers, threads }: Record<string, unknown>) => [model, workers, threads]),
    ).toEqual([
      ['sync', 3, 1],
      ['threaded', 3, 4],
      ['sync', 4, 1],
      ['threaded', 4, 4],
    ]);
    for (const pool of [document.baseline, ...document.scenarios]) {
      for (const times of [pool.wait, pool.latency])
        expect(Object.keys(times)).toEqual(['mean', 'p50', 'p95', 'p99', 'max']);
    }
    for (const { range, throughput } of document.scenarios) {
      expect(Object.keys(range)).toEqual(expect.arrayContaining(['wait_mean', 'wait_p95']));
      expect(throughput).toBeGreaterThan(3);
    }
    expect(document.assumptions.length).toBeGreaterThan(2);
  });

  it('prints a table, a chart and what it assumed', async () => {
    const { code, stdout } = await run('whatif', overloaded, '--workers', '3,4', '--model', 'async');
    expect(code).toBe(0);
    expect(stdout).toContain('3 async');
    expect(stdout).toContain('Assumptions');
    expect(stdout).toContain('blocking call');
  });

  it('says that nobody waits for a slot of an async pool, if its views await', async () => {
    const { stdout } = await run('whatif', overloaded, '--workers', '1', '--model', 'async', '--json');
    const { scenarios, assumptions } = JSON.parse(stdout);
    const [{ wait, peak_queue, range, latency }] = scenarios;
    expect([wait.mean, wait.p95, peak_queue, range.wait_p95]).toEqual([0, 0, 0, [0, 0]]);
    expect(latency.p95).toBeGreaterThan(0.5);
    expect(assumptions.join(' ')).toContain('if its views await, nobody waits for a slot');
  });

  it('calls the wait of an async pool unknown where the log of one does not show whether its views await', async () => {
    const text = await readFile(sample('gunicorn-gevent-2.log'), 'utf8');
    // Forty requests cannot show whether they take longer the more there are.
    const few = join(await mkdtemp(join(tmpdir(), 'logscope-test-')), 'few.log');
    await writeFile(few, `${text.split('\n').slice(0, 40).join('\n')}\n`);
    const { stdout } = await run('whatif', few, '--workers', '1', '--model', 'async', '--json');
    const [{ wait, peak_queue, range }] = JSON.parse(stdout).scenarios;
    expect([wait.mean, wait.p95, peak_queue, range.wait_p95]).toEqual([null, null, null, null]);
  });

  it('gives nulls and the reason for a log that cannot carry it', async () => {
    const { code, stdout } = await run('whatif', sample('uvicorn-default-no-time.log'), '--workers', '2', '--json');
    expect(code).toBe(0);
    const document = JSON.parse(stdout);
    expect(document.recommendation).toBeNull();
    expect(document.scenarios[0].wait.mean).toBeNull();
    expect(document.assumptions[0]).toContain('Nothing could be simulated');
  });

  it('says in a line, not in a table of question marks, that nothing can be simulated', async () => {
    const { code, stdout } = await run('whatif', sample('uvicorn-default-no-time.log'));
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/\?/);
    expect(stdout).toContain('"logscope analyze" says how to log durations');
  });
  it('beside a range over the target says where the recommendation may fail', async () => {
    const { stdout } = await run('whatif', sample('gunicorn-sync-4-nearly-full.log'), '--json');
    const { recommendation, target_p95_wait } = JSON.parse(stdout);
    const again = await run(
      'whatif',
      sample('gunicorn-sync-4-nearly-full.log'),
      '--workers',
      `${recommendation.workers}`,
      '--json',
    );
    const [scenario] = JSON.parse(again.stdout).scenarios;
    expect(scenario.range.wait_p95[1] > target_p95_wait).toBe(recommendation.because.includes('less likely reach'));
  });
  it('speaks of event loops where async workers are asked about, and of threads that are left out', async () => {
    const { stdout } = await run('whatif', overloaded, '--model', 'async', '--threads', '1,4', '--json');
    const { recommendation, assumptions } = JSON.parse(stdout);
    expect(recommendation.because).toContain('event loops add no more than 200 ms');
    expect(assumptions.at(-1)).toBe('Numbers of threads are left out: async workers have none to set.');
  });
  it('refuses what it cannot do', async () => {
    await expectRefusal(2, 'logscope: missing required argument', 'whatif');
    await expectRefusal(2, 'whole numbers', 'whatif', overloaded, '--workers', '0');
    await expectRefusal(2, 'sync, threaded or async', 'whatif', overloaded, '--model', 'fibers');
    await expectRefusal(2, 'not a time', 'whatif', overloaded, '--target-p95-wait', 'soon');
    await expectRefusal(3, 'no file', 'whatif', join(root, 'absent.log'));
  });
});

describe('logscope findings', () => {
  it('lists every finding, and explains one with a fix for each server', async () => {
    const [list, one] = await Promise.all([run('findings'), run('findings', 'pool-saturated')]);
    expect(list.stdout.match(/^[a-z-]+ {2,}\S/gm)!.length).toBeGreaterThanOrEqual(25);
    for (const words of ['ceil(n / K)', 'Larson', 'gunicorn', 'uvicorn', 'waitress', 'hypercorn', 'uWSGI']) {
      expect(one.stdout).toContain(words);
    }
  });
  it('prints them for programs', async () => {
    const { stdout } = await run('findings', '--json');
    expect(JSON.parse(stdout)[0]).toMatchObject({
      id: expect.any(String),
      explain: { fix: { gunicorn: expect.any(String) } },
    });
  });
  it('refuses an unknown one', () => expectRefusal(2, 'there is no finding', 'findings', 'everything-fine'));
});

describe('logscope check', () => {
  it('passes what keeps its thresholds', async () => {
    const { code, stdout } = await run(
      'check',
      enough,
      '--max-error-ratio',
      '1%',
      '--max-p95-service',
      '2s',
      '--min-rate',
      '3',
    );
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .every((line) => line.startsWith('ok')),
    ).toBe(true);
  });
  it('fails with the reasons', async () => {
    const { code, stdout } = await run(
      'check',
      overloaded,
      '--max-p95-service',
      '500ms',
      '--max-error-ratio',
      '1%',
      '--json',
    );
    expect(code).toBe(1);
    const { ok, results } = JSON.parse(stdout);
    expect(ok).toBe(false);
    expect(results.map(({ check, ok: kept }: { check: string; ok: boolean }) => [check, kept])).toEqual([
      ['max-p95-service', false],
      ['max-error-ratio', true],
      ['fail-on', false],
    ]);
    expect(results[0].reason).toMatch(/the p95 service time is 9\d\d ms; the limit is 500 ms/);
  });
  it('does not pass what the log cannot tell', async () => {
    const { code, stdout } = await run('check', sample('uvicorn-default-no-time.log'), '--max-p95-service', '1s');
    expect(code).toBe(1);
    expect(stdout).toContain('cannot be told from this log');
  });
  it('says what to log, or what to ask instead, where the wait is unknown', async () => {
    const limit = ['--max-p95-wait', '200ms', '--json'];
    const reasons = await Promise.all(
      ['gunicorn-sync-3-default-format.log', 'gunicorn-gevent-2.log'].map(async (name) => {
        const { code, stdout } = await run('check', sample(name), ...limit);
        expect(code).toBe(1);
        const [result] = JSON.parse(stdout).results;
        expect(result.value).toBeNull();
        return result.reason;
      }),
    );
    expect(reasons[0]).toContain('"logscope analyze" says how to log pid, duration and wait');
    expect(reasons[1]).toContain('--max-p95-service');
  });
  it('looks for critical findings unless that is declined, so that a threshold never makes it laxer', async () => {
    expect((await run('check', enough)).stdout).toContain('severity critical');
    const kept = ['check', overloaded, '--max-error-ratio', '1%'];
    const [alone, beside, declined] = await Promise.all([
      run('check', overloaded),
      run(...kept),
      run(...kept, '--fail-on', 'none'),
    ]);
    expect([alone.code, beside.code, declined.code]).toEqual([1, 1, 0]);
    expect(beside.stdout).toMatch(/FAIL fail-on: critical .*\n.*--fail-on none asks the thresholds alone/);
    expect(declined.stdout).toBe('ok   max-error-ratio: the share of errors is 0 %; the limit is 1 %\n');
    await expectRefusal(2, 'nothing left to check', 'check', enough, '--fail-on', 'none');
  });
  it('does not pass a log without a request, nor passes over waits that it cannot tell', async () => {
    const empty = await run('check', sample('gunicorn-sync-2-recycling.error.log'));
    expect(empty.code).toBe(1);
    expect(empty.stdout).toContain('FAIL fail-on: there is no request in this log');
    const { code, stdout } = await run('check', sample('gunicorn-sync-3-default-format.log'));
    expect(code).toBe(0);
    expect(stdout).toContain('whether callers waited this log cannot tell');
  });
  it('refuses thresholds that are none', async () => {
    await expectRefusal(2, 'not a share', 'check', enough, '--max-error-ratio', '150%');
    await expectRefusal(2, 'info, warning, critical or none', 'check', enough, '--fail-on', 'doom');
  });
});

describe('logscope diff', () => {
  it('says of lines without a time that they cannot be compared, not that their durations are unknown', async () => {
    const log = join(await mkdtemp(join(tmpdir(), 'logscope-test-')), 'timeless.log');
    const line = (_: unknown, i: number) => `10.0.0.7:51${i} - "GET /a HTTP/1.1" 200 ${10 + i}.00ms`;
    await writeFile(log, `${Array.from({ length: 40 }, line).join('\n')}\n`);
    const { stdout } = await run('diff', log, log);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /^Whether times changed cannot be told: no line of \S+ says when it was\./,
    );
  });

  it('says what changed and what did not', async () => {
    const { code, stdout } = await run('diff', overloaded, enough, '--json');
    expect(code).toBe(0);
    const diff = JSON.parse(stdout);
    expect(diff.schema).toBe('logscope/diff/v1');
    expect(diff.server).toMatchObject({ workers: { before: 2, after: 4 }, changed: true });
    // The service times of both recordings were drawn from one law.
    expect(['same', 'unclear']).toContain(diff.service_time_mean.change);
    expect(diff.verdict).toContain('2 sync workers became 4 sync workers');
  });
  it('of a log and itself finds nothing', async () => {
    const { stdout } = await run('diff', enough, enough);
    expect(stdout).toContain('Nothing changed');
  });
  it('has nothing to compare where a log has no request', async () => {
    const { stdout } = await run('diff', sample('gunicorn-sync-2-recycling.error.log'), enough, '--json');
    expect(JSON.parse(stdout).verdict).toContain('nothing to compare');
  });
  it('refuses standard input for both', () => expectRefusal(2, 'only one of the two', 'diff', '-', '-'));
  it('refuses one log alone', async () => {
    expect(await run('diff', enough)).toMatchObject({ code: 2 });
  });
});
