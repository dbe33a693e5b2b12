/**
 * File systems on a network, or written by another program or machine: changes are not announced here, and a read may block for as long as
 * the other side does not answer.
 */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Type numbers as in statfs(2) of Linux, 32 bits. */
const TYPES: ReadonlySet<number> = new Set([
  0x0000_6969, // NFS
  0xff53_4d42, // CIFS
  0xfe53_4d42, // SMB 2 and 3
  0x0000_517b, // SMB 1
  0x6573_5546, // FUSE: sshfs, s3fs, gcsfuse, folders that Docker Desktop shares
  0x0102_1997, // 9p: folders that WSL and virtual machines share
  0x6a65_6a63, // virtiofs, where it is told apart from FUSE
  0x786f_4256, // VirtualBox's shared folders
  0xbacb_acbc, // VMware's
  0x00c3_6400, // Ceph
  0x0bd0_0bd0, // Lustre
  0x4750_4653, // GPFS
  0x0116_1970, // GFS2
  0x7461_636f, // OCFS2
  0x1983_0326, // BeeGFS
  0x5346_414f, // AFS
  0x6b41_4653, // AFS of the kernel
  0x7375_7245, // Coda
  0x564c_0000, // NCP
]);

/** For a path that does not exist yet, looks at its folder. @param ask returns the type of the file system at a path */
export async function isOnNetwork(
  path: string,
  ask: (path: string) => Promise<{ readonly type: number }> = statfs,
): Promise<boolean> {
  for (const place of [path, dirname(path)]) {
    const info = await ask(place).catch(() => null);
    if (info) return TYPES.has(info.type >>> 0);
  }
  return false;
}
