/**
 * Standard output and standard error, and what happens when they cannot be written. Node creates these streams when first used, which takes
 * 3 ms of a start of 45: a report to a file or a pipe is written without them.
 */
import { fstatSync, statSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';
import { exitCodes } from '../core/errors.ts';

const STDOUT = 1;

/** A reader that closes the pipe (`| head -1`) ends us quietly; a full disk ends us with one sentence. */
function failed(error: NodeJS.ErrnoException, isOutput: boolean): void {
  if (error.code === 'EPIPE' || error.code === 'EIO') process.exit(exitCodes.done);
  if (error.syscall !== 'write') throw error;
  if (isOutput) {
    process.stderr.write(`logscope: the output could not be written (${error.code}): is the disk full?\n`);
  }
  process.exit(exitCodes.output);
}

const watched = new Set<NodeJS.WriteStream>();

function watch(stream: NodeJS.WriteStream, isOutput: boolean): NodeJS.WriteStream {
  if (!watched.has(stream)) {
    watched.add(stream);
    stream.on('error', (error: NodeJS.ErrnoException) => failed(error, isOutput));
  }
  return stream;
}

export const stdout = (): NodeJS.WriteStream => watch(process.stdout, true);
export const stderr = (): NodeJS.WriteStream => watch(process.stderr, false);

/** true: everything has been handed to the system, and no stream has failed. */
export const isWritten = (): boolean =>
  [...watched].every(({ writableLength, errored }) => writableLength === 0 && !errored);

/** true: a file, a pipe or /dev/null, which cannot be a terminal. */
function isPlain(): boolean {
  try {
    const info = fstatSync(STDOUT);
    return info.isFile() || info.isFIFO() || (info.isCharacterDevice() && info.rdev === statSync(devNull).rdev);
  } catch {
    return false;
  }
}

export interface Output {
  readonly isTTY: boolean;
  /** Width of the terminal; undefined: the output is none. */
  readonly columns: number | undefined;
}

export function output(): Output {
  if (isPlain()) return { isTTY: false, columns: undefined };
  const { isTTY, columns } = stdout();
  return { isTTY: isTTY === true, columns };
}

/** Writes to standard output. */
export function print(text: string): void {
  if (!isPlain()) {
    stdout().write(text);
    return;
  }
  const bytes = Buffer.from(text);
  let at = 0;
  try {
    while (at < bytes.length) at += writeSync(STDOUT, bytes, at);
  } catch (error) {
    // The pipe was made non-blocking by somebody else and is full: Node's stream knows how to wait for it.
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') stdout().write(bytes.subarray(at));
    else failed(error as NodeJS.ErrnoException, true);
  }
}
