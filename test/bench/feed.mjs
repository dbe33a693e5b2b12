/**
 * Appends lines of a gunicorn log, stamped now, at a steady rate.
 *   node test/bench/feed.mjs PATH LINES_PER_SECOND SECONDS [EVERY_MS]
 * At the end it prints as JSON the number of lines, and for each append the time (ms since 1970) and the lines written so far.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

const [path, rate, seconds, everyMs = '10'] = process.argv.slice(2);
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const two = (n) => String(n).padStart(2, '0');
const stamp = (t) =>
  `${two(t.getUTCDate())}/${MONTHS[t.getUTCMonth()]}/${t.getUTCFullYear()}:${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())} +0000`;

const fd = openSync(path, 'a');
const appends = [];
const begun = performance.now();
let written = 0;
while (performance.now() - begun < Number(seconds) * 1000) {
  const due = Math.floor(((performance.now() - begun) / 1000) * Number(rate));
  const head = `127.0.0.1 - - [${stamp(new Date())}] "GET /items/`;
  let text = '';
  for (; written < due; written++) {
    text += `${head}${written % 50_000} HTTP/1.1" 200 ${written % 9000} "-" "feed" pid=<${8700 + (written % 16)}> us=${100 + (written % 700)}\n`;
  }
  if (text !== '') {
    writeSync(fd, text);
    appends.push([Date.now(), written]);
  }
  await new Promise((done) => setTimeout(done, Number(everyMs)));
}
closeSync(fd);
console.log(JSON.stringify({ written, appends }));
