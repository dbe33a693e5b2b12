// A burst is told of when it has ended: while requests go on, callers who keep coming look the same.
import { expect, it } from 'vitest';
import { inferServer } from '../../../../src/analysis/infer-server.ts';
import { serverInput } from '../../../helpers/infer-log.ts';

const stamp = (second: number) => `29/Oct/2024:17:04:${String(15 + second).padStart(2, '0')} +0000`;
const lines = Array.from(
  { length: 16 },
  (_, i) => `10.0.0.9 - - [${stamp(i >> 2)}] "GET /io HTTP/1.1" 200 12 "-" "curl" pid=<${8712 + (i % 4)}> us=1001000`,
);
const input = serverInput(lines.join('\n'));
const last = Date.UTC(2024, 9, 29, 17, 4, 18) * 1000;

it('says nothing of the wait while it may go on, and all of it after a rest', () => {
  const during = inferServer({ ...input, effort: 'live', until: last + 900_000 }).wait;
  expect(during.method).toBe('unknown');
  expect(during.basis).toContain('so far');
  const after = inferServer({ ...input, effort: 'live', until: last + 4_500_000 }).wait;
  expect(after.mean / 1e6).toBeCloseTo(1.5, 1);
  expect(inferServer({ ...input }).wait.mean / 1e6).toBeCloseTo(1.5, 1);
});
