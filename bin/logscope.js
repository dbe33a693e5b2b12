#!/usr/bin/env node
// Prints a text that the build has prepared, or sets what must be set before anything is loaded and runs the bundle. (React chooses its
// production build by NODE_ENV.)
'use strict';
const { fstatSync, readFileSync, statSync, writeSync } = require('node:fs');

/** Files in dist/ with the output for these arguments. */
const written = new Map([
  ['--version', 'version.txt'],
  ['-V', 'version.txt'],
  ['--help', 'help.txt'],
  ['-h', 'help.txt'],
  ['help', 'help.txt'],
]);
const STDOUT = 1;

/**
 * Whether standard output takes lines of any length, as files, pipes (in Node: sockets) and /dev/null do. For a terminal they must be
 * wrapped.
 */
function isPlain() {
  const info = fstatSync(STDOUT);
  return (
    info.isFile() ||
    info.isFIFO() ||
    info.isSocket() ||
    (info.isCharacterDevice() && info.rdev === statSync('/dev/null').rdev)
  );
}

/** @returns whether everything was printed; otherwise the program itself prints it, or says what is wrong with standard output */
function say([question, ...more]) {
  const name = more.length === 0 && written.get(question);
  if (!name) return false;
  try {
    if (!isPlain()) return false;
    const bytes = readFileSync(`${__dirname}/../dist/${name}`);
    return bytes.length > 0 && writeSync(STDOUT, bytes) === bytes.length;
  } catch {
    return false;
  }
}

const args = process.argv.slice(2);
// If Node is left to end by itself, it takes 5 ms longer.
if (say(args)) process.exit();
process.env.NODE_ENV ??= 'production';
try {
  require('./run-script.js').runProgram(args);
} catch (error) {
  if (error?.code !== 'ENOENT' || !/[/\\]dist[/\\]\w+\.cjs$/.test(error.path)) throw error;
  process.stderr.write('logscope is not built yet: run "npm ci" (or "npm run build") in its folder first.\n');
  process.exitCode = 2;
}
