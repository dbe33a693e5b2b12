// What recorded servers were told wrongly, or not at all: the sentence that an expert reads first.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { postMortem } from '../../../src/engine/post-mortem.ts';

const examined = (name: string) => postMortem([`test/faults/${name}.log.gz`], { formats });

describe('the verdict of a recording', () => {
  it('of few long requests asks for a pool of their own, not for more slots for all', async () => {
    const { verdict } = await examined('few-long-requests');
    expect(verdict.sentence).toContain('A pool of its own for GET /export/daily would end it.');
    expect(verdict.sentence).not.toMatch(/\d workers/);
  });

  it('of one route that was slow for a while names it, and recommends no slots', async () => {
    const { verdict } = await examined('one-route-slow');
    expect(verdict.sentence).toMatch(
      /^From .* GET \/search took 2\.8 s instead of \d+ ms: what it calls was slow, and filled/,
    );
    expect(verdict.sentence).not.toContain('would end it');
  });

  it('of a pool that was replaced by a larger one says that it is over', async () => {
    const { verdict, summary } = await examined('replaced-by-more');
    expect(verdict.sentence).toMatch(
      /^The pool was replaced at 20:08:5\d UTC: 4 sync workers before, all busy \d+ % of the time; 8 sync workers since/,
    );
    const replaced = summary.findings.find(({ id }) => id === 'pool-replaced')!;
    expect(replaced.advice).toMatch(/^Keep it: /);
    expect(summary.findings.map(({ id }) => id)).not.toContain('pool-saturated');
  });

  it('of a pool that grew too late tells how long callers waited meanwhile', async () => {
    const { verdict, summary } = await examined('uwsgi-cheaper');
    expect(verdict.sentence).toMatch(
      /^The pool grew too late: .*\. \d+ to \d+ sync workers, all busy .*; callers queued/,
    );
    expect(summary.findings.map(({ id }) => id)).not.toContain('threads-would-help');
  });

  it('of workers that something held says that nobody was answered', async () => {
    const { verdict } = await examined('held-workers');
    expect(verdict).toMatchObject({ severity: 'critical' });
    // To a second, as the stamps are.
    expect(verdict.sentence).toMatch(/^Nobody was answered for 4\.\d s although callers waited/);
  });
});

describe('a finding of a recording', () => {
  const withErrorLog = (name: string) =>
    postMortem([`test/faults/${name}.log.gz`, `test/faults/${name}.error.log.gz`], { formats });

  it('of requests that share the cores recommends no workers beside the finding that says they would not help', async () => {
    const { summary, verdict } = await examined('cores-shared');
    expect(summary.findings.map(({ id }) => id)).toEqual(['pool-saturated', 'threads-would-not-help']);
    expect(summary.findings[0].evidence.recommended_workers).toBeNull();
    expect(summary.findings[0].advice).toMatch(/^Requests slow each other down .* more slots, threads or async views/);
    expect(verdict.sentence).toMatch(/More slots would only move the wait into the request\.$/);
  });

  it('of a backend that got slow little by little says so, though the pool was full before it shows', async () => {
    const { summary } = await examined('slow-little-by-little');
    const [finding, ...others] = summary.findings;
    expect(finding).toMatchObject({ id: 'outage-behind', severity: 'critical' });
    expect(finding.title).toContain('GET /api/quote');
    expect(finding.evidence.symptoms).toContain('head-of-line');
    expect(others).toEqual([]);
  });

  it.each(['quota-of-an-api', 'stale-lock'])(
    'of a route some of whose requests take long (%s) names it and how long these are',
    async (name) => {
      const { summary } = await examined(name);
      const [finding] = summary.findings;
      expect(finding.id).toBe('head-of-line');
      expect(finding.evidence.route).toBe(name === 'stale-lock' ? 'GET /pay/order' : 'GET /quota/geo');
      expect(finding.detail).toContain('most of its requests are quick, but half of its time goes to those of');
      expect(finding.evidence.route_long_seconds).toBeGreaterThan(name === 'stale-lock' ? 8 : 1);
      expect(finding.evidence.route_median_seconds).toBeLessThan(0.1);
    },
  );

  it('of a server that was killed and started again counts no workers that were gone', async () => {
    const { summary } = await withErrorLog('killed-by-probe');
    const ids = summary.findings.map(({ id }) => id);
    expect(ids).not.toContain('pool-grew-late');
    expect(summary.findings[0]).toMatchObject({ id: 'no-answers', evidence: { pauses: 2, restarts: 2 } });
  });

  it.each([
    ['def-views-and-async', 'threads of plain def views in FastAPI and Starlette (anyio) (40): ', 'total_tokens = '],
    ['one-thread-for-all', 'sync_to_async and database_sync_to_async', 'thread_sensitive=False'],
  ])(
    'of a queue inside the application (%s) names the default of that size and how many would do',
    async (name, what, knob) => {
      const { summary } = await examined(name);
      const [finding] = summary.findings;
      expect(finding).toMatchObject({ id: 'waits-in-application', severity: 'critical' });
      expect(finding.detail).toContain('GET /async/me does not stand in it');
      expect(finding.advice).toContain(what);
      expect(finding.advice).toContain(knob);
      // The offered load of the busiest half minute and its square root: 58 x 0.8, and 17.5 x 0.06.
      const least = name === 'def-views-and-async' ? 47 : 2;
      expect(finding.evidence.recommended_slots).toBeGreaterThanOrEqual(least);
      expect(finding.evidence.recommended_slots).toBeLessThanOrEqual(least + 2 * Math.sqrt(least));
    },
  );

  it('of a process that stood still with requests in hand says so, and does not take who waited for a herd', async () => {
    const { summary } = await examined('stood-still');
    expect(summary.findings.map(({ id }) => id)).toEqual(['no-answers']);
    expect(summary.findings[0].title).toMatch(/the server stood still, with requests in hand$/);
    expect(summary.findings[0].advice).toContain('gc.freeze()');
  });

  it('of a wide range of slots names no default', async () => {
    const { summary } = await examined('wsgi-behind-loop');
    expect(summary.findings[0].advice).toContain('Find what has that many slots');
    expect(summary.findings[0].evidence.limits_of_that_size).toBeNull();
  });

  it('of what everyone makes anew at once is the cause of the full pool, and says what the pool would do without it', async () => {
    const { summary } = await examined('stampede');
    expect(summary.findings.map(({ id }) => id)).toEqual(['cache-stampede']);
    expect(summary.findings[0]).toMatchObject({ severity: 'critical' });
    expect(summary.findings[0].evidence).toMatchObject({ route: 'GET /cached/home', stampedes: 6, most_at_once: 8 });
    expect(summary.findings[0].evidence.without_it_wait_p95_seconds).toBeLessThan(0.05);
  });

  it('of what everyone makes anew on an event loop is no time-out, and no wait for each other', async () => {
    const { summary } = await examined('stampede-async');
    expect(summary.findings.map(({ id }) => id)).toEqual(['cache-stampede']);
    expect(summary.findings[0].evidence.symptoms).toBe('waits-in-application');
  });

  it('of three routes as slow as each other beside health checks blames none of them, and tells of the checks', async () => {
    const { summary } = await examined('health-checks-in-queue');
    const ids = summary.findings.map(({ id }) => id);
    expect(ids).toEqual(['pool-saturated', 'health-checks-skew']);
    expect(summary.findings[1].evidence).toMatchObject({ routes: 'GET /healthz' });
  });

  it('of workers killed from outside is the cause of the pool that was full until others took their places', async () => {
    const { summary, verdict } = await withErrorLog('killed-from-outside');
    const [killed] = summary.findings;
    expect(killed).toMatchObject({ id: 'worker-timeouts', severity: 'critical' });
    expect(killed.evidence.symptoms).toContain('pool-saturated');
    expect(killed.evidence.replaced_after_median_seconds).toBeCloseTo(5.2, 0);
    expect(killed.advice).toContain('--preload');
    expect(verdict.sentence).toMatch(/ Look into dmesg and the deployment for what killed them\.$/);
  });

  it('of cold workers is one, where all were as cold when the log began, and their first requests last through the restart', async () => {
    const { summary } = await examined('cold-twice');
    expect(summary.findings.map(({ id }) => id)).toEqual(['cold-start']);
    expect(summary.findings[0].evidence.symptoms).toContain('pool-saturated');
  });

  it('of routes that all get slower is one, the cause of the full pool, and no step of one of them', async () => {
    const { summary } = await examined('drift-fills');
    expect(summary.findings.map(({ id }) => id)).toEqual(['latency-drift']);
    expect(summary.findings[0]).toMatchObject({ severity: 'critical' });
  });

  it('of workers that hung until they were killed is not also that the route that hangs starves the others, nor a restart', async () => {
    const { summary, verdict } = await withErrorLog('hangs-killed');
    expect(summary.findings[0]).toMatchObject({ id: 'worker-timeouts', severity: 'critical' });
    expect(summary.findings[0].detail).toMatch(/The pool was full of requests that hung: 9\d % of all waiting/);
    const ids = summary.findings.map(({ id }) => id);
    for (const id of ['head-of-line', 'pool-saturated', 'no-answers']) expect(ids).not.toContain(id);
    expect(verdict.sentence).toMatch(
      /^24 workers killed .* callers queued.* Time-outs on what GET \S+ calls would end it\.$/,
    );
  });

  it('of a reload whose new workers import for seconds says that nobody was answered, and recommends no more workers', async () => {
    const { summary, verdict } = await withErrorLog('reload-import');
    const [found, ...others] = summary.findings;
    expect(found).toMatchObject({
      id: 'no-answers',
      evidence: { symptoms: 'pool-saturated, threads-would-help, asgi-would-not-queue' },
    });
    expect(found.advice).toContain('USR2');
    expect(others.map(({ id }) => id)).not.toContain('pool-saturated');
    expect(verdict.sentence).toMatch(/^Nobody was answered for 2\.\d s while the server was reloaded/);
    expect(verdict.sentence).not.toContain('would end it');
  });

  it('of threads that always compute recommends more of them only if the views wait', async () => {
    const { summary, verdict, facts } = await withErrorLog('gil-always-full');
    expect(facts.predictor.contention()).toBe('unknown');
    const found = summary.findings.find(({ id }) => id === 'pool-saturated')!;
    expect(found.advice).toMatch(
      /^If the views wait for I\/O .*, (about )?\d+ threads would keep .*If they compute, the threads/,
    );
    expect(verdict.sentence).toContain('would end it if the views wait for I/O.');
  });

  it('of a full pool whose server says how many wait tells how long they waited at least', async () => {
    const { summary, verdict } = await examined('waitress-with-durations');
    // Mean 0.8 s, 95th percentile 3 s.
    expect(summary.wait.low.mean).toBeGreaterThan(0.4);
    expect(summary.wait.low.mean).toBeLessThan(0.8);
    expect(verdict).toMatchObject({ severity: 'critical' });
    expect(verdict.sentence).toMatch(/callers queued for 5\d\d ms or longer on average/);
    const found = summary.findings.find(({ id }) => id === 'pool-saturated')!;
    expect(found.detail).toMatch(/Callers queued for 5\d\d ms or longer/);
    expect(found.detail).not.toContain('does not tell');
  });

  it('of stamps of a second claims no peak as a fact', async () => {
    const { summary } = await examined('blurred-peak');
    const found = summary.findings.find(({ id }) => id === 'overprovisioned')!;
    // Fourteen really ran at one moment.
    expect(`${found.title} ${found.detail}`).not.toMatch(/at most|never more/);
  });

  it('of one process that works off its queue alone tells both waits', async () => {
    const { summary } = await examined('unbalanced-done-early');
    const found = summary.findings.find(({ id }) => id === 'unbalanced-workers')!;
    expect(found.detail).toMatch(/callers of 16360 waited \d+(\.\d)? s on average, those of 16361 \d+ ms/);
  });

  it('of a pool that never left saturation names no number of threads: how many come the log hides', async () => {
    const { summary } = await examined('turn-takers');
    const { advice } = summary.findings.find(({ id }) => id === 'pool-saturated')!;
    expect(advice).toContain('threads in each worker would help (how many, a pool that never left saturation hides)');
    expect(advice).not.toMatch(/\d threads/);
  });

  it('of waitress with full threads says how many would do', async () => {
    const advice = async (name: string) =>
      (await examined(name)).summary.findings.find(({ id }) => id === 'callers-queue')!.advice;
    // Views of 100 ms to 1 s at 5.4/s: 3.4 busy threads.
    expect(await advice('waitress-queue-depth')).toMatch(
      /^Give waitress about [78] threads .*5\.4 requests\/s of 6\d\d ms/,
    );
    // 19/s of 211 ms are four; more came than were answered.
    expect(await advice('waitress-overloaded')).toMatch(/^Give waitress at least [89] threads/);
  });

  it('of a listen queue that the server counts tells the wait that it makes', async () => {
    const { summary } = await examined('listen-queue-full');
    const found = summary.findings.find(({ id }) => id === 'listen-queue-full')!;
    expect(found.evidence).toMatchObject({ lines: 19, depth: 101 });
    expect(found.evidence.wait_at_least_seconds).toBeGreaterThan(6);
    expect(found.evidence.wait_at_least_seconds).toBeLessThan(9);
  });
});
