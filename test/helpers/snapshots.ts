/** Snapshots for tests of the screen: empty, hand-written, hostile, and of the sample logs. */
import { join } from 'node:path';
import { formats } from '../../parsers/index.ts';
import type { ServerInference } from '../../src/core/inference.ts';
import type { LifecycleEvent } from '../../src/core/lifecycle.ts';
import { createNames } from '../../src/core/names.ts';
import { newRevision, type Snapshot } from '../../src/core/snapshot.ts';
import type { Estimate, FindingSummary } from '../../src/core/summary.ts';
import { isoInstant } from '../../src/core/time.ts';
import { emptySnapshot } from '../../src/engine/empty-snapshot.ts';
import { LocalExaminer } from '../../src/engine/examiner.ts';
import { emptyPlacement } from '../../src/engine/placement.ts';
import { ReplayEngine } from '../../src/engine/replay-engine.ts';
import { FakeClock } from './fake-clock.ts';

/** Noon of some day, µs since 1970 UTC. */
export const NOON = Date.UTC(2026, 10, 20, 12) * 1000;
const SECOND = 1_000_000;

export const emptyTail = (): Snapshot => ({
  ...emptySnapshot('tail', 'access.log', ['access.log'], createNames(), []),
  now: NOON,
});

export interface HandRequest {
  /** Seconds after noon; negative: before noon. */
  readonly start: number;
  readonly end: number;
  readonly worker?: string;
  readonly slot?: number;
  readonly route?: string;
  readonly status?: number;
  /** Seconds; missing: unknown. */
  readonly wait?: number;
  /** Half-width of the uncertainty of start and end, in seconds. */
  readonly slack?: number;
  readonly source?: number;
}

export interface HandOptions {
  readonly requests: readonly HandRequest[];
  readonly model?: ServerInference['model'];
  readonly threads?: number;
  readonly capacity?: number | null;
  readonly unbounded?: boolean;
  readonly lifecycle?: readonly Partial<LifecycleEvent>[];
  readonly findings?: readonly FindingSummary[];
  readonly change?: Partial<Snapshot>;
}

const sure = (value: number | null): Estimate => ({
  value,
  low: value,
  high: value,
  confidence: 0.99,
  method: 'by hand',
});

/** A picture of the given requests and server; its right edge is noon. */
export function handSnapshot(options: HandOptions): Snapshot {
  const names = createNames();
  const { requests: given } = options;
  const length = given.length;
  const placement = emptyPlacement(length);
  const column = () => new Float64Array(length).fill(Number.NaN);
  const requests = {
    length,
    start: column(),
    end: column(),
    duration: column(),
    measuredWait: column(),
    arrival: column(),
    resolution: new Float64Array(length),
    worker: new Int32Array(length),
    thread: new Int32Array(length).fill(-1),
    route: new Int32Array(length),
    client: new Uint32Array(length),
    status: new Uint16Array(length),
    bytes: new Float64Array(length).fill(12),
    offset: new Float64Array(length),
    source: new Uint16Array(length),
  };
  const turns = new Map<string, number>();
  given.forEach((one, row) => {
    const worker = one.worker ?? '8712';
    const turn = turns.get(worker) ?? 0;
    turns.set(worker, 1 - turn);
    requests.start[row] = placement.start[row] = NOON + one.start * SECOND;
    requests.end[row] = placement.end[row] = NOON + one.end * SECOND;
    requests.duration[row] = (one.end - one.start) * SECOND;
    requests.worker[row] = one.worker === '' ? -1 : names.workers.add(worker);
    requests.route[row] = names.routes.add(one.route ?? 'GET /io');
    requests.status[row] = one.status ?? 200;
    requests.offset[row] = row * 100;
    requests.source[row] = one.source ?? 0;
    placement.slot[row] = one.slot ?? 0;
    placement.wait[row] = one.wait === undefined ? Number.NaN : one.wait * SECOND;
    placement.uncertainty[row] = (one.slack ?? 0) * SECOND;
    placement.turn[row] = turn;
  });
  const base = emptyTail();
  const lanes = new Map<string, { worker: number; slot: number }>();
  for (let row = 0; row < length; row++) {
    lanes.set(`${requests.worker[row]}:${placement.slot[row]}`, {
      worker: requests.worker[row],
      slot: placement.slot[row],
    });
  }
  const workers = names.workers.size;
  const threads = options.threads ?? 1;
  const capacity = options.capacity === undefined ? workers * threads : options.capacity;
  const inference: ServerInference = {
    ...base.inference,
    model: options.model ?? 'sync',
    modelConfidence: 0.97,
    workers: sure(workers),
    threads: sure(threads),
    capacity: sure(capacity),
    unbounded: options.unbounded ?? false,
    lanes: [...lanes.values()],
    lives: Array.from({ length: workers }, (_, worker) => ({
      worker,
      from: NOON - 3600 * SECOND + worker,
      to: NOON,
      requests: 1,
      busyMicros: Number.NaN,
      peakConcurrency: Number.NaN,
      fate: 'running' as const,
    })),
    requests: { ...placement, lane: placement.slot },
    service: { ...base.inference.service, method: 'logged' },
    wait: { ...base.inference.wait, method: given.some((one) => one.wait !== undefined) ? 'inferred' : 'unknown' },
  };
  const ends = given.map((one) => one.end);
  return {
    ...base,
    from: length > 0 ? NOON + Math.min(...given.map((one) => one.start)) * SECOND : Number.NaN,
    to: length > 0 ? NOON + Math.max(...ends) * SECOND : Number.NaN,
    now: NOON,
    live: true,
    total: length,
    requests,
    placement,
    revision: newRevision(),
    inference,
    names,
    lifecycle: (options.lifecycle ?? []).map((event) => ({
      kind: 'boot',
      time: NOON,
      offset: 0,
      source: 0,
      worker: null,
      value: null,
      text: null,
      ...event,
    })),
    summary: {
      ...base.summary,
      requests: { ...base.summary.requests, total: length },
      knows: { time: true, pid: true, thread: false, duration: true, wait: false, missing: [] },
      server: {
        ...base.summary.server,
        model: options.model ?? 'sync',
        model_confidence: 0.97,
        workers: sure(workers),
        threads: sure(threads),
        capacity: sure(capacity),
      },
      findings: [...(options.findings ?? [])],
    },
    ...options.change,
  };
}

export const finding = (change: Partial<FindingSummary> = {}): FindingSummary => ({
  id: 'pool-saturated',
  severity: 'critical',
  title: 'All four workers were busy',
  detail: 'For 31 of 60 s no worker was free.',
  evidence: { saturated_seconds: 31, slots: 4 },
  advice: 'Run 7 workers.',
  from: isoInstant(NOON - 40 * SECOND),
  to: isoInstant(NOON - 10 * SECOND),
  ...change,
});

/** Four sync workers that are busy for a minute, while callers wait. */
export const fullPool = (): Snapshot =>
  handSnapshot({
    requests: Array.from({ length: 240 }, (_, i) => {
      const start = -60 + Math.floor(i / 4);
      return { start, end: start + 0.98, worker: String(8712 + (i % 4)), wait: (i % 9) / 4 };
    }),
    findings: [finding()],
    change: {
      verdict: {
        severity: 'critical',
        sentence: '4 sync workers, all busy 60 of 60 s; callers queued up to 2 s.',
        confidence: 0.93,
      },
    },
  });
/** What a log may contain to break a screen: escapes, wide, combining and right-to-left characters, endless words. */
export const hostileText = [
  '\x1b[31mred\x1b[0m\x1b]0;owned\x07\x1b[2J',
  '日本語のとても長い道',
  'zalgo \u0301\u0302\u0303\u0304\u0305\u0306',
  'שלום \u202e right to left \u2066',
  '👩‍👩‍👧‍👦🇩🇪❤️',
  '/x'.repeat(5000),
  '\u0000\u0007\u0085\u009b31m\u200b\ufeff\ud800',
  '',
];

export const hostileSnapshot = (): Snapshot =>
  handSnapshot({
    requests: hostileText.map((text, i) => ({
      start: -30 + i,
      end: -29 + i * 2,
      worker: text === '' ? 'w' : text,
      route: text,
      status: [200, 302, 404, 500, 0, 999, 200, 204][i],
      ...(i % 2 === 0 ? { wait: i / 2 } : {}),
    })),
    lifecycle: hostileText.map((text, i) => ({
      kind: (['boot', 'exit', 'timeout', 'killed', 'recycle', 'error', 'queue-full', 'listen'] as const)[i],
      time: i === 3 ? Number.NaN : NOON - i * 1e6,
      worker: text,
      text,
    })),
    findings: hostileText.map((text, i) =>
      finding({
        id: `f${i}`,
        title: text,
        detail: text,
        advice: text,
        evidence: { what: text, none: null },
        from: i % 2 ? null : finding().from,
      }),
    ),
    change: {
      title: hostileText[0],
      status: hostileText[0],
      verdict: { severity: 'critical', sentence: hostileText.join(' '), confidence: 0.5 },
      sources: hostileText,
    },
  });

const samples = join(import.meta.dirname, '../../sample-logs');

const replayed = new Map<string, Promise<Snapshot>>();

/** A sample log as `replay` has it when it was played to its end. Snapshots are immutable, so the tests of a file share one for each log. */
export function replaySnapshot(...logs: string[]): Promise<Snapshot> {
  const key = logs.join(' ');
  const known = replayed.get(key) ?? replay(logs);
  replayed.set(key, known);
  return known;
}

async function replay(logs: readonly string[]): Promise<Snapshot> {
  const engine = new ReplayEngine({
    paths: logs.map((name) => join(samples, name)),
    formats,
    clock: new FakeClock(),
    speed: 1,
    examiner: (names) => new LocalExaminer(names, formats),
  });
  await engine.load();
  engine.command({ type: 'seek', to: engine.snapshot().to });
  const snapshot = engine.snapshot();
  await engine.stop();
  return snapshot;
}
