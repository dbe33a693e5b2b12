/**
 * Every sample log against its golden summary, through the program as a user runs it. A log with a side log
 * (`x.error.log` beside `x.log`) has a second golden in which both are merged.
 * A log in a format that logscope does not know has what it says instead.
 * `UPDATE_GOLDEN=1 npx vitest run test/golden` writes the goldens anew; read the difference before you commit it.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SIDE_LOG = /\.(error|queue)\.log$/;
const logs = readdirSync(`${root}/sample-logs`).filter((name) => name.endsWith('.log'));
const alone = logs.filter((name) => !SIDE_LOG.test(name));
const cases = [
  ...alone.map((name) => [name]),
  ...logs.filter((name) => SIDE_LOG.test(name)).map((name) => [name.replace(SIDE_LOG, '.log'), name]),
];

/** Floating point may differ in the last digits between versions of Node. */
const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value);

/** JSON in which a list of plain values takes one line, so that a difference stays readable. */
const pretty = (value: unknown) =>
  `${JSON.stringify(value, rounded, 1).replace(/\[\n[^[\]{}]*\]/g, (list) => list.replace(/\s+/g, ' '))}\n`;

/** The summary, or the exit code and the sentence where the program declines. */
async function answerTo(names: readonly string[]): Promise<string> {
  const files = names.map((name) => `sample-logs/${name}`);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['bin/logscope.js', 'analyze', '--json', ...files], {
      cwd: root,
      maxBuffer: 1 << 26,
    });
    const summary = JSON.parse(stdout);
    summary.generator.version = '(the version of the day)';
    return pretty(summary);
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code !== 3) throw error;
    return pretty({ exit_code: code, says: stderr });
  }
}

describe('golden summaries', () => {
  it.each(cases.map((names) => [names.join(' + '), names] as const))('%s', async (_, names) => {
    const golden = `${root}/test/golden/${names.at(-1)!.replace(/\.log$/, '.json')}`;
    const got = await answerTo(names);
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, got);
    expect(existsSync(golden), `${golden} is missing: run with UPDATE_GOLDEN=1 and read what it says`).toBe(true);
    expect(JSON.parse(got)).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
  });

  it('no golden is left over from a log that is gone', () => {
    const wanted = cases.map((names) => names.at(-1)!.replace(/\.log$/, '.json')).sort();
    expect(
      readdirSync(`${root}/test/golden`)
        .filter((name) => name.endsWith('.json'))
        .sort(),
    ).toEqual(wanted);
  });
});
