/**
 * Draws the pictures of README and docs from the real program on a terminal emulator, so that they are never stale:
 *   npm run pictures
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toSvg } from './helpers/picture.ts';
import { root, TerminalProgram } from './helpers/terminal.ts';

interface Picture {
  readonly name: string;
  readonly args: readonly string[];
  readonly keys: readonly string[];
  readonly columns: number;
  readonly rows: number;
  /** Text on the screen that says that the picture is there, besides the verdict. */
  readonly until: RegExp;
}

const sample = (name: string) => join('sample-logs', `${name}.log`);

const pictures: readonly Picture[] = [
  {
    name: 'burst-on-four-sync-workers',
    args: ['replay', sample('gunicorn-sync-4-burst-of-16'), '--speed', '10'],
    keys: [],
    columns: 110,
    rows: 32,
    until: /4s\/4s/,
  },
  {
    name: 'slow-route-starves-fast',
    args: ['replay', sample('gunicorn-sync-3-slow-route-starves-fast'), '--speed', '100'],
    keys: [],
    columns: 120,
    rows: 36,
    until: /55s\/55s/,
  },
  {
    name: 'timeout-kills',
    args: [
      'replay',
      sample('gunicorn-sync-3-timeout-kills'),
      sample('gunicorn-sync-3-timeout-kills.error'),
      '--speed',
      '100',
    ],
    keys: [],
    columns: 110,
    rows: 32,
    until: /30s\/30s/,
  },
  {
    name: 'filtered-by-route',
    args: ['replay', sample('gunicorn-sync-3-slow-route-starves-fast'), '--speed', '100', '--filter', 'route:/fast'],
    keys: [],
    columns: 110,
    rows: 32,
    until: /FILTER {2}481[\s\S]*55s\/55s/,
  },
];

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const folder = join(root, 'docs/pictures');
mkdirSync(folder, { recursive: true });
for (const { name, args, keys, columns, rows, until } of pictures) {
  const program = new TerminalProgram(args, { columns, rows });
  await program.waitFor((text) => until.test(text) && /^ CRITICAL /m.test(text));
  await pause(2500);
  for (const key of keys) {
    program.press(key);
    await pause(400);
  }
  await pause(600);
  writeFileSync(join(folder, `${name}.svg`), toSvg(await program.cells()));
  await program.close();
  process.stdout.write(`docs/pictures/${name}.svg\n`);
}
process.exit(0);
