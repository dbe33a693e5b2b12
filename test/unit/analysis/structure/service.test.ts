// How long requests are served, from what their lines say.
import { expect, it } from 'vitest';
import { inferLog } from '../../../helpers/infer-log.ts';

it('is known of durations although no line has a time', () => {
  const log = Array.from({ length: 40 }, (_, i) => `10.0.0.7:51${i} - "GET /a HTTP/1.1" 200 ${10 + i}.00ms`).join('\n');
  const { service, wait } = inferLog(`${log}\n`);
  expect(service).toMatchObject({ method: 'logged', basis: 'durations in the lines', max: 49_000 });
  expect(service.mean).toBeCloseTo(29_500, 6);
  expect(wait.method).toBe('unknown');
});
