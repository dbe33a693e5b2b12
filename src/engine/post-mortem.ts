/** Reads whole logs into one examination: the way of `analyze` and of every command that works on saved files. */
import { Partial } from '../analysis/partial.ts';
import type { LogFormat } from '../core/format.ts';
import type { InputSummary } from '../core/summary.ts';
import { version } from '../core/version.ts';
import { createParser } from '../ingest/create-parser.ts';
import { readInput } from '../ingest/read-input.ts';
import { type Examination, examine } from './examine.ts';
import { howToLog } from './how-to-log.ts';
import { type ParallelOptions, readInParallel } from './read-in-parallel.ts';

export interface PostMortemOptions {
  readonly formats: readonly LogFormat[];
  readonly timezone?: string;
  /** A format in a server's own directive language, "gunicorn:%(h)s …". */
  readonly logFormat?: string;
  /** Reads large files with several threads; without it one thread reads everything. */
  readonly parallel?: { readonly threads: number; readonly startThread: ParallelOptions['startThread'] };
  readonly onProgress?: (path: string, bytesRead: number, totalBytes: number | null) => void;
  /** An input that is cut off or damaged, in a sentence: what stood before that place counts. */
  readonly onDamage?: (sentence: string) => void;
}

export async function readPartial(
  paths: readonly string[],
  options: PostMortemOptions,
): Promise<{ partial: Partial; inputs: InputSummary[] }> {
  const partial = new Partial();
  const inputs: InputSummary[] = [];
  for (const [source, path] of paths.entries()) {
    const onProgress = (bytesRead: number, totalBytes: number | null) =>
      options.onProgress?.(path, bytesRead, totalBytes);
    const whole =
      options.parallel && (await readInParallel(path, source, { ...options, ...options.parallel, onProgress }));
    if (whole) {
      partial.merge(whole.partial);
      inputs.push(whole.report);
      continue;
    }
    const parser = createParser({
      path,
      source,
      names: partial.names,
      formats: options.formats,
      sink: { batch: (batch) => partial.batch(batch), lifecycle: (event) => partial.event(event) },
      ...(options.timezone === undefined ? {} : { timezone: options.timezone }),
      ...(options.logFormat === undefined ? {} : { logFormat: options.logFormat }),
    });
    await readInput(path, parser, { onProgress, ...(options.onDamage ? { onDamage: options.onDamage } : {}) });
    inputs.push(parser.report());
  }
  return { partial, inputs };
}

export async function postMortem(paths: readonly string[], options: PostMortemOptions): Promise<Examination> {
  const { partial, inputs } = await readPartial(paths, options);
  return examine(partial, { inputs, version, howToLog: howToLog(options.formats), effort: 'full' });
}
