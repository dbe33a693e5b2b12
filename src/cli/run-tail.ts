/** Runs `tail`: chooses between screen, text and stream, and connects the engine to it. */
import { formats } from '../../parsers/index.ts';
import { systemClock } from '../core/clock.ts';
import { exitCodes } from '../core/errors.ts';
import { printable } from '../core/text.ts';
import { ThreadTruncations } from '../engine/follow/thread-truncations.ts';
import { LiveEngine } from '../engine/live-engine.ts';
import { LiveStream } from '../engine/live-stream.ts';
import { bePatientFor } from '../engine/patient-v8.ts';
import { startThread } from '../engine/start-thread.ts';
import type { Form } from '../tui/capabilities.ts';
import { askedForm } from './asked-form.ts';
import type { TailOptions } from './commands/tail.ts';
import { createExaminer } from './create-examiner.ts';
import { stderr } from './output.ts';
import { runPlain } from './run-plain.ts';
import { runScreen } from './run-screen.ts';
import { flushed, writeLine } from './write-lines.ts';

export async function runTail(paths: readonly string[], options: TailOptions): Promise<number> {
  const form = askedForm(options);
  const engine = new LiveEngine({
    paths,
    formats,
    clock: systemClock,
    history: options.fromStart ? Number.POSITIVE_INFINITY : options.history,
    poll: options.poll ?? false,
    examiner: (names) => createExaminer(names, formats),
    truncations: new ThreadTruncations(() => startThread('truncation-worker')),
    ...(options.timezone === undefined ? {} : { timezone: options.timezone }),
    ...(options.logFormat === undefined ? {} : { logFormat: options.logFormat }),
    ...(options.state === undefined ? {} : { stateFile: options.state }),
  });
  bePatientFor(paths);
  const code = await tail(engine, form, () => runScreen(engine, options, paths.includes('-')));
  if (engine.isLeft) await interruptOurselves();
  return code;
}

async function tail(engine: LiveEngine, form: Form, screen: () => Promise<number>): Promise<number> {
  if (form === 'json') return streamTail(engine);
  if (form === 'screen') {
    await engine.open();
    return screen();
  }
  await engine.start();
  await engine.examined();
  return runPlain(engine, systemClock, {
    onOver: (over) => engine.onOver(over),
    stop: () => engine.stop(true),
  });
}

/** Node exits when all reads have ended; a read on a file system that does not answer may never end. */
async function interruptOurselves(): Promise<void> {
  await flushed();
  process.removeAllListeners('SIGINT');
  process.kill(process.pid, 'SIGINT');
  await new Promise(() => {});
}

/** SIGINT, SIGTERM and the end of standard input are the ordinary end of a tail. */
async function streamTail(engine: LiveEngine): Promise<number> {
  const stream = new LiveStream(engine, systemClock, writeLine, (sentence) => {
    stderr().write(`logscope: ${printable(sentence)}\n`);
  });
  const ended = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    engine.onOver(() => resolve());
  });
  await engine.start();
  await engine.examined();
  stream.begin();
  await ended;
  await engine.stop(true);
  stream.end();
  await flushed();
  return exitCodes.done;
}
