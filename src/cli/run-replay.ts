/** Runs `replay`: chooses between screen, text and stream, and connects the engine to it. */
import { formats } from '../../parsers/index.ts';
import { systemClock } from '../core/clock.ts';
import { exitCodes } from '../core/errors.ts';
import { inOrderOfWriting } from '../engine/order-of-writing.ts';
import { bePatientFor } from '../engine/patient-v8.ts';
import { Player } from '../engine/player.ts';
import { ReplayEngine } from '../engine/replay-engine.ts';
import { replayObjects } from '../engine/replay-stream.ts';
import { askedForm } from './asked-form.ts';
import type { ReplayCommandOptions } from './commands/replay.ts';
import { createExaminer } from './create-examiner.ts';
import { stderr } from './output.ts';
import { createProgress } from './progress.ts';
import { runPlain } from './run-plain.ts';
import { runScreen } from './run-screen.ts';
import { askedWindow } from './window-options.ts';
import { flushed, writeLines } from './write-lines.ts';

export async function runReplay(given: readonly string[], options: ReplayCommandOptions): Promise<number> {
  const form = askedForm(options);
  const paths = inOrderOfWriting(given);
  const progress = createProgress(stderr);
  const engine = new ReplayEngine({
    paths,
    formats,
    clock: systemClock,
    speed: options.speed ?? 1,
    examiner: (names) => createExaminer(names, formats),
    window: askedWindow(options),
    onDamage: progress.damaged,
    ...(options.timezone === undefined ? {} : { timezone: options.timezone }),
    ...(options.logFormat === undefined ? {} : { logFormat: options.logFormat }),
  });
  bePatientFor(paths);
  if (form === 'json') {
    await engine.load();
    const code = await streamReplay(engine, options.speed ?? null);
    await engine.stop();
    return progress.exitCode(code);
  }
  if (form === 'plain') {
    // Reads everything first, since printed text cannot be taken back.
    await engine.load();
    if (!options.paused) engine.play();
    return progress.exitCode(await runPlain(engine, systemClock));
  }
  await engine.open();
  if (!options.paused) engine.play();
  return progress.exitCode(await runScreen(engine, options, paths.includes('-')));
}

/** Writes the stream at the given speed (log seconds per second); null: as fast as possible. */
async function streamReplay(engine: ReplayEngine, speed: number | null): Promise<number> {
  const snapshot = engine.snapshot();
  const moments = replayObjects(snapshot);
  if (speed === null) await writeLines(moments.map(({ object }) => object));
  else {
    const player = new Player(systemClock, snapshot, speed);
    player.play();
    for (const { time, object } of moments) {
      const wait = (time - player.position()) / speed / 1000;
      if (wait > 0 && player.playing) await new Promise<void>((resume) => void systemClock.after(wait, resume));
      await writeLines([object]);
    }
  }
  await flushed();
  return exitCodes.done;
}
