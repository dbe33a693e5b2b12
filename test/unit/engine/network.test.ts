import { expect, it } from 'vitest';
import { isOnNetwork } from '../../../src/engine/follow/network.ts';

/** The file systems that are there. */
const mounted = (types: Readonly<Record<string, number>>) => (path: string) =>
  types[path] === undefined ? Promise.reject(new Error('no such file')) : Promise.resolve({ type: types[path] });

const SMB = 0xff534d42;

it.each([
  ['/nfs/a.log', 0x6969, true],
  ['/smb/a.log', SMB, true],
  ['/smb/a.log, told with a sign', SMB | 0, true],
  ['/sshfs/a.log', 0x65735546, true],
  ['/var/log/a.log of ext4', 0xef53, false],
  ['/overlay/a.log', 0x794c7630, false],
  ['/tmp/a.log in memory', 0x01021994, false],
])('%s: %i is on a network: %s', async (path, type, isOne) => {
  expect(await isOnNetwork(path, mounted({ [path]: type }))).toBe(isOne);
});

it('asks the folder of a file that is not there yet, and takes what nobody can tell for local', async () => {
  expect(await isOnNetwork('/nfs/later.log', mounted({ '/nfs': 0x6969 }))).toBe(true);
  expect(await isOnNetwork('/nowhere/later.log', mounted({}))).toBe(false);
});

it('asks the system: what the program itself is told of its processes is local', async () => {
  expect(await isOnNetwork('/proc/self/status')).toBe(false);
});
