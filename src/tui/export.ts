/** Writes what is on the screen to a file: the summary of its requests as JSON, or its picture as text, ANSI or SVG, by the name's ending. */
import { rmSync, writeFileSync } from 'node:fs';
import { meanOf, quantileOf } from '../core/statistics.ts';
import type { Summary } from '../core/summary.ts';
import type { CellGrid } from './canvas.ts';
import type { View } from './panel.ts';
import { toSvg } from './svg.ts';

export interface ExportInput {
  readonly view: View;
  readonly grid: CellGrid;
}

/** The cells as plain text, without blanks at the ends. */
export function textOf(grid: CellGrid): string {
  let text = '';
  for (let row = 0; row < grid.rows; row++) {
    text += `${grid.glyphs
      .slice(row * grid.columns, (row + 1) * grid.columns)
      .join('')
      .trimEnd()}\n`;
  }
  return text;
}

/** The cells with their colours, for `cat`. */
export function ansiOf(grid: CellGrid, { theme }: View): string {
  let text = '';
  for (let row = 0; row < grid.rows; row++) {
    let style = 0;
    for (let x = 0; x < grid.columns; x++) {
      const at = row * grid.columns + x;
      if (grid.styles[at] !== style) {
        style = grid.styles[at];
        text += theme.styles.sequence(style);
      }
      text += grid.glyphs[at];
    }
    text += `${style === 0 ? '' : '\x1b[0m'}\n`;
  }
  return text;
}

/**
 * The summary of the requests that pass a filter. What only all requests together can tell (which server it is, how full it was,
 * what is wrong) is that of all of them: a part of the lines looks like a smaller, idler server. `waits`: those of the
 * requests that pass, µs.
 */
export function filteredSummary(passing: Summary, all: Summary, waits: readonly number[]): Summary {
  const seconds = (share: number) => quantileOf(waits, share) / 1e6;
  const ofAll = (how: string) => `of all requests, whether they pass or not: ${how}`;
  const wait: Summary['wait'] = {
    ...all.wait,
    ...(waits.length > 0 && all.wait.method !== 'unknown'
      ? {
          mean: meanOf(waits) / 1e6,
          p50: seconds(0.5),
          p95: seconds(0.95),
          p99: seconds(0.99),
          max: seconds(1),
          waiting_ratio: waits.filter((micros) => micros > 0).length / waits.length,
          basis: `of the requests that pass; ${all.wait.basis}`,
        }
      : { mean: null, p50: null, p95: null, p99: null, max: null, waiting_ratio: null }),
    // A part has no queue of its own, and the range of the whole is not its range.
    peak_queue: null,
    low: { mean: null, p95: null },
    high: { mean: null, p95: null },
  };
  return {
    ...passing,
    server: { ...all.server, model_method: ofAll(all.server.model_method) },
    wait,
    batches: all.batches,
    throughput: all.throughput,
    findings: all.findings,
    concurrency: { ...passing.concurrency, saturated_seconds: null, saturated_ratio: null },
  };
}

/** `.json`: a summary; else a picture. */
export const isSummaryPath = (path: string): boolean => path.endsWith('.json');

function pictureFor(path: string, { view, grid }: ExportInput): string {
  if (path.endsWith('.svg')) return toSvg(grid, view.theme);
  return path.endsWith('.ansi') ? ansiOf(grid, view) : textOf(grid);
}

export const exportPicture = (path: string, input: ExportInput): string => write(path, pictureFor(path, input));

export const exportSummary = (path: string, summary: Summary): string =>
  write(path, `${JSON.stringify(summary, null, 2)}\n`);

/** Returns the sentence for the status line; a full disk or a missing folder is one too. */
function write(path: string, content: string): string {
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return `Written to ${path}`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Of a file that does not fit nothing is left behind; another one under that name is not ours.
    if (code === 'ENOSPC') rmSync(path, { force: true });
    const reasons: Readonly<Record<string, string>> = {
      EEXIST: 'it exists already; choose another name',
      ENOSPC: 'the disk is full',
      EACCES: 'no permission',
      ENOENT: 'there is no such folder',
      EROFS: 'the file system is read-only',
    };
    return `Could not write ${path}: ${reasons[code ?? ''] ?? message}`;
  }
}
