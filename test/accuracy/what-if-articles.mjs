/** The tables for the servers described in articles: each from one log, beside what the lab measured. */
import { shown, table } from './what-if-recordings.mjs';

const async = (workers) => ({ model: 'async', workers, threads: 1 });
const threads = (count) => ({ model: 'threaded', workers: 1, threads: count });
const rate = (value) => (value === null ? '?' : value.toFixed(1));

export async function articleTables(recordings, predict) {
  const find = (name) => recordings.find((recording) => recording.name === name && recording.log);
  const tables = [];

  const busy = find('hypercorn-open');
  if (busy) {
    const [four, sixteen] = await predict(busy.log, [threads(4), threads(16)]);
    const measured = (count) => find(`waitress-${count}-users-40`)?.truth.throughput_rps ?? null;
    tables.push(
      `### A thread pool under more load than it can bear\n\nViews of 100 to 1000 ms, ${rate(busy.truth.throughput_rps)} requests/s in the log of one hypercorn process; measured on waitress under 40 users.\n\n` +
        table([
          ['threads', 'predicted answers/s', 'range', 'measured'],
          ...[
            [4, four],
            [16, sixteen],
          ].map(([count, { throughput, range }]) => [
            count,
            rate(throughput),
            `${rate(range.throughput?.[0] ?? null)} to ${rate(range.throughput?.[1] ?? null)}`,
            rate(measured(count)),
          ]),
        ]),
    );
  }

  const loops = [
    ['hypercorn-1-users-100', 4, 'hypercorn-4-users-100'],
    ['hypercorn-4-users-100', 1, 'hypercorn-1-users-100'],
    ['hypercorn-1-users-250', 4, 'hypercorn-4-users-250'],
    ['hypercorn-4-users-250', 1, 'hypercorn-1-users-250'],
  ].filter(([from, , to]) => find(from) && find(to));
  if (loops.length > 0) {
    tables.push(
      `### Event loops with 100 and 250 requests in flight\n\nThe same views, awaited, under users who do not pause. What a process can bear shows only where requests slow each other down.\n\n` +
        table([
          ['log of', 'asked for', 'predicted answers/s', 'measured', 'predicted p95 latency', 'measured service p95'],
          ...(await Promise.all(
            loops.map(async ([from, workers, to]) => {
              const [{ throughput, latency }] = await predict(find(from).log, [async(workers)]);
              const { truth } = find(to);
              return [
                from,
                `${workers} process${workers > 1 ? 'es' : ''}`,
                rate(throughput),
                rate(truth.throughput_rps),
                shown(latency.p95),
                shown(truth.service_seconds.p95),
              ];
            }),
          )),
        ]),
    );
  }

  const wsgi = find('burst-100-sync-4-io');
  const asgi = find('burst-100-gunicorn-asgi-4') ?? find('burst-100-uvicorn-4');
  if (wsgi && asgi) {
    const [same, loop] = await predict(wsgi.log, [{ model: 'sync', workers: 4, threads: 1 }, async(4)]);
    const row = (name, { wait, latency }, { truth }) => [
      name,
      shown(wait.mean),
      shown(truth.wait_seconds.mean),
      shown(latency.max),
      shown(truth.wait_seconds.max + truth.service_seconds.p50),
    ];
    tables.push(
      `### 100 at once on a view of one second\n\nFrom the log of four sync workers.\n\n${table([
        ['pool', 'predicted mean wait', 'measured', 'predicted last answer', 'measured'],
        row('4 sync workers', same, wsgi),
        row('4 ASGI workers', loop, asgi),
      ])}`,
    );
  }

  const kinds = ['sequential', 'gathered'].map((kind) => [kind, find(`burst-16-sync-4-${kind}`)]);
  if (kinds.every(([, recording]) => recording)) {
    const rows = [['sub-tasks', 'predicted mean wait', 'measured', 'predicted answers/s', 'measured', 'most at once']];
    for (const [kind, { log, truth }] of kinds) {
      const [{ wait, throughput }] = await predict(log, [{ model: 'sync', workers: 4, threads: 1 }]);
      rows.push([
        kind,
        shown(wait.mean),
        shown(truth.wait_seconds.mean),
        rate(throughput),
        rate(truth.throughput_rps),
        truth.peak_concurrency,
      ]);
    }
    tables.push(
      `### 16 at once, two sub-tasks of half a second in each\n\nOne after the other, and gathered inside the view: the view is quicker, and still four run at a time.\n\n${table(rows)}`,
    );
  }
  return tables.length > 0 ? ["## The articles' tables", ...tables] : [];
}
