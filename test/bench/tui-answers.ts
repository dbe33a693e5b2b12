/** How soon the screen of the built program shows the effect of a key. */
import { writeFileSync } from 'node:fs';
import { TerminalProgram } from '../helpers/terminal.ts';
import { lines, quantile, sleep, timed } from './tui-measures.ts';

/** Keys with a visible effect each time they are pressed, in order, by what they change. */
const PRESSED = {
  cursor: ['[', '[', '[', ']'],
  zoom: ['+', '+', '-', '-'],
  panel: ['2', '3', '4', '5', '7', '1'],
  'what if': ['\x1b[A', '\x1b[A', '\x1b[B', '\x1b[B'],
  filter: ['r', 'o', 'u', 't', 'e', ':', '/'],
} as const;

/** Time in ms from a key to the screen that it changed, in a paused replay at its last lines; with and without the waits for a processor. */
export async function answers(log: string, presses = 60) {
  const program = new TerminalProgram(['replay', '--paused', log], { columns: 120, rows: 40 });
  await program.waitFor('q quit');
  await program.waitFor((text) => !/reading \d|judged by its first|first look|Working out/.test(text));
  const told: Record<string, number | string> = {};
  for (const [name, keys] of Object.entries(PRESSED)) {
    program.press('\x1b');
    await sleep(500);
    program.press(name === 'what if' ? 'G6' : name === 'filter' ? 'G1/' : 'G1');
    await sleep(2000);
    const wall: number[] = [];
    const own: number[] = [];
    for (let i = 0; i < presses; i++) {
      program.output = '';
      const time = await timed(program.pid, async () => {
        const begun = performance.now();
        program.press(keys[i % keys.length]);
        while (!program.output.includes('\x1b[?2026l') && performance.now() - begun < 2000) await sleep(1);
      });
      wall.push(time.wall);
      own.push(time.own);
      await sleep(60 + (i % 7) * 10);
    }
    told[name] =
      `${quantile(wall, 0.5)} / ${quantile(wall, 0.95)} (own ${quantile(own, 0.5)} / ${quantile(own, 0.95)})`;
  }
  await program.close();
  return told;
}

/** The same for a log of so many lines, 100 per second, which is written to `path`. */
export async function answersOf(count: number, path: string) {
  const begun = Date.now() - 10 * count;
  const seconds = Math.ceil(count / 100);
  const text = Array.from({ length: seconds }, (_, i) => lines(Math.min(100, count), new Date(begun + i * 1000)));
  writeFileSync(path, text.join(''));
  return await answers(path);
}
