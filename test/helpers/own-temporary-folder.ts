/** Puts the temporary files of a test run into one folder, which is deleted when the run ends. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function ownTemporaryFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'logscope-tests-'));
  // Some tests run as another user.
  chmodSync(folder, 0o755);
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
