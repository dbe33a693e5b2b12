/** What a router is made with. */
import type { Names } from '../core/batch.ts';
import type { Clock } from '../core/clock.ts';
import type { LogFormat } from '../core/format.ts';
import type { KernelInput } from './kernel/compile.ts';
import type { IngestSink } from './parser.ts';
import type { Zone } from './zone.ts';

export interface RouterOptions {
  readonly source: number;
  readonly names: Names;
  readonly sink: IngestSink;
  readonly formats: readonly LogFormat[];
  /** A format that the user describes: "gunicorn:%(h)s …". */
  readonly logFormat: string | null;
  readonly zone: Zone;
  readonly zoneGiven: boolean;
  /** Lines without any time get the time of this clock. */
  readonly arrivalClock: Clock | null;
  /** Now, to find the year of stamps without one. */
  readonly nowMicros: () => number;
  readonly maxLineBytes: number;
  readonly kernels: KernelInput | null;
}
