/** After a truncation: what is known of the file as it was, from those who read along and from the copies beside it. */
import { type OpenFile, tells } from './open-file.ts';
import type { Siblings } from './siblings.ts';
import type { Truncation, TruncationWatch } from './truncation.ts';

/** A log that is truncated faster than it can be looked for copies is looked at again later. */
const MOST_ROUNDS = 4;

/**
 * The truncations of a file, oldest first, and the files that came into being beside it, open: those that were written before
 * these truncations are among them. `open`: files that are read already.
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
    // A copy is made before its truncation: those of what was truncated meanwhile are to be looked for.
    if (round > 0 && more.length === 0) break;
    found.push(...(await siblings.fresh([...open, ...found], now)));
    head = await file.headNow();
    if (!watch) break;
  }
  const fresh: OpenFile[] = [];
  for (const one of found) {
    // A copy of what stands in the file now: of use when that is truncated.
    if (head.includes(10) && seen.length > 0 && one.beganLike(head) && one.head.length > 0) {
      siblings.forget(one);
      await one.handle.close();
    } else fresh.push(one);
  }
  return { seen, fresh };
}

/** Whether nothing is missing between what was read of a file and what was read along of it. */
export const isAll = ([first, ...next]: readonly Truncation[], file: OpenFile): boolean =>
  first !== undefined && first.position <= file.position && next.every(({ position }) => position === 0);

/** What the copies hold and nobody had read comes to it. Closes the copies; `others` are files that are none of them. */
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

/** Of which file this one is a copy: of the one of whose bytes it holds most, which are all of them as far as it goes. -1: of none. */
async function indexOfOriginal(file: OpenFile, truncations: readonly Truncation[]): Promise<number> {
  let best = -1;
  let most = -1;
  for (const [i, { head, position, bytes }] of truncations.entries()) {
    const shared = bytes.subarray(0, Math.max(0, file.size - position));
    // A part of a line may be at the start of several: one that is longer tells nothing.
    if (!tells(shared) && file.size > position + bytes.length) continue;
    if (shared.length <= most || !file.beganLike(head) || !(await file.holds(shared, position))) continue;
    best = i;
    most = shared.length;
  }
  return best;
}
