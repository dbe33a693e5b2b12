// One log of docker compose that holds the lines of several services: each is a server of its own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inferLog } from '../../helpers/infer-log.ts';

const lines = readFileSync(
  join(import.meta.dirname, '../../accuracy/recordings/gunicorn-sync-4-net-poisson-rho066/access.log'),
  'utf8',
)
  .trimEnd()
  .split('\n');

it('a service whose lines name no worker and tell no time hides nothing of another', () => {
  const alone = inferLog(`${lines.join('\n')}\n`);
  const log = lines.flatMap((line, k) => [
    `web-1  | ${line}`,
    ...(k % 2 === 0 ? [`api-1  | INFO:     10.0.0.7:5${1000 + k} - "GET /v1/items/${k} HTTP/1.1" 200 OK`] : []),
  ]);
  const said = inferLog(`${log.join('\n')}\n`);
  const [web, api] = said.servers.map(({ inference }) => inference);
  expect(said.servers).toHaveLength(2);
  expect(web).toMatchObject({ model: 'sync', capacity: { value: 4 } });
  expect(web.wait.mean).toBeCloseTo(alone.wait.mean, 0);
  expect(api).toMatchObject({ model: 'async', capacity: { value: null } });
  // Of both together: at least the slots of the one.
  expect(said.model).toBe('unknown');
  expect(said.capacity).toMatchObject({ value: null, low: 4 });
  expect(said.workers).toMatchObject({ value: null, low: 4 });
});

it('services of different kinds have as many slots as each has at least, not the largest times all workers', () => {
  const threads = readFileSync(
    join(import.meta.dirname, '../../accuracy/recordings/gunicorn-gthread-2x4-reloaded/access.log'),
    'utf8',
  )
    .trimEnd()
    .split('\n');
  const log = [...lines.map((line) => `web-1     | ${line}`), ...threads.map((line) => `worker-1  | ${line}`)];
  const said = inferLog(`${log.join('\n')}\n`);
  expect(said.servers).toHaveLength(2);
  const slots = said.servers.map(({ inference }) => inference.capacity.low ?? 0);
  expect(said.capacity.low).toBe(slots[0] + slots[1]);
  expect(said.capacity.low).toBeLessThanOrEqual(12);
});
