/** What-if answers for logs that may come from several servers: each server has its own queue, so each is simulated alone. */
import type { Analysis } from '../core/finding.ts';
import type { ServerPart } from '../core/inference.ts';
import { nameOfServer } from '../core/server-name.ts';
import { selectRows } from '../core/table.ts';
import { WHAT_IF_SCHEMA, type WhatIf, type WhatIfServer } from '../core/what-if.ts';
import { whatIf } from './what-if.ts';
import { type PoolWishes, scenarioPools } from './what-if-pools.ts';

/** `target`: p95 wait to keep, µs. If `wishes` names no counts, each server is asked about pools around its own size. */
export function whatIfByServer(analysis: Analysis, wishes: PoolWishes, target: number): WhatIf {
  const ask = (one: Analysis) => {
    // A recommendation is added unless the user named sizes; naming only a model leaves the size open.
    const withRecommended = wishes.workers === undefined && wishes.threads === undefined;
    const answer = whatIf(one, { pools: scenarioPools(one, wishes), targetP95WaitMicros: target, withRecommended });
    return { ...answer, assumptions: [...answer.assumptions, ...leftOut(wishes)] };
  };
  const { servers } = analysis.inference;
  if (servers.length === 0) return ask(analysis);
  // In the order in which their files were given.
  const inOrder = servers.toSorted((a, b) => sourceOf(analysis, a) - sourceOf(analysis, b));
  const answers = inOrder.map((part): WhatIfServer => {
    const one = analysisOf(analysis, part);
    const { baseline, scenarios, recommendation, repetitions, assumptions } = ask(one);
    const { total } = one.summary.requests;
    return {
      name: nameOfServer(analysis, part),
      requests: total,
      baseline,
      scenarios,
      recommendation,
      repetitions,
      assumptions,
    };
  });
  const [first, ...others] = answers;
  return {
    schema: WHAT_IF_SCHEMA,
    baseline: null,
    scenarios: [],
    recommendation: null,
    target_p95_wait: target / 1e6,
    repetitions: 0,
    assumptions: [
      `${servers.length} servers wrote these logs, each with a queue of its own: each is simulated alone, with the requests that it served.`,
      ...first.assumptions.filter((said) => others.every(({ assumptions }) => assumptions.includes(said))),
    ],
    servers: answers,
  };
}

function leftOut({ model, threads }: PoolWishes): string[] {
  const isAsked = threads?.some((count) => count > 1) ?? false;
  if (!isAsked || model === undefined || model === 'threaded') return [];
  return [`Numbers of threads are left out: ${model} workers have none to set.`];
}

const sourceOf = ({ requests }: Analysis, { rows }: ServerPart): number => requests.source[rows[0]];

function analysisOf(analysis: Analysis, { rows, inference }: ServerPart): Analysis {
  const { requests, summary } = analysis;
  // Part of a long log is not kept: this server's share of the kept rows is taken for its share of all requests.
  const total = Math.round((summary.requests.total * rows.length) / requests.length);
  return {
    ...analysis,
    requests: selectRows(requests, rows),
    inference,
    summary: { ...summary, requests: { ...summary.requests, total } },
  };
}
