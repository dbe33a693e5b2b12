/**
 * V8 of Node 20 optimises a function that has run for a while, with a compiler that takes ten times as long as most functions here run at
 * all. With a budget four times as large a report on a thousand lines takes a quarter less time, one on a GB a tenth. V8 also inlines
 * called functions into optimised ones: with a third of that an examination takes another tenth less (but scanners would be a sixth slower,
 * so reading keeps the default). Later versions have a fast compiler in between, and no such options.
 *
 * The options apply to all threads. While they are set, V8 rejects code cached without them: Node's own modules that are loaded late, and
 * our caches (bin/run-script.js). So they are set once all code is loaded, and reset while a thread starts.
 */
import { setFlagsFromString } from 'node:v8';
import { statOf } from './plain-file.ts';

const IMPATIENT = /^11\.3\./;
const USUAL = '--interrupt-budget=67584';
const PATIENT = '--interrupt-budget=270336';
const USUAL_INLINING = '--max-inlined-bytecode-size-cumulative=920';
const LESS_INLINING = '--max-inlined-bytecode-size-cumulative=300';
/** Bytes: with smaller inputs V8 optimises next to nothing. */
const PAYS_FROM_BYTES = 1 << 13;

let isWanted = false;
let isExamining = false;
let starting = 0;

function set(): void {
  if (!isWanted || !IMPATIENT.test(process.versions.v8)) return;
  setFlagsFromString(starting === 0 ? PATIENT : USUAL);
  setFlagsFromString(starting === 0 && isExamining ? LESS_INLINING : USUAL_INLINING);
}

export function bePatient(): void {
  if (isWanted) return;
  isWanted = true;
  set();
}

/** The same, if these inputs are large enough for it to pay. */
export function bePatientFor(paths: readonly string[]): void {
  const isLong = (path: string) => {
    const info = statOf(path);
    return !info?.isFile() || info.size >= PAYS_FROM_BYTES;
  };
  if (paths.some(isLong)) bePatient();
}

/** All input has been read; an examination follows. */
export function allIsRead(): void {
  isExamining = true;
  set();
}

/** Threads are about to be started. @returns a function to call when they have loaded their code */
export function threadsStart(): () => void {
  starting++;
  set();
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    starting--;
    set();
  };
}
