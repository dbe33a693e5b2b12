/** What is said of the servers of several live logs, each by what was said of it before: one may be full while another has room. */
import type { Snapshot } from '../core/snapshot.ts';
import { selectRows } from '../core/table.ts';
import { commonFindings, saidOfServers } from '../findings/diagnose-servers.ts';
import type { ExaminedWindow } from './examiner.ts';
import { type JudgedAt, LiveJudge } from './live-judge.ts';

type Examined = Pick<ExaminedWindow, 'summary' | 'inference' | 'servers' | 'requests'>;

export class LiveServers {
  readonly #judges = new Map<string, LiveJudge>();

  /** One of them is full now: somebody waits, perhaps. */
  get isFull(): boolean {
    return [...this.#judges.values()].some((judge) => judge.isFull);
  }

  /** Waits of requests are bounded for one queue alone. */
  readonly fullQueues = null;

  /** A glance at the newest requests knows of one server: the next examination tells. */
  seemsFree(): boolean {
    return false;
  }

  /** The logs have ended: what they tell as a whole is said as it is. */
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
