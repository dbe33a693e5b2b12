/** After a truncation: collects what is known of the earlier contents, from the truncation watch and from copies beside the file. */
import { type OpenFile, tells } from './open-file.ts';
import type { Siblings } from './siblings.ts';
import type { Truncation, TruncationWatch } from './truncation.ts';

/** A log that is truncated faster than its copies can be looked for is looked at again later. */
const MOST_ROUNDS = 4;

/**
 * `seen`: the truncations of the file, oldest first. `fresh`: files that appeared beside it, opened; copies made before these truncations
 * are among them. `open`: files that are being read already.
 */
export async function lookBack(
  file: OpenFile,
  watch: TruncationWatch | null,
  siblings: Siblings,
  open: readonly OpenFile[],
  now: number,
): Promise<{ seen: Truncation[]; fresh: OpenFile[] }> {
  const seen: Truncation[] = [];
  const found: OpenFile[] = [];
  let head: Buffer = Buffer.alloc(0);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const more = (await watch?.take(file.key)) ?? [];
    seen.push(...more);
    // A copy is made before its truncation: after a new truncation copies have to be looked for once more.
    if (round > 0 && more.length === 0) break;
    found.push(...(await siblings.fresh([...open, ...found], now)));
    head = await file.headNow();
    if (!watch) break;
  }
  const fresh: OpenFile[] = [];
  for (const one of found) {
    // A copy of the present contents is not needed until these are truncated.
    if (head.includes(10) && seen.length > 0 && one.beganLike(head) && one.head.length > 0) {
      siblings.forget(one);
      await one.handle.close();
    } else fresh.push(one);
  }
  return { seen, fresh };
}

/** true: what was read of the file and what the watch saw of it leave no gap. */
export const isAll = ([first, ...next]: readonly Truncation[], file: OpenFile): boolean =>
  first !== undefined && first.position <= file.position && next.every(({ position }) => position === 0);

/** Adds to the truncations what only their copies contain, and closes these copies. `others`: files that are not copies of them. */
export async function withCopies(
  truncations: readonly Truncation[],
  files: readonly OpenFile[],
): Promise<{ completed: Truncation[]; others: OpenFile[] }> {
  const completed = [...truncations];
  const others: OpenFile[] = [];
  for (const file of files) {
    const which = await indexOfOriginal(file, completed);
    if (which < 0) {
      others.push(file);
      continue;
    }
    const { head, position, bytes } = completed[which];
    const end = position + bytes.length;
    if (file.size > end) {
      const rest = Buffer.alloc(file.size - end);
      const count = await file.read(rest, end);
      completed[which] = { head, position, bytes: Buffer.concat([bytes, rest.subarray(0, count)]) };
    }
    await file.handle.close();
  }
  return { completed, others };
}

/** Index of the truncation that a file is a copy of: the one with most bytes in common, all of which must match; -1 if there is none. */
async function indexOfOriginal(file: OpenFile, truncations: readonly Truncation[]): Promise<number> {
  let best = -1;
  let most = -1;
  for (const [i, { head, position, bytes }] of truncations.entries()) {
    const shared = bytes.subarray(0, Math.max(0, file.size - position));
    // The beginning of a line is common to several files, so a longer file cannot be identified by it.
    if (!tells(shared) && file.size > position + bytes.length) continue;
    if (shared.length <= most || !file.beganLike(head) || !(await file.holds(shared, position))) continue;
    best = i;
    most = shared.length;
  }
  return best;
}
