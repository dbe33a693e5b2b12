/** Turns the lines in which servers say something about themselves into events, and remembers what they show about the input. */
import type { Names } from '../core/batch.ts';
import type { LogFormat } from '../core/format.ts';
import type { Runtime } from './compile/runtime.ts';
import type { HeldLines, Variant } from './held-lines.ts';
import { createServerLines, type ServerLine } from './lifecycle-lines.ts';
import type { IngestSink } from './parser.ts';
import type { PlanSet } from './plan-set.ts';
import type { StampReader } from './stamps.ts';

export interface Heard {
  readonly line: ServerLine;
  readonly variant: Variant;
}

export class ServerSpeech {
  /** Formats of which a server's own lines were seen. */
  readonly formats = new Set<string>();
  /** Pids that were booted as workers. */
  readonly booted = new Set<string>();
  readonly #find: (text: string) => ServerLine | null;
  readonly #runtime: Runtime;
  readonly #anyStamp: StampReader;
  readonly #plans: PlanSet;
  readonly #options: { readonly sink: IngestSink; readonly names: Names; readonly source: number };

  constructor(
    formats: readonly LogFormat[],
    runtime: Runtime,
    plans: PlanSet,
    options: { readonly sink: IngestSink; readonly names: Names; readonly source: number },
  ) {
    this.#find = createServerLines(formats, this.formats);
    this.#runtime = runtime;
    this.#anyStamp = runtime.stamp('any');
    this.#plans = plans;
    this.#options = options;
  }

  /** The innermost text of the line that is a server's own; null: none is. */
  hear(held: HeldLines, variants: readonly Variant[]): Heard | null {
    for (let i = variants.length - 1; i >= 0; i--) {
      const line = this.#find(held.text(variants[i]));
      if (!line) continue;
      this.formats.add(line.format.id);
      for (const { kind, worker } of line.events) if (kind === 'boot' && worker !== null) this.booted.add(worker);
      return { line, variant: variants[i] };
    }
    return null;
  }

  /** Passes the events on. */
  tell({ line: { events, stampAt }, variant }: Heard, held: HeldLines, offset: number): void {
    const { sink, source, names } = this.#options;
    const own = stampAt < 0 ? Number.NaN : this.#anyStamp(held.b, held.v, variant.start + stampAt);
    const time = Number.isNaN(variant.stamp) ? own : variant.stamp;
    for (const { kind, worker: named, byWriter, value, text } of events) {
      const writer = named ?? (byWriter && variant.worker >= 0 ? names.workers.text(variant.worker) : null);
      const worker = writer === null ? null : this.#runtime.workerNameOn(variant.host, writer);
      if (worker !== null) this.#plans.event(kind, worker);
      sink.lifecycle({ kind, value, text, time, worker, offset, source });
    }
  }
}
