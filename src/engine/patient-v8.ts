/**
 * V8 of Node 20 optimises a function that has run for a while by a compiler that takes ten times as long as most functions here run at
 * all. With four times the patience a report on a thousand lines takes a quarter less, one on a GB a tenth. And what it optimises it
 * fills with the functions that are called there: with a third of that an examination takes another tenth less (scanners would be a
 * sixth slower: they are read with all of it). Later versions have a fast compiler in between, and no such options.
 *
 * It holds for all threads, and meanwhile V8 refuses what was compiled without it: the code of Node's own modules that are loaded
 * late, and our caches (bin/run-script.js). So it is asked for when all is loaded, and taken back while a thread starts.
 */
import { setFlagsFromString } from 'node:v8';
import { statOf } from './plain-file.ts';

const IMPATIENT = /^11\.3\./;
const USUAL = '--interrupt-budget=67584';
const PATIENT = '--interrupt-budget=270336';
const USUAL_INLINING = '--max-inlined-bytecode-size-cumulative=920';
const LESS_INLINING = '--max-inlined-bytecode-size-cumulative=300';
/** Of a shorter input so little is made of that V8 optimises next to nothing. */
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

/** The same, where there is enough to read of these inputs. */
export function bePatientFor(paths: readonly string[]): void {
  const isLong = (path: string) => {
    const info = statOf(path);
    return !info?.isFile() || info.size >= PAYS_FROM_BYTES;
  };
  if (paths.some(isLong)) bePatient();
}

/** All is read: what follows is an examination. */
export function allIsRead(): void {
  isExamining = true;
  set();
}

/** Threads are about to be started. @returns is to be called when they have loaded what they run */
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
