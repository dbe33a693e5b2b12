// Days of a server in production: more requests than are kept, most workers in none of those that are, and moments of several days.
import { expect, it } from 'vitest';
import type { Summary } from '../../src/core/summary.ts';
import { type Answered, BEGIN_SECONDS, combined, type Production, productionLog } from '../helpers/production-log.ts';
import { run } from '../helpers/run-program.ts';

const DAY = 86_400;

async function analysed(spec: Production) {
  const log = productionLog(spec);
  const { stdout } = await run(['analyze', '--json', '-'], { input: log.text });
  return { log, summary: JSON.parse(stdout) as Summary };
}

/** The same server, whose log another program writes. */
async function analysedAs(spec: Production, write: (one: Answered) => readonly { at: number; line: string }[]) {
  const { answered } = productionLog(spec);
  const lines = answered.flatMap(write).sort((a, b) => a.at - b.at);
  const input = lines.map(({ line }) => `${line}\n`).join('');
  const { stdout } = await run(['analyze', '--json', '-'], { input });
  return { answered, summary: JSON.parse(stdout) as Summary };
}

const idsOf = ({ findings }: Summary): string[] => findings.map(({ id }) => id);

it('counts the workers that were replaced, of whose requests none may be kept', async () => {
  const { log, summary } = await analysed({ seed: 1, days: 2, peakRate: 1.2, workers: 3, maxRequests: 800 });
  expect(summary.requests.total).toBe(log.requests);
  expect(log.requests).toBeGreaterThan(60_000);
  expect(summary.server.workers.value).toBe(3);
  expect(summary.server.restarts).toBe(log.pids - 3);
  expect(summary.workers.filter(({ fate }) => fate === 'running')).toHaveLength(3);
});

it('tells a slow backend of the second day by what is usual on all days, and no step', async () => {
  const slow = { from: DAY + 11.5 * 3600, to: DAY + 11.75 * 3600 };
  const { summary } = await analysed({ seed: 2, days: 2, peakRate: 6, workers: 3, maxRequests: 1000, slow });
  expect(idsOf(summary)).toContain('outage-behind');
  expect(idsOf(summary)).not.toContain('latency-step');
  const { evidence, from } = summary.findings.find(({ id }) => id === 'outage-behind')!;
  expect(Date.parse(from!) / 1000).toBeGreaterThan(BEGIN_SECONDS + slow.from - 30);
  expect(Date.parse(from!) / 1000).toBeLessThan(BEGIN_SECONDS + slow.from + 90);
  // Nine tenths of the peak and a little more come at half past eleven.
  expect(evidence.requests_per_second_before).toBeGreaterThan(4.5);
  expect(evidence.requests_per_second_before).toBeLessThan(7);
});

it('tells the two pools of a log in which a deploy adds workers, each by all of its requests', async () => {
  const { log, summary } = await analysed({ seed: 3, days: 3, peakRate: 1, workers: 3, workersLater: 6 });
  const { regimes = [] } = summary.server;
  expect(regimes.map(({ workers }) => workers)).toEqual([3, 6]);
  expect(Math.abs(Date.parse(regimes[1].from!) * 1000 - log.deploys[1])).toBeLessThan(120e6);
  const { detail, title } = summary.findings.find(({ id }) => id === 'pool-replaced')!;
  const mean = log.requests / (3 * DAY);
  const rates = [...detail.matchAll(/([\d.]+) requests\/s/g)].map(([, rate]) => Number(rate));
  expect(rates).toHaveLength(2);
  for (const rate of rates) expect(Math.abs(rate / mean - 1)).toBeLessThan(0.3);
  expect(title).toContain('3 sync workers');
  // Of all requests, 120 ms each, three workers are all busy for less than a hundredth of the time.
  expect(summary.concurrency.saturated_ratio).toBeLessThan(0.01);
});

it('tells the waits of waitress by how many requests of all its lines say that they wait', async () => {
  const slow = { from: 12 * 3600, to: 12.5 * 3600 };
  const waiting: number[] = [];
  const { answered, summary } = await analysedAs({ seed: 4, days: 2, peakRate: 2, workers: 3, slow }, (one) => {
    while (waiting.length > 0 && waiting[0] <= one.came) waiting.shift();
    const told = { at: one.start, line: combined(one.start, one.line) };
    if (one.start - one.came < 0.01) return [told];
    waiting.push(one.start);
    return [{ at: one.came, line: `WARNING:waitress.queue:Task queue depth is ${waiting.length}` }, told];
  });
  const waits = answered.map(({ came, start }) => start - came);
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  const share = waits.filter((wait) => wait >= 0.01).length / waits.length;
  expect(summary.requests.total).toBeGreaterThan(100_000);
  expect(Math.abs(summary.wait.waiting_ratio! / share - 1)).toBeLessThan(0.01);
  expect(summary.wait.p50).toBe(0);
  expect(summary.wait.low.mean!).toBeLessThanOrEqual(mean);
  expect(summary.wait.high.mean!).toBeGreaterThanOrEqual(mean);
});

it('tells of a long log of a proxy how many ran at once, and how long its routes took to answer', async () => {
  const slow = { from: 0, to: DAY };
  const { answered, summary } = await analysedAs({ seed: 5, days: 1, peakRate: 3, workers: 60, slow }, (one) => [
    { at: one.end, line: `${combined(one.end, one.line)} rt=${(one.end - one.came).toFixed(3)} ua=10.0.0.7:8000` },
  ]);
  expect(summary.requests.total).toBeGreaterThan(60_000);
  const took = answered.map(({ came, end }) => end - came);
  const total = took.reduce((sum, seconds) => sum + seconds, 0);
  expect(Math.abs(summary.concurrency.mean! / (total / summary.window.seconds!) - 1)).toBeLessThan(0.05);
  expect(Math.abs(summary.response_time!.mean! / (total / took.length) - 1)).toBeLessThan(0.01);
  const searches = answered.filter(({ line }) => line === 'GET /search').map(({ came, end }) => end - came);
  const median = searches.sort((a, b) => a - b)[searches.length >> 1];
  const told = summary.routes.find(({ route }) => route === 'GET /search')!;
  expect(Math.abs(told.response_time!.p50! / median - 1)).toBeLessThan(0.05);
  expect(told.service_time.p50).toBeNull();
});

/** In the afternoon a worker is killed, as gunicorn says it: the lines of the log, and s since its last answer. */
function killedAtNoon(write: (one: Answered) => string) {
  const { answered } = productionLog({ seed: 6, days: 1, peakRate: 2.5, workers: 3 });
  const at = 15 * 3600;
  const { pid: victim, end: last } = answered.findLast(({ end }) => end < at - 2)!;
  const seconds = new Date((BEGIN_SECONDS + at) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const killed = `[${seconds} +0000] [800] [ERROR] Worker (pid:${victim}) was sent SIGKILL! Perhaps out of memory?`;
  const left = answered.filter(({ pid, end }) => pid !== victim || end <= last);
  const lines = left.map((one) => ({ at: one.end, line: write(one) }));
  const input = [...lines, { at, line: killed }].sort((a, b) => a.at - b.at).map(({ line }) => `${line}\n`);
  return { input: input.join(''), requests: left.length, silent: at - last };
}

it.each([
  ['the pid', (one: Answered) => `${combined(one.end, one.line)} pid=<${one.pid}> us=${microsOf(one)}`, true],
  ['no worker', (one: Answered) => `${combined(one.end, one.line)} us=${microsOf(one)}`, false],
])('tells of a worker that was killed when it last answered, where lines name %s', async (_, write, isNamed) => {
  const { input, requests, silent } = killedAtNoon(write);
  const { stdout } = await run(['analyze', '--json', '-'], { input });
  const summary = JSON.parse(stdout) as Summary;
  expect(summary.requests.total).toBe(requests);
  const { evidence, detail } = summary.findings.find(({ id }) => id === 'worker-timeouts')!;
  const { silent_median_seconds: told } = evidence;
  // Stamps are of whole seconds.
  if (isNamed) expect(Math.abs(Number(told) - silent)).toBeLessThan(1.1);
  else {
    expect(told).toBeNull();
    expect(detail).not.toContain('Last answered before');
  }
});

const microsOf = ({ start, end }: Answered): number => Math.round((end - start) * 1e6);

it("takes Heroku's 503 after 30 s for its router's patience, and dynos for no workers", async () => {
  const { answered } = productionLog({ seed: 7, days: 1, peakRate: 0.1, workers: 4 });
  const lines = answered.map(({ end, line: request }, k) => {
    const [method, path] = request.split(' ');
    const isLate = k % 40 === 39;
    const stamp = new Date((BEGIN_SECONDS + end) * 1000).toISOString().replace('Z', '000+00:00');
    const code = isLate ? 'at=error code=H12 desc="Request timeout"' : 'at=info';
    const took = isLate
      ? 'service=30000ms status=503 bytes=0'
      : `service=${100 + ((7 * k) % 90)}ms status=200 bytes=512`;
    return `${stamp} heroku[router]: ${code} method=${method} path="${path}" host=a request_id=${k} fwd="10.0.0.1" dyno=web.${1 + (k % 3)} connect=0ms ${took} protocol=https\n`;
  });
  const { stdout } = await run(['analyze', '--json', '-'], { input: lines.join('') });
  const summary = JSON.parse(stdout) as Summary;
  expect(idsOf(summary)).toContain('gateway-gives-up');
  expect(idsOf(summary)).not.toContain('common-timeout');
  expect(summary.findings.find(({ id }) => id === 'gateway-gives-up')!.title).toContain('503 after 30 s sharp');
  expect(summary.server.workers).toMatchObject({ value: null, low: 3 });
});

it('of a log that begins in an overload says how long the pool was full, and to look there', async () => {
  const slow = { from: 9 * 3600, to: 9.9 * 3600 };
  const { answered } = productionLog({ seed: 8, days: 1, peakRate: 8, workers: 3, slow });
  const begins = slow.from + 300;
  const left = answered.filter(({ end }) => end > begins);
  const lines = left.map((one) => `${combined(one.end, one.line)} pid=<${one.pid}> us=${microsOf(one)}\n`);
  const { stdout } = await run(['analyze', '--json', '-'], { input: lines.join('') });
  const summary = JSON.parse(stdout) as Summary;
  expect(summary.requests.total).toBeGreaterThan(60_000);
  const full = summary.findings.find(({ id }) => id === 'full-stretch-not-followed')!;
  // Until the queue is gone as well.
  expect(full.evidence.full_seconds).toBeGreaterThan(slow.to - begins);
  const [from, to] = [full.from, full.to].map((at) => Date.parse(at!) / 1000 - BEGIN_SECONDS);
  expect(Math.abs(from - begins)).toBeLessThan(90);
  expect(to).toBeGreaterThan(slow.to - 90);
});

it('tells one slow route of which nearly all that is kept was slow, from its beginning to its end', async () => {
  const slow = { from: DAY + 12.5 * 3600, to: DAY + 13.2 * 3600, route: '/search' };
  const log = productionLog({ seed: 9, days: 2, peakRate: 6, workers: 4, slow });
  const { stdout } = await run(['analyze', '--json', '-'], { input: log.text });
  const { findings } = JSON.parse(stdout) as Summary;
  expect(findings[0].id).toBe('outage-behind');
  expect(findings.map(({ id }) => id)).not.toContain('head-of-line');
  const [{ evidence, title, from, to }] = findings;
  expect(title).toContain('GET /search');
  const [began, over] = [from, to].map((at) => Date.parse(at!) / 1000 - BEGIN_SECONDS);
  expect(Math.abs(began - slow.from)).toBeLessThanOrEqual(60);
  expect(Math.abs(over - slow.to)).toBeLessThanOrEqual(60);
  const searches = log.answered.filter(({ line }) => line === 'GET /search');
  const isThen = ({ came }: Answered) => came > slow.from && came < slow.to;
  const medianOf = (some: readonly Answered[]) =>
    some.map(({ start, end }) => end - start).sort((a, b) => a - b)[some.length >> 1];
  expect(Math.abs(Number(evidence.service_median_seconds) / medianOf(searches.filter(isThen)) - 1)).toBeLessThan(0.1);
  expect(Math.abs(Number(evidence.usual_median_seconds) / medianOf(searches) - 1)).toBeLessThan(0.1);
  const busy = log.answered.filter(isThen).reduce((sum, { start, end }) => sum + end - start, 0);
  expect(Math.abs(Number(evidence.busy_slots_needed) / (busy / (slow.to - slow.from)) - 1)).toBeLessThan(0.3);
});

it('sizes a pool for a slow route by its load while the pool was full, not by that of all days', async () => {
  const slow = { from: 0, to: 2 * DAY, route: '/search' };
  const log = productionLog({ seed: 9, days: 2, peakRate: 5.5, workers: 3, slow });
  const { stdout } = await run(['analyze', '--json', '-'], { input: log.text });
  const { findings } = JSON.parse(stdout) as Summary;
  // At the busiest hours; on average over all days it is half of that.
  const isBusy = ({ start }: Answered) => (start % DAY) / 3600 > 12 && (start % DAY) / 3600 < 14;
  const searches = log.answered.filter((one) => one.line === 'GET /search' && isBusy(one));
  const busy = searches.reduce((sum, { start, end }) => sum + end - start, 0) / (2 * 2 * 3600);
  const { evidence } = findings.find(({ id }) => id === 'head-of-line')!;
  expect(evidence.own_pool_workers).toBeGreaterThan(busy + 1.5 * Math.sqrt(busy));
  expect(evidence.own_pool_workers).toBeLessThan(busy + 3 * Math.sqrt(busy) + 2);
});

it('tells the checks of a long log among all of its requests, and the mean without them', async () => {
  const { answered } = productionLog({ seed: 10, days: 1, peakRate: 1.4, workers: 4 });
  const calls = answered.filter(({ line }) => line !== 'GET /healthz');
  const checks = Array.from({ length: DAY / 5 }, (_, k) => ({ at: 5 * k + 2, micros: 2000 }));
  const lines = [
    ...calls.map((one) => ({ at: one.end, line: `${combined(one.end, one.line)} us=${microsOf(one)}` })),
    ...checks.map(({ at, micros }) => ({ at, line: `${combined(at, 'GET /healthz')} us=${micros}` })),
  ].sort((a, b) => a.at - b.at);
  const { stdout } = await run(['analyze', '--json', '-'], { input: lines.map(({ line }) => `${line}\n`).join('') });
  const { findings, requests } = JSON.parse(stdout) as Summary;
  expect(requests.total).toBeGreaterThan(60_000);
  const { evidence, title, detail } = findings.find(({ id }) => id === 'health-checks-skew')!;
  expect(evidence.requests).toBe(checks.length);
  expect(evidence.share).toBeCloseTo(checks.length / lines.length, 6);
  const mean = calls.reduce((sum, one) => sum + microsOf(one), 0) / calls.length / 1e6;
  expect(evidence.mean_without_seconds).toBeCloseTo(mean, 4);
  expect(evidence.mean_with_seconds).toBeCloseTo((mean * calls.length + 0.002 * checks.length) / lines.length, 4);
  expect(evidence.period_seconds).toBeCloseTo(5, 1);
  // Medians without them are known of the kept requests alone.
  expect(`${title} ${detail}`).not.toContain('median');
});

it('tells of ten slow minutes none of which is kept, and where to look, where they are found', async () => {
  // At an hour at which the rest of the server has little to do, so that busier parts are kept.
  const slow = { from: DAY + 21 * 3600, to: DAY + 21 * 3600 + 600 };
  const log = productionLog({ seed: 11, days: 2, peakRate: 4, workers: 16, slow });
  const { stdout } = await run(['analyze', '--json', '-'], { input: log.text });
  const { findings, requests } = JSON.parse(stdout) as Summary;
  expect(requests.total).toBeGreaterThan(100_000);
  expect(findings.map(({ id }) => id)).not.toContain('outage-behind');
  const { advice, evidence, from, to, detail } = findings.find(({ id }) => id === 'slow-stretch-not-followed')!;
  const [began, over] = [from, to].map((at) => Date.parse(at!) / 1000 - BEGIN_SECONDS);
  expect(Math.abs(began - slow.from)).toBeLessThanOrEqual(60);
  expect(Math.abs(over - slow.to)).toBeLessThanOrEqual(60);
  const then = log.answered.filter(({ start }) => start >= slow.from && start < slow.to);
  const mean = then.reduce((sum, { start, end }) => sum + end - start, 0) / then.length;
  expect(Math.abs(Number(evidence.service_mean_seconds) / mean - 1)).toBeLessThan(0.2);
  expect(evidence.stretches).toBe(1);
  expect(detail).toContain('of 16 slots');
  // As advised.
  const [, since, until] = /--since (\S+) --until (\S+)\. /.exec(advice)!;
  const there = await run(['analyze', '--json', '--since', since, '--until', until, '-'], { input: log.text });
  const outage = (JSON.parse(there.stdout) as Summary).findings.find(({ id }) => id === 'outage-behind')!;
  expect(Math.abs(Date.parse(outage.from!) / 1000 - BEGIN_SECONDS - slow.from)).toBeLessThan(30);
});

it('tells a backend that slows three pods once, before what each of them shows', async () => {
  const slow = { from: 11 * 3600, to: 11.5 * 3600 };
  const lines = ['x2x4k', 'p9qlm', 'zz7rt'].flatMap((pod, k) =>
    productionLog({ seed: 30 + k, days: 1, peakRate: 0.3, workers: 2, slow }).answered.map((one) => ({
      at: one.end,
      line: `[pod/web-7d9f8b6c5-${pod}/app] ${combined(one.end, one.line)} ${one.pid} ${microsOf(one)}`,
    })),
  );
  const input = lines.sort((a, b) => a.at - b.at).map(({ line }) => `${line}\n`);
  const { stdout } = await run(['analyze', '--json', '-'], { input: input.join('') });
  const { findings, server } = JSON.parse(stdout) as Summary;
  expect(server.servers).toBe(3);
  const outages = findings.filter(({ id }) => id === 'outage-behind');
  expect(outages).toHaveLength(1);
  const [{ title, from, to, severity }] = outages;
  expect(title).toContain('GET /api/items');
  const [began, over] = [from, to].map((at) => Date.parse(at!) / 1000 - BEGIN_SECONDS);
  expect(Math.abs(began - slow.from)).toBeLessThan(60);
  expect(Math.abs(over - slow.to)).toBeLessThan(60);
  expect(findings.find((one) => one.severity === severity)!.id).toBe('outage-behind');
});

it('tells when callers of waitress queued: by dated lines of a day, and by those without a date in a part of it', async () => {
  const slow = { from: 12 * 3600, to: 12.5 * 3600 };
  const { answered } = productionLog({ seed: 12, days: 1, peakRate: 3.2, workers: 2, slow });
  const dateOf = (at: number) => new Date((BEGIN_SECONDS + at) * 1000).toISOString();
  const isoOf = (at: number) => dateOf(at).slice(0, 23).replace('T', ' ').replace('.', ',');
  const waiting: number[] = [];
  const queued: number[] = [];
  const lines = answered
    .toSorted((a, b) => a.came - b.came)
    .flatMap(({ came, start, line }) => {
      while (waiting.length > 0 && waiting[0] <= came) waiting.shift();
      const told = { at: start, writer: 'INFO wsgi ', text: combined(start, line) };
      if (start - came < 0.01) return [told];
      waiting.push(start);
      queued.push(came);
      return [{ at: came, writer: 'WARNING waitress.queue ', text: `Task queue depth is ${waiting.length}` }, told];
    })
    .sort((a, b) => a.at - b.at);
  const dated = lines.map(({ at, writer, text }) => `${isoOf(at)} ${writer}${text}\n`).join('');
  const undated = lines
    .map(({ writer, text }) => (writer.startsWith('WARNING') ? `WARNING:waitress.queue:${text}\n` : `${text}\n`))
    .join('');
  const [from, to] = [slow.from - 600, slow.to + 600];
  const part = ['--since', dateOf(from), '--until', dateOf(to)];
  for (const [input, options] of [
    [dated, ['--timezone', 'UTC']],
    [undated, part],
  ] as const) {
    const { stdout } = await run(['analyze', '--json', ...options, '-'], { input });
    const { findings, inputs } = JSON.parse(stdout) as Summary;
    const isIn = (at: number) => options !== part || (at >= from && at < to);
    // Stamps are of whole seconds.
    expect(Math.abs(inputs[0].lifecycle - queued.filter(isIn).length)).toBeLessThanOrEqual(3);
    const told = findings.find(({ id }) => id === 'callers-queue')!;
    expect(Math.abs(Date.parse(told.from!) / 1000 - BEGIN_SECONDS - slow.from)).toBeLessThan(120);
    expect(Math.abs(Date.parse(told.to!) / 1000 - BEGIN_SECONDS - slow.to)).toBeLessThan(120);
  }
});
