// What happens to a log while nobody follows it: rows of the table in docs/reliability.md that need the whole program.
import { appendFileSync, readFileSync, renameSync, truncateSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { line, lines, logsInFolders, NOW } from '../../helpers/logs-in-folders.ts';

const { log, started } = logsInFolders();

describe('a log whose place is remembered', () => {
  it('with a state file that cannot be written is followed, and that is said', async () => {
    const path = log(lines(30));
    const live = await started(['--state', join(path, '../no/state.json'), path]);
    await live.until(() => live.requests === 30, 'the lines');
    expect(live.stderr).toMatch(
      /^logscope: the state file .* cannot be written \(ENOENT\): positions are not remembered\n$/,
    );
  });

  it('keeps its place in a state file that runs of other logs write, too', async () => {
    const [one, other] = [log(lines(30)), log(lines(40))];
    const state = `${one}.state`;
    const read = async (path: string, requests: number) => {
      const live = await started(['--state', state, path]);
      await live.until(() => live.requests >= requests, 'the lines');
      await live.stop();
      expect([live.requests, live.stderr]).toEqual([requests, '']);
    };
    await read(one, 30);
    await read(other, 40);
    appendFileSync(one, lines(5, 30));
    await read(one, 5);
    appendFileSync(other, lines(6, 40));
    await read(other, 6);
    // What is gone is forgotten.
    unlinkSync(other);
    appendFileSync(one, lines(1, 35));
    await read(one, 1);
    expect(Object.keys(JSON.parse(readFileSync(state, 'utf8')).files)).toEqual([one]);
  });

  it('says that two runs remember their places in one log in one file', async () => {
    const path = log(lines(30));
    const [one, other] = [
      await started(['--state', `${path}.state`, path]),
      await started(['--state', `${path}.state`, path]),
    ];
    let at = 30;
    const both = async () => {
      appendFileSync(path, lines(1, at++));
      await new Promise((resolve) => setTimeout(resolve, 500));
      return `${one.stderr}${other.stderr}`.includes('another logscope remembers its places');
    };
    while (!(await both())) expect(at).toBeLessThan(90);
    await Promise.all([one.stop(), other.stop()]);
  });

  it('goes on from its state file through rotations in between, by name and by copy', async () => {
    const path = log(lines(30));
    const state = `${path}.state`;
    let live = await started(['--state', state, path]);
    await live.until(() => live.requests === 30, 'the first lines');
    await live.stop();
    appendFileSync(path, `${lines(20, 30)}${line(50).slice(0, 40)}`);
    writeFileSync(`${path}.1`, readFileSync(path));
    truncateSync(path);
    appendFileSync(path, `${line(50).slice(40)}${lines(9, 51)}`);
    live = await started(['--state', state, path]);
    await live.stop();
    expect(live.requests).toBeGreaterThanOrEqual(29);
    renameSync(`${path}.1`, `${path}.2`);
    renameSync(path, `${path}.1`);
    writeFileSync(path, lines(10, 60));
    live = await started(['--state', state, path]);
    await live.until(() => live.requests === 10, 'the lines of the new file');
    await live.stop();
    expect(live.requests).toBe(10);
  });

  it('goes on from its state file into rotations that were packed meanwhile', async () => {
    const path = log(lines(30));
    const state = `${path}.state`;
    let live = await started(['--state', state, path]);
    await live.until(() => live.requests === 30, 'the first lines');
    await live.stop();
    // 20 more, then a file of 15, both packed; an older one is none of ours; then one that is not packed yet, and the log.
    const pack = (name: string, text: string, ago: number) => {
      writeFileSync(`${path}.${name}`, gzipSync(text));
      utimesSync(`${path}.${name}`, NOW - ago, NOW - ago);
    };
    pack('4.gz', lines(40, 1000), 400);
    pack('3.gz', lines(50), 300);
    pack('2.gz', lines(15, 50), 200);
    writeFileSync(`${path}.1`, lines(7, 65));
    utimesSync(`${path}.1`, NOW - 100, NOW - 100);
    unlinkSync(path);
    writeFileSync(path, lines(10, 72));
    live = await started(['--state', state, path]);
    await live.until(() => live.requests >= 52, 'the lines of all since');
    await live.stop();
    expect([live.requests, live.stderr]).toEqual([52, '']);
    // Nothing of it is read again.
    appendFileSync(path, lines(3, 82));
    live = await started(['--state', state, path]);
    await live.until(() => live.requests >= 3, 'the new lines');
    await live.stop();
    expect(live.requests).toBe(3);
    // Where nothing can be unpacked the others are read once, and that is said.
    appendFileSync(path, lines(5, 85));
    writeFileSync(`${path}.1.gz`, gzipSync(readFileSync(path)));
    writeFileSync(`${path}.new`, lines(11, 90));
    renameSync(`${path}.new`, path);
    live = await started(['--state', state, path], { shell: 'TMPDIR=/dev/null/none exec "$@"' });
    await live.until(() => live.requests >= 11, 'the lines that can be read');
    await live.stop();
    expect([live.requests, live.stderr]).toEqual([
      11,
      'logscope: access.log.1.gz cannot be unpacked (ENOTDIR): its lines are left out\n',
    ]);
  });
});
