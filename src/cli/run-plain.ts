/** `--plain`: a report that grows line by line, for screen readers and for logs of logs. Nothing is ever drawn over. */
import type { Clock } from '../core/clock.ts';
import { exitCodes } from '../core/errors.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { printable } from '../core/text.ts';
import { countText, durationText, percentText, roundText } from '../core/words.ts';
import type { Engine } from '../engine/engine.ts';
import { FindingChanges } from '../engine/finding-changes.ts';
import { scopeStats } from '../engine/scope-stats.ts';
import { stdout } from './output.ts';

/** A line about the last seconds this often, ms. */
const LINE_EVERY = 10_000;

const clockOf = (micros: number, zoneMinutes: number): string =>
  Number.isFinite(micros) ? new Date(micros / 1000 + zoneMinutes * 60_000).toISOString().slice(11, 19) : '--:--:--';

/** "13:02:10, last 10 s: 64 requests (6.4 a second), service time p95 950 ms, no errors." */
export function plainLine(snapshot: Snapshot, seconds: number): string {
  const { requests, now, zoneMinutes } = snapshot;
  const rows = Int32Array.from({ length: requests.length }, (_, row) => row);
  const stats = scopeStats(snapshot, rows, requests.length, { from: now - seconds * 1e6, to: now });
  const parts = [
    `${countText(stats.requests, 'request')} (${roundText(stats.requests / seconds)} a second)`,
    ...(Number.isFinite(stats.service.p95) ? [`service time p95 ${durationText(stats.service.p95)}`] : []),
    ...(Number.isFinite(stats.wait.p95)
      ? [`wait p95 ${durationText(stats.wait.p95)} (${snapshot.inference.wait.method})`]
      : []),
    stats.errors > 0
      ? `${countText(stats.errors, 'error')} (${percentText(stats.errors / stats.requests)})`
      : 'no errors',
  ];
  return `${clockOf(now, zoneMinutes)}, last ${roundText(seconds)} s: ${parts.join(', ')}.`;
}

export async function runPlain(
  engine: Engine,
  clock: Clock,
  write = (line: string) => void stdout().write(`${line}\n`),
): Promise<number> {
  const changes = new FindingChanges();
  let verdict = '';
  let status = '';
  let cancel: () => void = () => {};
  const say = () => {
    const snapshot = engine.snapshot();
    if (snapshot.status !== status && snapshot.status !== '') write(`${printable(snapshot.status)}.`);
    status = snapshot.status;
    if (snapshot.verdict.sentence !== verdict) {
      verdict = snapshot.verdict.sentence;
      write(`Verdict, ${snapshot.verdict.severity}: ${printable(verdict)}`);
    }
    for (const { state, finding } of changes.update(snapshot.summary.findings, snapshot.now)) {
      write(
        state === 'opened'
          ? `Finding, ${finding.severity}: ${printable(finding.title)} ${printable(finding.advice)}`
          : `No longer seen: ${printable(finding.title)}`,
      );
    }
  };
  const line = () => {
    write(plainLine(engine.snapshot(), LINE_EVERY / 1000));
    cancel = clock.after(LINE_EVERY, line);
  };
  say();
  line();
  const unsubscribe = engine.subscribe(say);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  unsubscribe();
  cancel();
  await engine.stop();
  return exitCodes.done;
}
