// The objects of a stream have the figures of the summary: six decimals, which is a microsecond.
import { expect, it, vi } from 'vitest';
import { writeLines } from '../../../src/cli/write-lines.ts';

const written = vi.hoisted(() => [] as string[]);
vi.mock('../../../src/cli/output.ts', () => ({
  stdout: () => ({ write: (text: string) => written.push(text) > 0 }),
}));

it('writes one object a line, and no noise of the arithmetic', async () => {
  await writeLines([{ type: 'tick', busy: 0.5423865860087744 }, { evidence: { share: 1 / 3, name: 'GET /' } }]);
  expect(written).toEqual(['{"type":"tick","busy":0.542387}\n', '{"evidence":{"share":0.333333,"name":"GET /"}}\n']);
});
