import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createNames } from '../../../src/core/names.ts';
import { InputServers } from '../../../src/engine/input-servers.ts';
import { emptyTable } from '../../helpers/simulated-table.ts';

const LOGS = 2000;
/** Bytes; what pairs of logs have in common, remembered for each pair, took 83 MB. */
const MOST = 40e6;

it('what is remembered of thousands of logs grows with their number, not with that of their pairs', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const names = createNames();
  const servers = new InputServers(names, (source) => `${source}.log`);
  const worker = names.workers.add('7');
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let source = 0; source < LOGS; source++) {
    const rows = emptyTable(1, 1);
    rows.worker[0] = worker;
    rows.source.fill(source);
    // One after the other: containers whose processes bear the same ids, of which no two were at work at once.
    rows.start[0] = rows.end[0] = 1e6 * source;
    expect(servers.look(rows)).toEqual([]);
  }
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(MOST);
});
