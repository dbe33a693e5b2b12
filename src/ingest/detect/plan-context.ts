/** What a plan is made with, besides the lines it is made for. */
import type { Dictionary } from '../../core/dictionary.ts';
import type { LogFormat } from '../../core/format.ts';
import type { Runtime } from '../compile/runtime.ts';
import type { Zone } from '../zone.ts';
import type { Trials } from './sample.ts';

export interface PlanContext {
  readonly formats: readonly LogFormat[];
  readonly trials: Trials;
  readonly runtime: Runtime;
  readonly zone: Zone;
  /** The user named the zone of stamps without one. */
  readonly zoneGiven: boolean;
  readonly source: number;
  readonly routes: Dictionary;
  readonly workers: Dictionary;
  readonly threads: Dictionary;
  /** Formats of which lines of the server itself (lifecycle) were seen in this input. */
  readonly seen: ReadonlySet<string>;
  /** Pids that the server said it booted as workers. */
  readonly booted: ReadonlySet<string>;
  /** Lines without a time get the time of their arrival. */
  readonly live: boolean;
}
