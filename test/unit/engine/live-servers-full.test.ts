// Two servers of one stream, both full for half a minute: each is told as the server of a log of its own would be.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import type { Verdict } from '../../../src/core/snapshot.ts';
import { replayLive } from '../../helpers/live-replay.ts';

/** Lines as "docker compose logs" writes them, in the order of their stamps. */
function together(...names: readonly string[]): string {
  const stampOf = (line: string) => /\[([^\]]+)\]/.exec(line)?.[1] ?? '';
  const lines = names.flatMap((name, i) =>
    gunzipSync(readFileSync(`test/faults/${name}.log.gz`))
      .toString('utf8')
      .trim()
      .split('\n')
      .map((line) => ({ stamp: stampOf(line), text: `web-${i + 1}  | ${line}\n` })),
  );
  return lines
    .sort((a, b) => (a.stamp < b.stamp ? -1 : a.stamp > b.stamp ? 1 : 0))
    .map(({ text }) => text)
    .join('');
}

const said: { readonly at: string; readonly verdict: Verdict; readonly findings: readonly string[] }[] = [];
beforeAll(async () => {
  await replayLive(together('full-live', 'full-live-threads'), {
    restSeconds: 5,
    seen: ({ now, verdict, summary }) =>
      said.push({
        at: new Date(now / 1000).toISOString().slice(11, 19),
        verdict,
        findings: summary.findings.map(({ id, evidence }) => `${evidence.server ?? ''} ${id}`),
      }),
  });
});
const between = (from: string, to: string) => said.filter(({ at }) => at >= from && at < to);

// By the clients: callers queue from 20:42:30 on; the queue of the first is empty at 20:43:09, that of the second at 20:43:18.
it('says of each since when it is full, and between what its callers may wait', () => {
  const during = between('20:42:50', '20:43:05');
  expect(during.length).toBeGreaterThan(3);
  for (const { verdict, findings } of during) {
    expect(verdict.severity).toBe('critical');
    expect(verdict.sentence).toMatch(/web-1: 4 sync workers, full since 20:42:3\d without a break/);
    expect(verdict.sentence).toMatch(
      /web-2: 2 workers of 4 threads, (?:1 of them )?full since 20:42:3\d without a break/,
    );
    expect(verdict.sentence.match(/queue for [\d.]+ m?s to \d+ s \(less/g)).toHaveLength(2);
    expect(findings).toEqual(expect.arrayContaining(['web-1 pool-saturated', 'web-2 pool-saturated']));
  }
});

it('says of one that it has room again while the other is still full', () => {
  const free = between('20:43:30', '20:43:45');
  expect(
    free.some(({ verdict }) => /web-1: 4 sync workers with free slots again since 20:43:/.test(verdict.sentence)),
  ).toBe(true);
  expect(
    said.some(
      ({ verdict: { sentence } }) =>
        /web-1: 4 sync workers with free slots/.test(sentence) &&
        /web-2: 2 workers of 4 threads, (?:1 of them )?full since/.test(sentence),
    ),
  ).toBe(true);
});
