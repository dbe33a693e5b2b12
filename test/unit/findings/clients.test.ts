// Findings about single clients: slow readers, and one address that fills the pool.
import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/findings/diagnose.ts';
import oneNoisyClient from '../../../src/findings/one-noisy-client.ts';
import slowClients from '../../../src/findings/slow-clients.ts';
import { backgroundCalls, type Call, poisson, syncPool } from '../../helpers/traffic.ts';

describe('slow-clients', () => {
  const download = (speedOf: (client: number) => number): Call[] =>
    poisson(10, 3, 200, (random) => {
      const client = random.integer(1, 8);
      const bytes = random.between(5e5, 5e6);
      return { takes: 0.05 + bytes / speedOf(client), bytes, client, route: 'GET /file' };
    });
  it('tells slow lines from slow work', () => {
    const finding = slowClients.examine(
      syncPool(
        16,
        download((client) => 4e5 * client),
      ),
    )!;
    expect(finding.evidence.route).toBe('GET /file');
    expect(finding.evidence.held_share).toBeGreaterThan(0.5);
  });
  it('is quiet of work that grows with the answer, alike for all', () => {
    expect(
      slowClients.examine(
        syncPool(
          16,
          download(() => 2e6),
        ),
      ),
    ).toBeNull();
  });
  it('is quiet of quick lines', () =>
    expect(
      slowClients.examine(
        syncPool(
          16,
          download((client) => 1e8 * client),
        ),
      ),
    ).toBeNull());
});

describe('one-noisy-client', () => {
  /** 8 requests/s of 400 addresses, and for half a minute 60/s more, of the address that `who` says. */
  const traffic = (who: (i: number) => number): Call[] => {
    const extra = poisson(8, 60, 90, () => ({ takes: 0.1, route: 'GET /search' }), 60);
    return [...backgroundCalls(7, 8, 200), ...extra.map((call, i) => ({ ...call, client: who(i) }))];
  };
  it('is the cause of a full pool, with what the others would wait without it', () => {
    const [finding] = diagnose(
      syncPool(
        4,
        traffic(() => 7777),
      ),
    );
    expect(finding).toMatchObject({ id: 'one-noisy-client', severity: 'critical' });
    expect(finding.evidence.busy_share_while_queued).toBeGreaterThan(0.75);
    expect(finding.evidence.busy_share_otherwise).toBeLessThan(0.1);
    expect(finding.evidence.without_it_wait_p95_seconds).toBeLessThan(0.05);
    expect(finding.evidence.symptoms).toContain('pool-saturated');
  });
  it('is quiet of a crowd', () =>
    expect(
      oneNoisyClient.examine(
        syncPool(
          4,
          traffic((i) => 500 + (i % 300)),
        ),
      ),
    ).toBeNull());
  it('is quiet of an address behind which half of all callers come at any time', () => {
    const office = traffic(() => 7777).map((call, i) => ({ ...call, client: i % 2 === 0 ? 7777 : 500 + (i % 301) }));
    expect(oneNoisyClient.examine(syncPool(4, office))).toBeNull();
  });
  it('is quiet where all come through one proxy', () =>
    expect(
      oneNoisyClient.examine(
        syncPool(
          4,
          traffic(() => 1).map((call) => ({ ...call, client: 1 })),
        ),
      ),
    ).toBeNull());
});
