/**
 * Runs a script of dist/ with V8's code cache. Without it, every start compiles the same functions again, which takes longer than running
 * them (docs/performance.md has figures). Node's own module.enableCompileCache() does not exist in Node 20.
 *
 * A cache is made by the first run of a command. It is kept beside the script or, if that folder is not writable, in the user's cache
 * folder. Its name contains the build and the version of V8; V8 itself refuses caches that were made with other flags or are incomplete. If
 * a cache cannot be read, used or written, a start only takes longer. As with Node's own cache, NODE_DISABLE_COMPILE_CACHE=1 turns it off.
 */
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const folder = path.join(__dirname, '..', 'dist');

/** A script ends with "//<hash of it>\n"; the hash has so many characters. */
const HASH_LENGTH = 16;
/** ms: a command that runs for longer writes its cache after this time, and not only at its end. */
const WRITE_AFTER = 3000;
/** Only names of commands become part of a file name, and none is longer. */
const COMMAND = /^[a-z]{1,20}$/;
/**
 * Whether the command draws on the terminal. These commands have a script of their own; another one has the commands that end, and a third
 * one has help and version.
 */
const isScreen = (command) => command === 'tail' || command === 'replay';
/**
 * The usual values of the flags that src/engine/patient-v8.ts changes: a cache that was made with other flags would be refused by the next
 * start.
 */
const USUAL_FLAGS = '--interrupt-budget=67584 --max-inlined-bytecode-size-cumulative=920';
const IMPATIENT_V8 = /^11\.3\./;
/** Exit code for wrong usage: such runs need few functions, and may have any argument as their command. */
const USAGE = 2;

/** Node's modules that take 0.5 ms or more to load and that most runs do not need: they are loaded on first access. */
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

/** A script from a cache cannot import by itself. */
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

/** Runs the script with the command that the arguments name. */
function runProgram(args) {
  const command = args.find((argument) => COMMAND.test(argument)) ?? 'help';
  runScript(command === 'help' ? 'help' : isScreen(command) ? 'screen' : 'report', command);
}

/**
 * @param {string} name of the script, without ".cjs"
 * @param {string} use the command for which it runs: each has its own cache, with the functions it needs
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
      // Try the next place, if there is one.
    }
  }
  return undefined;
}

/** Writes the cache when the needed functions have been compiled: at the end of the run, or after a while. */
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
  // Several processes and threads may do this at the same time.
  const temporary = path.join(place, `${key}.${process.pid}.${Math.random().toString(36).slice(2)}`);
  try {
    fs.mkdirSync(place, { recursive: true });
    // V8 does not check every byte of a cache. So even after a crash of the machine, it must be complete or absent.
    fs.writeFileSync(temporary, data, { flush: true });
    fs.renameSync(temporary, path.join(place, key));
    // Caches of earlier builds.
    for (const old of fs.readdirSync(place)) {
      if (old.startsWith(kind) && !old.startsWith(key)) fs.rmSync(path.join(place, old));
    }
    return true;
  } catch {
    try {
      fs.rmSync(temporary, { force: true });
    } catch {
      // The folder is not writable at all.
    }
    return false;
  }
}

module.exports = { isScreen, runProgram, runScript };
