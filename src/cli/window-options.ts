/** The options that select a time range of a log. */
import type { Command } from 'commander';
import { boundOf, spanOf } from '../core/time-spellings.ts';
import type { AskedWindow, TimeBound } from '../core/time-window.ts';
import { wrongUsage } from './wrong-usage.ts';

export interface WindowOptions {
  readonly since?: TimeBound;
  readonly until?: TimeBound;
  readonly last?: number;
}

export const windowOptions = (command: Command): Command =>
  command
    .option(
      '--since <time>',
      'read from this time on: "2026-03-01 17:04", 2026-03-01T17:04:15Z, "01/Mar/2026:17:04:15 +0100", 17:04 (on the day the log ends), an epoch, or 2h (before the end)',
      parseBound,
    )
    .option('--until <time>', 'read up to this time, in the same spellings', parseBound)
    .option('--last <time>', 'read the end of the log: 15m, 90s, 2h, 1d', parseSpan);

/** null: everything is wanted. @throws UserError when the options contradict each other */
export function askedWindow({ since, until, last }: WindowOptions): AskedWindow | null {
  if (last !== undefined && since !== undefined) {
    throw wrongUsage('--last and --since both say where to begin: give one of them');
  }
  const begin: TimeBound | null = last === undefined ? (since ?? null) : { kind: 'before-end', micros: last };
  return begin || until ? { since: begin, until: until ?? null } : null;
}

export function parseSpan(text: string): number {
  const span = spanOf(text.trim());
  if (span > 0) return span;
  throw wrongUsage(`"${text}" is no length of time such as 90s, 15m, 2h, 1h30m or 1d`);
}

export function parseBound(text: string): TimeBound {
  const bound = boundOf(text.trim());
  if (bound) return bound;
  throw wrongUsage(
    `"${text}" is no time such as "2026-03-01 17:04", 2026-03-01T17:04:15+01:00, 17:04, 1772381055 or 2h (before the end)`,
  );
}
