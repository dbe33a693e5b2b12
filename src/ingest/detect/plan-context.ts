/** What a plan is made with, beside the lines that it is made for. */
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
  /** Formats whose own lines (lifecycle) were seen in this input. */
  readonly seen: ReadonlySet<string>;
  /** Pids that the server said it booted as workers. */
  readonly booted: ReadonlySet<string>;
  /** Time of arrival stands in where a line has no time. */
  readonly live: boolean;
}
