/**
 * A path that is followed, by positions of our own: every whole line once, through renames, truncations, deletions and
 * returns. A torn last line waits; the rest of an old file is read before the new one.
 */
import { type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Clock } from '../../core/clock.ts';
import type { EarlierFile, FilePosition } from './file-position.ts';
import { LineReader, type LineSink } from './line-reader.ts';
import { isAll, lookBack, withCopies } from './look-back.ts';
import { isMissing, keyOf, OpenFile } from './open-file.ts';
import { removeUnpacked } from './packed-file.ts';
import { Presence } from './presence.ts';
import { type NamesOf, Siblings } from './siblings.ts';
import type { Truncation, TruncationWatch } from './truncation.ts';

export type FollowEvent = 'rotated' | 'truncated' | 'gone' | 'back';

export interface FollowSink extends LineSink {
  event(event: FollowEvent): void;
  /** A sentence about what hinders reading; "" when nothing does any more. */
  trouble(sentence: string): void;
}

/** An old file is closed this long after its last growth: some writers are told late to open the new one. */
const DRAIN_MICROS = 60_000_000;
/** More old files than this are closed sooner: they were rotated away faster than anybody writes. */
const MAX_OLD = 16;
const DRAIN_SOON_MICROS = 2_000_000;
/** However much there is to read, the path is looked at this often: files that come and go are opened while they are there. */
const LOOK_MS = 40;
const LAST_BYTES = 1 << 24;
export class FollowedFile {
  readonly path: string;
  readonly #sink: FollowSink;
  readonly #clock: Clock;
  readonly #isLocal: boolean;
  readonly #reader: LineReader;
  readonly #siblings: Siblings;
  readonly #truncations: TruncationWatch | null;
  #current: OpenFile | null = null;
  /** Files that were at this path before and may still grow, oldest first. */
  #old: OpenFile[] = [];
  readonly #presence: Presence;
  #isTroubled = false;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** `isLocal` false: on a network, which may take its time. `truncations`: nobody reads along without it. */
  constructor(
    path: string,
    sink: FollowSink,
    clock: Clock,
    isLocal = true,
    truncations: TruncationWatch | null = null,
  ) {
    this.#isLocal = isLocal;
    this.#truncations = truncations;
    this.path = path;
    this.#sink = sink;
    this.#clock = clock;
    this.#reader = new LineReader(sink, clock);
    this.#siblings = new Siblings(path, isLocal);
    this.#presence = new Presence(clock, (event) => sink.event(event));
  }

  /** Bytes that are there and not yet read. */
  get behind(): number {
    let bytes = 0;
    for (const file of this.#files) bytes += Math.max(0, file.size - file.position - file.torn.length);
    return bytes;
  }

  get size(): number {
    return this.#current?.size ?? 0;
  }

  get position(): number {
    return this.#current?.position ?? 0;
  }

  get isOpen(): boolean {
    return this.#current !== null;
  }

  get #files(): OpenFile[] {
    return this.#current ? [...this.#old, this.#current] : this.#old;
  }

  /** Opens the file at its end minus `history` bytes, at a whole line. false: it is not there yet. @throws system errors */
  async open(history: number, namesOf?: NamesOf): Promise<boolean> {
    await this.#siblings.begin(namesOf);
    const file = await OpenFile.open(this.path, this.#clock.nowMicros(), this.#isLocal);
    if (!file) return false;
    this.#follow(file);
    file.position = Math.max(0, file.size - history);
    if (file.position > 0) await this.#reader.skipToLine(file);
    return true;
  }

  /**
   * Goes on where an earlier run stopped. `earlier`: files to read before the one at the path, oldest first, each from a
   * position on. false: there is no file at the path.
   */
  async resume(position: number, earlier: readonly EarlierFile[]): Promise<boolean> {
    const now = this.#clock.nowMicros();
    await this.#siblings.begin();
    for (const one of earlier) {
      const file = await OpenFile.open(one.path, now).catch(() => null);
      if (one.isUnpacked) removeUnpacked(one.path);
      if (!file) continue;
      file.position = one.position;
      this.#old.push(file);
    }
    const file = await OpenFile.open(this.path, now, this.#isLocal);
    if (!file) return false;
    this.#follow(file);
    file.position = position;
    return true;
  }

  /** Where reading stands in the files that may still grow, the one at the path last. */
  state(): FilePosition[] {
    return this.#files.map(({ inode, device, head, position }) => ({
      inode,
      device,
      head: head.toString('hex'),
      position,
    }));
  }

  /** Looks what happened and reads at most one chunk. true: there is more to read now. */
  async step(): Promise<boolean> {
    if (performance.now() - this.#lookedAt > LOOK_MS) await this.#checkPath();
    const now = this.#clock.nowMicros();
    for (const old of this.#old) if (old.isDue(now) && (await this.#read(old))) return true;
    await this.#closeDrained();
    if (this.#current && (await this.#read(this.#current))) return true;
    return this.#checkPath();
  }

  /** Reads what came in the last moment; what we are far behind with is left. */
  async drain(): Promise<void> {
    for (const file of this.#files) {
      const end = file.position + LAST_BYTES;
      while ((await this.#read(file)) && file.position < end);
    }
  }

  /** Closes everything. `last`: a last line without an end is handed on. */
  async close(last: boolean): Promise<void> {
    for (const file of this.#files) {
      if (last) await this.#reader.torn(file).catch(() => {});
      await file.handle.close();
    }
    this.#old = [];
    this.#follow(null);
  }

  #follow(file: OpenFile | null): void {
    if (this.#current) this.#truncations?.leave(this.#current.key);
    this.#current = file;
    if (file) this.#truncations?.follow(this.path, file.key);
  }

  async #read(file: OpenFile): Promise<boolean> {
    try {
      // What was written in a file before it was truncated, and is not read, comes before what is written in it now.
      if (this.#truncations?.has(file.key)) await this.#restart(file);
      const result = await this.#reader.read(file, file === this.#current);
      if (result === 'truncated') await this.#restart(file);
      if (file === this.#current) this.#say('');
      return result !== 'all';
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      this.#say(`${this.path} cannot be read (${code}), trying again`);
      // A handle that went stale (NFS) never recovers: the file is opened anew, at the same place.
      if (code === 'ESTALE' && file === this.#current) {
        this.#siblings.leave(file);
        this.#follow(null);
        await file.handle.close().catch(() => {});
      }
      return false;
    }
  }

  /** The file was truncated: what was not read of it was read along, or stands in a copy. */
  async #restart(file: OpenFile): Promise<void> {
    const now = this.#clock.nowMicros();
    const { seen, fresh } = await lookBack(file, this.#truncations, this.#siblings, this.#files, now);
    if (!isAll(seen, file)) await this.#restartFromCopies(file, fresh, seen);
    else {
      const { completed, others } = await withCopies(seen, fresh);
      for (const one of others) await this.#takeOld(one, false);
      for (const truncation of completed) {
        this.#reader.finish(file, truncation);
        this.#siblings.finished(truncation.head);
      }
    }
    if (file === this.#current) this.#sink.event('truncated');
  }

  /** `seen`: what was read along of the last part, which may be in no file. */
  async #restartFromCopies(file: OpenFile, fresh: OpenFile[], seen: readonly Truncation[]): Promise<void> {
    // The oldest that begins alike: what little is known of a young file may be at the start of the next one as well.
    const [first] = fresh.filter((one) => file.head.length > 0 && one.hasHead(file.head) && one.size >= file.position);
    const [copy] = fresh.filter((one) => first && one.hasHead(first.head)).sort((a, b) => b.size - a.size);
    if (copy) copy.position = file.position;
    for (const { head, position, bytes } of seen) if (copy?.beganLike(head)) copy.extend(position, bytes);
    const taken: OpenFile[] = [];
    for (const one of fresh) if (await this.#takeOld(one, one === copy)) taken.push(one);
    // Truncated more than once since the last look: each copy begins where the one before it ends.
    file.restart(copy ? taken.slice(taken.indexOf(copy)) : taken);
  }

  /** A file that was rotated away between two looks. */
  async #takeOld(file: OpenFile, isWanted: boolean): Promise<boolean> {
    const isTaken = isWanted || !this.#siblings.isCopy(file, this.#files);
    if (isTaken) this.#old.push(file);
    else await file.handle.close();
    return isTaken;
  }

  /** An empty sentence takes back our own earlier one only. */
  #say(sentence: string): void {
    if (sentence === '' && !this.#isTroubled) return;
    this.#isTroubled = sentence !== '';
    this.#sink.trouble(sentence);
  }

  async #closeDrained(): Promise<void> {
    const now = this.#clock.nowMicros();
    const most = this.#old.length > MAX_OLD ? DRAIN_SOON_MICROS : DRAIN_MICROS;
    for (const file of this.#old) {
      // The clock was put back.
      if (file.lastGrowth > now) file.lastGrowth = now;
      if (now - file.lastGrowth <= most) continue;
      this.#old = this.#old.filter((one) => one !== file);
      await this.#reader.torn(file).catch(() => {});
      this.#siblings.leave(file);
      await file.handle.close();
    }
  }

  /** Whether another file stands at the path now. true: it was opened, and there may be something to read. */
  async #checkPath(): Promise<boolean> {
    this.#lookedAt = performance.now();
    let info: Stats | null = null;
    try {
      info = this.#isLocal ? statSync(this.path) : await stat(this.path);
    } catch (error) {
      if (!isMissing(error))
        this.#say(`${this.path} cannot be looked at (${(error as NodeJS.ErrnoException).code}), trying again`);
    }
    if (!info || info.isDirectory()) {
      if (this.#current) this.#presence.missing();
      return false;
    }
    const before = this.#current;
    if (before && keyOf(info.dev, info.ino) === before.key) {
      this.#presence.there();
      return false;
    }
    const fresh = await this.#openFresh();
    if (!fresh) return false;
    const now = this.#clock.nowMicros();
    if (before) {
      before.lastGrowth = now;
      this.#old.push(before);
    }
    this.#follow(fresh);
    for (const one of await this.#siblings.fresh(this.#files, now)) await this.#takeOld(one, false);
    if (before && !this.#presence.isGone) this.#sink.event('rotated');
    this.#presence.there();
    return true;
  }

  /** The file at the path: one that is open as an old one already, or was closed, goes on where it was left. */
  async #openFresh(): Promise<OpenFile | null> {
    try {
      const fresh = await OpenFile.open(this.path, this.#clock.nowMicros(), this.#isLocal);
      if (!fresh) return null;
      this.#say('');
      const open = this.#old.find(({ key }) => key === fresh.key);
      if (!open) {
        fresh.position = this.#siblings.positionOf(fresh);
        return fresh;
      }
      await fresh.handle.close();
      this.#old = this.#old.filter((one) => one !== open);
      return open;
    } catch (error) {
      this.#say(`${this.path} cannot be opened (${(error as NodeJS.ErrnoException).code}), trying again`);
      return null;
    }
  }
}
