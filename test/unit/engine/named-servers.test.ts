import { describe, expect, it } from 'vitest';
import { createNames } from '../../../src/core/names.ts';
import { NamedServers } from '../../../src/engine/named-servers.ts';
import { handSnapshot } from '../../helpers/snapshots.ts';

const SOURCE = 1;

function named() {
  const names = createNames();
  const worker = names.workers.add('8712');
  const servers = new NamedServers(names);
  servers.add(SOURCE, 'web-2');
  return { names, worker, servers };
}

describe('the workers of a log of another server', () => {
  it('bear its name, the same ones each time', () => {
    const { names, worker, servers } = named();
    const id = servers.workerOf(SOURCE, worker);
    expect(names.workers.text(id)).toBe('web-2/8712');
    expect(servers.workerOf(SOURCE, worker)).toBe(id);
  });

  it('are as they were where the log is of no other server', () => {
    const { worker, servers } = named();
    expect(servers.workerOf(SOURCE + 1, worker)).toBe(worker);
  });

  it('are none where the lines name none', () => {
    const { servers } = named();
    expect(servers.workerOf(SOURCE, -1)).toBe(-1);
    const rows = handSnapshot({ requests: [{ start: 0, end: 1 }] }).requests;
    const ofSource = { ...rows, source: Uint16Array.from(rows.source, () => SOURCE), worker: Int32Array.of(-1) };
    expect([...servers.ofRows(ofSource as unknown as typeof rows).worker]).toEqual([-1]);
  });
});
