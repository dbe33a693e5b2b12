/**
 * Runs a script of dist/ with V8's code cache: without it every start compiles the same functions anew, which takes longer
 * than to run them (docs/performance.md has the figures). Node's own module.enableCompileCache() is not there in Node 20.
 *
 * A cache is made by the first run of a command and kept beside the script or, where that folder cannot be written, in the
 * user's cache folder. Its name tells which build and which V8 it is of, and V8 refuses one that was made with other flags or
 * is not whole. A cache that cannot be read, used or written changes nothing but the time a start takes; as for Node's own
 * cache, NODE_DISABLE_COMPILE_CACHE=1 does without.
 */
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const folder = path.join(__dirname, '..', 'dist');

/** A script ends with "//<hash of it>\n", so many characters of hash. */
const HASH_LENGTH = 16;
/** A command that goes on for long writes its cache after this time, ms. */
const WRITE_AFTER = 3000;
/** Only names of commands become part of a file name, and none of them is longer. */
const COMMAND = /^[a-z]{1,20}$/;
/** The commands that draw on the terminal: a script has them, another one the commands that end, a third one help and version. */
const isScreen = (command) => command === 'tail' || command === 'replay';
/** What src/engine/patient-v8.ts changes, as it was: a cache that is made with other flags is refused by the next start. */
const USUAL_FLAGS = '--interrupt-budget=67584 --max-inlined-bytecode-size-cumulative=920';
const IMPATIENT_V8 = /^11\.3\./;
/** Exit code of a wrong usage: what ends so needs few functions, and comes under any name. */
const USAGE = 2;

/** Node's own modules that take half a millisecond and more to load, and that most runs do without: loaded when touched. */
const late = new Set([
  'node:child_process',
  'node:fs/promises',
  'node:net',
  'node:os',
  'node:readline',
  'node:tty',
  'node:v8',
  'node:worker_threads',
  'node:zlib',
]);
const lateRequire = (name) => (late.has(name) ? new Proxy({}, { get: (_, key) => require(name)[key] }) : require(name));

/** A script that comes out of a cache cannot import by itself. */
function importModule(specifier) {
  require('node:module').enableCompileCache?.();
  return import(urlOf(path.join(folder, specifier)));
}

const urlOf = (file) => require('node:url').pathToFileURL(file).href;

function cacheFolders() {
  const { NODE_DISABLE_COMPILE_CACHE, XDG_CACHE_HOME, HOME } = process.env;
  if (NODE_DISABLE_COMPILE_CACHE) return [];
  const home = XDG_CACHE_HOME || (HOME && path.join(HOME, '.cache'));
  return [path.join(folder, 'cache'), ...(home ? [path.join(home, 'logscope')] : [])];
}

/** Runs the script that has what the arguments of the program ask for. */
function runProgram(args) {
  const command = args.find((argument) => COMMAND.test(argument)) ?? 'help';
  runScript(command === 'help' ? 'help' : isScreen(command) ? 'screen' : 'report', command);
}

/**
 * @param {string} name of the script, without ".cjs"
 * @param {string} use the command it is run for: each has a cache of its own, with the functions that it needs
 */
function runScript(name, use) {
  const filename = path.join(folder, `${name}.cjs`);
  const source = fs.readFileSync(filename, 'latin1');
  const kind = `${name}-${use}-${process.versions.v8}-${process.arch}-`;
  const key = kind + source.slice(-HASH_LENGTH - 1, -1);
  const cachedData = readFirst(key);
  const script = new vm.Script(source, { filename, cachedData });
  if (!cachedData || script.cachedDataRejected) writeLater(script, kind, key);
  script.runInThisContext()(lateRequire, { exports: {} }, importModule, {
    get url() {
      return urlOf(filename);
    },
  });
}

function readFirst(key) {
  for (const place of cacheFolders()) {
    try {
      return fs.readFileSync(path.join(place, key));
    } catch {
      // The next place, or none.
    }
  }
  return undefined;
}

/** When the functions that are needed have been compiled: at the end of the run, or after a while. */
function writeLater(script, kind, key) {
  const timer = setTimeout(write, WRITE_AFTER).unref();
  process.once('exit', write);
  function write() {
    clearTimeout(timer);
    process.off('exit', write);
    if (process.exitCode === USAGE) return;
    if (IMPATIENT_V8.test(process.versions.v8)) require('node:v8').setFlagsFromString(USUAL_FLAGS);
    const data = script.createCachedData();
    cacheFolders().some((place) => writeTo(place, kind, key, data));
  }
}

function writeTo(place, kind, key, data) {
  // Several processes and threads may be at it at once.
  const temporary = path.join(place, `${key}.${process.pid}.${Math.random().toString(36).slice(2)}`);
  try {
    fs.mkdirSync(place, { recursive: true });
    // V8 does not look at every byte of a cache: after a crash of the machine it must be whole or not there.
    fs.writeFileSync(temporary, data, { flush: true });
    fs.renameSync(temporary, path.join(place, key));
    // Of builds that were here before.
    for (const old of fs.readdirSync(place)) {
      if (old.startsWith(kind) && !old.startsWith(key)) fs.rmSync(path.join(place, old));
    }
    return true;
  } catch {
    try {
      fs.rmSync(temporary, { force: true });
    } catch {
      // The folder cannot be written at all.
    }
    return false;
  }
}

module.exports = { isScreen, runProgram, runScript };
