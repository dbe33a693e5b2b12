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
    const id = servers.workerOf(SOURCE, worker, 0);
    expect(names.workers.text(id)).toBe('web-2/8712');
    expect(servers.workerOf(SOURCE, worker, 0)).toBe(id);
  });

  it('are as they were where the log is of no other server', () => {
    const { worker, servers } = named();
    expect(servers.workerOf(SOURCE + 1, worker, 0)).toBe(worker);
  });

  it('bear the name of the one of several logs of an input in which their line stands', () => {
    const { names, worker, servers } = named();
    servers.add(SOURCE, null, 1000);
    servers.add(SOURCE, 'web-4', 2000);
    const told = [0, 999, 1000, 1999, 2000].map((offset) =>
      names.workers.text(servers.workerOf(SOURCE, worker, offset)),
    );
    expect(told).toEqual(['web-2/8712', 'web-2/8712', '8712', '8712', 'web-4/8712']);
  });

  it('are none where the lines name none', () => {
    const { servers } = named();
    expect(servers.workerOf(SOURCE, -1, 0)).toBe(-1);
    const rows = handSnapshot({ requests: [{ start: 0, end: 1 }] }).requests;
    const ofSource = { ...rows, source: Uint16Array.from(rows.source, () => SOURCE), worker: Int32Array.of(-1) };
    expect([...servers.ofRows(ofSource as unknown as typeof rows).worker]).toEqual([-1]);
  });
});
