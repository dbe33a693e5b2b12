/** The files that hold a log: the one at its path, and those that stood there before or are copies of it. */
import type { LineReader } from './line-reader.ts';
import { isAll, lookBack, withCopies } from './look-back.ts';
import { HEAD_BYTES, type OpenFile, tells } from './open-file.ts';
import { holdsAll, PastLogs } from './same-content.ts';
import type { Siblings } from './siblings.ts';
import type { Truncation, TruncationWatch } from './truncation.ts';

export class FilesOfLog {
  current: OpenFile | null = null;
  /** Files that stood at the path before and may still grow, oldest first. */
  old: OpenFile[] = [];
  readonly #reader: LineReader;
  readonly #siblings: Siblings;
  readonly #truncations: TruncationWatch | null;
  readonly #past = new PastLogs();

  constructor(reader: LineReader, siblings: Siblings, truncations: TruncationWatch | null) {
    this.#reader = reader;
    this.#siblings = siblings;
    this.#truncations = truncations;
  }

  get files(): OpenFile[] {
    return this.current ? [...this.old, this.current] : this.old;
  }

  /** The file was truncated: its unread end was read by the truncation watch or is in a copy. */
  async restart(file: OpenFile, now: number): Promise<void> {
    const { seen, fresh } = await lookBack(file, this.#truncations, this.#siblings, this.files, now);
    if (!isAll(seen, file)) await this.#restartFromCopies(file, fresh, seen);
    else {
      const { completed, others } = await withCopies(seen, fresh);
      for (const one of others) await this.takeOld(one, false);
      for (const truncation of completed) this.#finish(file, truncation);
    }
  }

  #finish(file: OpenFile, truncation: Truncation): void {
    const { head, position, bytes } = truncation;
    this.#siblings.finished(head);
    const isOurs = file.beganLike(head);
    const copy = file.position > 0 && isOurs ? undefined : this.old.find((one) => one.beganAs(head));
    // The copy was found first: append to it what it lacks.
    copy?.extend(position, bytes);
    if (copy && isOurs) file.restart(file.torso === copy ? [] : [copy]);
    else if (isOurs) {
      this.#reader.finish(file, truncation);
      this.#past.add({ head, position: file.position, tail: file.tail });
      file.restart([]);
    } else if (!copy) {
      // We were already reading later contents and did not notice that there had been others before.
      const end = this.#reader.whole(truncation);
      this.#past.add({ head, position: position + end, tail: bytes.subarray(Math.max(0, end - HEAD_BYTES), end) });
    }
  }

  /**
   * The contents of a file may have been read already, from its copy or from the file that it is a copy of. Continues where that reading
   * stopped. false: the file is not to be read.
   */
  async place(file: OpenFile): Promise<boolean> {
    if (file.position > 0 || file.isPlaced || !(await file.isSame()) || !tells(file.head)) return true;
    file.isPlaced = true;
    for (const other of this.files) {
      if (other === file || other.position === 0 || !other.beganAs(file.head)) continue;
      if (file === this.current) {
        if (!(await holdsAll(file, other))) continue;
        file.position = other.position;
        if (file.torso === other) file.torso = other.torso;
        await this.#forget(other);
      } else if (file.size < other.position || (await holdsAll(file, other))) {
        await this.#forget(file);
        return false;
      }
    }
    if (file.position === 0) file.position = await this.#past.positionIn(file, file !== this.current);
    return true;
  }

  /** Closes a copy of something read elsewhere. It is not remembered: it may be needed when the original is truncated. */
  async #forget(copy: OpenFile): Promise<void> {
    this.old = this.old.filter((one) => one !== copy);
    this.#siblings.forget(copy);
    await copy.handle.close();
  }

  /** `seen`: the last bytes, read by the truncation watch, which may be in no file. */
  async #restartFromCopies(file: OpenFile, fresh: OpenFile[], seen: readonly Truncation[]): Promise<void> {
    // The oldest file that begins the same: the few bytes known of a young file may also begin the next one.
    const [first] = fresh.filter((one) => file.head.length > 0 && one.hasHead(file.head) && one.size >= file.position);
    const [copy] = fresh.filter((one) => first && one.hasHead(first.head)).sort((a, b) => b.size - a.size);
    if (copy) copy.position = file.position;
    for (const { head, position, bytes } of seen) if (copy?.beganLike(head)) copy.extend(position, bytes);
    const taken: OpenFile[] = [];
    for (const one of fresh) if (await this.takeOld(one, one === copy)) taken.push(one);
    if (!copy) this.#past.add(file);
    // If it was truncated more than once since the last look, each copy begins where the one before it ends.
    file.restart(copy ? taken.slice(taken.indexOf(copy)) : taken);
  }

  /** A file that was rotated away between two looks. true: it will be read. */
  async takeOld(file: OpenFile, isWanted: boolean): Promise<boolean> {
    const isTaken = isWanted || !this.#siblings.isCopy(file, this.files);
    if (isTaken) this.old.push(file);
    else await file.handle.close();
    return isTaken;
  }
}
