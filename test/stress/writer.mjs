/**
 * A server that writes numbered lines and whose log is rotated: tears lines into several writes, and is interrupted by
 * rotations at any byte. The number of a line stands where its response's size does.
 *   node writer.mjs PATH MODE LINES SEED PAUSE_MS     (pause: between rotations, on average)
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { generator } from '../lab/random.mjs';

const [path, mode, count, seed, pauseMs] = process.argv.slice(2);
const random = generator(Number(seed));
const KEPT = 20;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const two = (n) => String(n).padStart(2, '0');

const target = (n) => `${path}.d/${n}.log`;
let generation = 0;
if (mode === 'symlink') symlinkSync(target(0), path);
let fd = openSync(path, 'a');
// Real logrotate tells the server to open its log anew.
let isTold = false;
process.on('SIGUSR1', () => {
  isTold = true;
});

function reopen() {
  closeSync(fd);
  fd = openSync(path, 'a');
}

/** What happens to the files; the writer still writes to the file it has open. */
const rotations = {
  rename() {
    for (let n = KEPT; n > 0; n--) if (existsSync(`${path}.${n}`)) renameSync(`${path}.${n}`, `${path}.${n + 1}`);
    renameSync(path, `${path}.1`);
  },
  dated() {
    renameSync(path, `${path}-20261121-${String(++generation).padStart(5, '0')}`);
  },
  copytruncate() {
    for (let n = KEPT; n > 0; n--) if (existsSync(`${path}.${n}`)) renameSync(`${path}.${n}`, `${path}.${n + 1}`);
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
  },
  recreate() {
    unlinkSync(path);
  },
  symlink() {
    generation++;
    symlinkSync(target(generation), `${path}.new`);
    closeSync(openSync(target(generation), 'a'));
    renameSync(`${path}.new`, path);
  },
};

function line(i) {
  const t = new Date();
  const stamp = `${two(t.getUTCDate())}/${MONTHS[t.getUTCMonth()]}/${t.getUTCFullYear()}:${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())} +0000`;
  return `127.0.0.1 - - [${stamp}] "GET /items HTTP/1.1" 200 ${i} "-" "writer" pid=<${8700 + (i % 4)}> us=${1000 + (i % 977)}\n`;
}

let next = 0;
let rotateAt = performance.now() + Number(pauseMs);
while (next < Number(count)) {
  let text = '';
  const lines = 1 + Math.floor(random() * 120);
  for (let i = 0; i < lines && next < Number(count); i++) text += line(next++);
  const cuts = Array.from({ length: Math.floor(random() * 4) }, () => Math.floor(random() * text.length)).sort(
    (a, b) => a - b,
  );
  let from = 0;
  for (const to of [...cuts, text.length]) {
    writeSync(fd, text.slice(from, to));
    from = to;
    if (random() < 0.2) await sleep(random() * 3);
    if (mode in rotations && performance.now() > rotateAt) {
      // In the middle of a line as well: what is left of it goes into the file that is open.
      rotations[mode]();
      rotateAt = performance.now() + Number(pauseMs) * (0.5 + random());
      if (random() < 0.5) await sleep(random() * 20);
      if (mode !== 'copytruncate') isTold = true;
    }
  }
  if (isTold) {
    isTold = false;
    reopen();
  }
  await sleep(random() * 4);
}
closeSync(fd);
