/** What is said about the servers of several live logs, each with its own memory: one may be full while another has free slots. */
import type { Snapshot } from '../core/snapshot.ts';
import { selectRows } from '../core/table.ts';
import { commonFindings, saidOfServers } from '../findings/diagnose-servers.ts';
import type { ExaminedWindow } from './examiner.ts';
import type { JudgedAt } from './judged-pool.ts';
import { LiveJudge } from './live-judge.ts';

type Examined = Pick<ExaminedWindow, 'summary' | 'inference' | 'servers' | 'requests'>;

export class LiveServers {
  readonly #judges = new Map<string, LiveJudge>();

  /** true: one of them is full now, so callers may be waiting. */
  get isFull(): boolean {
    return [...this.#judges.values()].some((judge) => judge.isFull);
  }

  /** Waits of single requests are bounded for a single server only. */
  readonly fullQueues = null;

  /** A glance at the newest requests works for one server only; the next examination will tell. */
  seemsFree(): boolean {
    return false;
  }

  /** The logs have ended: the verdict on the whole is passed on unchanged. */
  ended({ summary, verdict }: Pick<Snapshot, 'summary' | 'verdict'>): Pick<Snapshot, 'summary' | 'verdict'> {
    return { summary, verdict };
  }

  judge({ summary, inference, servers, requests }: Examined, at: JudgedAt): Pick<Snapshot, 'summary' | 'verdict'> {
    const each = servers.map(({ name, ...own }, i) => {
      const { rows, inference: of } = inference.servers[i];
      const examined = { ...own, inference: of, requests: selectRows(requests, rows) };
      return { name, ...this.#judgeOf(name).judge(examined, at) };
    });
    const { findings, verdict } = saidOfServers(each, commonFindings(summary.findings));
    return { summary: { ...summary, findings }, verdict };
  }

  #judgeOf(name: string): LiveJudge {
    const known = this.#judges.get(name);
    if (known) return known;
    const judge = new LiveJudge();
    this.#judges.set(name, judge);
    return judge;
  }
}
