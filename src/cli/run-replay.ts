/** Runs `replay`: chooses between the screen and the stream, and wires the engine to it. */
import { formats } from '../../parsers/index.ts';
import { systemClock } from '../core/clock.ts';
import { ReplayEngine } from '../engine/replay-engine.ts';
import type { ReplayCommandOptions } from './commands/replay.ts';
import { runScreen } from './run-screen.ts';

export async function runReplay(paths: readonly string[], options: ReplayCommandOptions): Promise<number> {
  const engine = new ReplayEngine({
    paths,
    formats,
    clock: systemClock,
    speed: options.speed ?? 1,
    ...(options.timezone === undefined ? {} : { timezone: options.timezone }),
    ...(options.logFormat === undefined ? {} : { logFormat: options.logFormat }),
  });
  await engine.load();
  if (!options.paused) engine.play();
  return runScreen(engine, options, paths.includes('-'));
}
