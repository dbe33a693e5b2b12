/** `--plain`: a report that grows line by line, for screen readers and for log files. Nothing is ever overwritten. */
import type { Clock } from '../core/clock.ts';
import { indicesBelow } from '../core/columns.ts';
import { exitCodes } from '../core/errors.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { printable } from '../core/text.ts';
import { countText, durationText, percentText, roundText, serviceWords } from '../core/words.ts';
import type { Engine } from '../engine/engine.ts';
import { FindingChanges } from '../engine/finding-changes.ts';
import { scopeStats } from '../engine/scope-stats.ts';
import { wrapText } from '../report/columns.ts';
import { output, stdout } from './output.ts';

/** Interval of the lines about the time since the line before, ms. */
const LINE_EVERY = 10_000;
/** Columns; on narrower terminals words may be broken. */
const NARROWEST = 20;
/** A calm verdict is repeated at most this often, ms, though its numbers change. */
const CALM_EVERY = 60_000;

const clockOf = (micros: number, zoneMinutes: number): string =>
  Number.isFinite(micros) ? new Date(micros / 1000 + zoneMinutes * 60_000).toISOString().slice(11, 19) : '--:--:--';

/** "13:02:10, last 10 s: 64 requests (6.4 a second), service time p95 950 ms, no errors." */
function plainLine(snapshot: Snapshot, seconds: number): string {
  const { requests, now, zoneMinutes, inference } = snapshot;
  const rows = indicesBelow(requests.length);
  const stats = scopeStats(snapshot, rows, requests.length, { from: now - seconds * 1e6, to: now });
  const parts = [
    `${countText(stats.requests, 'request')} (${roundText(stats.requests / seconds)} a second)`,
    ...(Number.isFinite(stats.service.p95)
      ? [`${serviceWords(inference, inference.service.growth?.grows ?? null)} p95 ${durationText(stats.service.p95)}`]
      : []),
    ...(Number.isFinite(stats.wait.p95) ? [`wait p95 ${durationText(stats.wait.p95)} (${inference.wait.method})`] : []),
    stats.errors > 0
      ? `${countText(stats.errors, 'error')} (${percentText(stats.errors / stats.requests)})`
      : 'no errors',
  ];
  return `${clockOf(now, zoneMinutes)}, last ${roundText(seconds)} s: ${parts.join(', ')}.`;
}

/** Seconds that the first line of a tail is about: no more than the log that is held. */
function firstSeconds({ now, from }: Snapshot): number {
  const held = Math.ceil((now - from) / 1e6);
  return held >= 1 ? Math.min(LINE_EVERY / 1000, held) : LINE_EVERY / 1000;
}

/** Ends a sentence with a full stop if it has none. */
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

export interface PlainOptions {
  readonly write?: (line: string) => void;
  /** Width of the terminal; undefined: the output is none. */
  readonly columns?: () => number | undefined;
  /** Registers a callback for when nothing more will come; a replay is over at its end. */
  readonly onOver?: (over: () => void) => void;
  /** Stops the engine and leaves everything it knows in its last snapshot; default: its `stop`. */
  readonly stop?: () => Promise<void>;
}

/** To be called when the engine has read and examined what there is. Resolves with the exit code at the end, or when interrupted. */
export async function runPlain(
  engine: Engine,
  clock: Clock,
  {
    write: writeRows = (rows) => void stdout().write(`${rows}\n`),
    columns = () => output().columns,
    onOver,
    stop = () => engine.stop(),
  }: PlainOptions = {},
): Promise<number> {
  const write = (line: string) => {
    const width = columns();
    // Wrapped here, because a terminal would break lines within words.
    writeRows(width === undefined ? line : wrapText(line, Math.max(NARROWEST, width), '  ').join('\n'));
  };
  const changes = new FindingChanges();
  let told: { severity: string; sentence: string; at: number } = { severity: '', sentence: '', at: 0 };
  let status = '';
  let isOver = false;
  let cancel: () => void = () => {};
  let finish: () => void = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const say = () => {
    const snapshot = engine.snapshot();
    // That files are closed at the end is not news.
    if (!isOver && snapshot.status !== status && snapshot.status !== '') write(sentence(printable(snapshot.status)));
    status = snapshot.status;
    const { severity, sentence: said } = snapshot.verdict;
    const isCalm = severity === 'ok' && severity === told.severity;
    if (said !== told.sentence && (!isCalm || isOver || clock.nowMicros() - told.at >= 1000 * CALM_EVERY)) {
      told = { severity, sentence: said, at: clock.nowMicros() };
      write(`Verdict, ${severity}: ${printable(said)}`);
    }
    for (const { state, finding } of changes.update(snapshot.summary.findings, snapshot.now)) {
      write(
        state === 'opened'
          ? `Finding, ${finding.severity}: ${sentence(printable(finding.title))} ${printable(finding.advice)}`
          : `No longer seen: ${sentence(printable(finding.title))}`,
      );
    }
    // A replay of a log without times has no position and is over at once.
    if (snapshot.mode === 'replay' && !snapshot.playing && !(snapshot.now < snapshot.to)) finish();
  };
  /** Time up to which lines were written, µs since 1970 UTC. A replay may be faster than the clock, or stand still. */
  let toldTo = engine.snapshot().mode === 'replay' ? engine.snapshot().now : Number.NaN;
  const line = () => {
    const snapshot = engine.snapshot();
    const seconds = Number.isFinite(toldTo) ? (snapshot.now - toldTo) / 1e6 : firstSeconds(snapshot);
    if (seconds > 0) write(plainLine(snapshot, seconds));
    toldTo = snapshot.now;
  };
  const again = () => {
    line();
    cancel = clock.after(LINE_EVERY, again);
  };
  say();
  again();
  const unsubscribe = engine.subscribe(say);
  onOver?.(finish);
  process.once('SIGINT', finish);
  process.once('SIGTERM', finish);
  await finished;
  process.off('SIGINT', finish);
  process.off('SIGTERM', finish);
  unsubscribe();
  cancel();
  isOver = true;
  await stop();
  say();
  line();
  return exitCodes.done;
}
