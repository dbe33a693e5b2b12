#!/usr/bin/env node
// Says what the build wrote down, or sets what must be set before anything is loaded and runs the bundle. React picks its
// production build by NODE_ENV.
'use strict';
const { fstatSync, readFileSync, statSync, writeSync } = require('node:fs');

/** Files of dist/ with what the program says when it is asked for nothing else. */
const written = new Map([
  ['--version', 'version.txt'],
  ['-V', 'version.txt'],
  ['--help', 'help.txt'],
  ['-h', 'help.txt'],
  ['help', 'help.txt'],
]);
const STDOUT = 1;

/** Lines are as long as a terminal is wide; all else takes them as they are: files, pipes (of Node: sockets) and /dev/null. */
function isPlain() {
  const info = fstatSync(STDOUT);
  return (
    info.isFile() ||
    info.isFIFO() ||
    info.isSocket() ||
    (info.isCharacterDevice() && info.rdev === statSync('/dev/null').rdev)
  );
}

/** @returns whether all has been said; the program can say the same, and what is wrong with standard output */
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
// To the end of its own accord Node takes five milliseconds longer.
if (say(args)) process.exit();
process.env.NODE_ENV ??= 'production';
try {
  require('./run-script.js').runProgram(args);
} catch (error) {
  if (error?.code !== 'ENOENT' || !/[/\\]dist[/\\]\w+\.cjs$/.test(error.path)) throw error;
  process.stderr.write('logscope is not built yet: run "npm ci" (or "npm run build") in its folder first.\n');
  process.exitCode = 2;
}
