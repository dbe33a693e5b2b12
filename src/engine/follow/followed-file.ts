/**
 * Follows a path and passes on every whole line once, through renames, truncations, deletions and returns, by keeping its own positions. An
 * unfinished last line waits; the rest of an old file is read before the new one.
 */
import { type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Clock } from '../../core/clock.ts';
import type { EarlierFile, FilePosition } from './file-position.ts';
import { FilesOfLog } from './files-of-log.ts';
import { LineReader, type LineSink } from './line-reader.ts';
import { isMissing, keyOf, OpenFile } from './open-file.ts';
import { removeUnpacked } from './packed-file.ts';
import { Presence } from './presence.ts';
import { type NamesOf, Siblings } from './siblings.ts';
import type { TruncationWatch } from './truncation.ts';

export type FollowEvent = 'rotated' | 'truncated' | 'gone' | 'back';

export interface FollowSink extends LineSink {
  event(event: FollowEvent): void;
  /** A sentence about what hinders reading; "" once nothing does. */
  trouble(sentence: string): void;
}

/** An old file is closed this long after it last grew: some writers are late to open the new one. */
const DRAIN_MICROS = 60_000_000;
/** With more old files than this they are closed sooner: rotation is then faster than any writer lags behind. */
const MAX_OLD = 16;
const DRAIN_SOON_MICROS = 2_000_000;
/** The path is checked this often however much there is to read, so that files that come and go are opened while they exist. */
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
  readonly #log: FilesOfLog;
  readonly #presence: Presence;
  #isTroubled = false;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** `isLocal` false: on a network, which may be slow. `truncations` null: no other thread reads along. */
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
    this.#log = new FilesOfLog(this.#reader, this.#siblings, truncations);
    this.#presence = new Presence(clock, (event) => sink.event(event));
  }

  /** Bytes that are there and not yet read. */
  get behind(): number {
    let bytes = 0;
    for (const file of this.#log.files) bytes += Math.max(0, file.size - file.position - file.torn.length);
    return bytes;
  }

  get size(): number {
    return this.#log.current?.size ?? 0;
  }

  get position(): number {
    return this.#log.current?.position ?? 0;
  }

  get isOpen(): boolean {
    return this.#log.current !== null;
  }

  /** Opens the file at a whole line, `history` bytes before its end. false: it is not there yet. @throws system errors */
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
   * Continues where an earlier run stopped. `earlier`: files to read before the one at the path, oldest first, each from its position on.
   * false: there is no file at the path.
   */
  async resume(position: number, earlier: readonly EarlierFile[]): Promise<boolean> {
    const now = this.#clock.nowMicros();
    await this.#siblings.begin();
    for (const one of earlier) {
      const file = await OpenFile.open(one.path, now, this.#isLocal).catch(() => null);
      if (one.isUnpacked) removeUnpacked(one.path);
      if (!file) continue;
      file.position = one.position;
      this.#log.old.push(file);
    }
    const file = await OpenFile.open(this.path, now, this.#isLocal);
    if (!file) return false;
    this.#follow(file);
    file.position = position;
    return true;
  }

  /** Where reading stands in the files that may still grow, the one at the path last. */
  state(): FilePosition[] {
    return this.#log.files.map(({ inode, device, head, position }) => ({
      inode,
      device,
      head: head.toString('hex'),
      position,
    }));
  }

  /** Looks for changes and reads at most one chunk. true: there is more to read now. */
  async step(): Promise<boolean> {
    if (performance.now() - this.#lookedAt > LOOK_MS) await this.#checkPath();
    const now = this.#clock.nowMicros();
    for (const old of this.#log.old) if (old.isDue(now) && (await this.#read(old))) return true;
    await this.#closeDrained();
    if (this.#log.current && (await this.#read(this.#log.current))) return true;
    return this.#checkPath();
  }

  /** Reads the latest bytes; a large backlog is left unread. */
  async drain(): Promise<void> {
    for (const file of this.#log.files) {
      const end = file.position + LAST_BYTES;
      while ((await this.#read(file)) && file.position < end);
    }
  }

  /** Closes everything. `last`: an unfinished last line is passed on. */
  async close(last: boolean): Promise<void> {
    for (const file of this.#log.files) {
      if (last) await this.#reader.torn(file).catch(() => {});
      await file.handle.close();
    }
    this.#log.old = [];
    this.#follow(null);
  }

  #follow(file: OpenFile | null): void {
    if (this.#log.current) this.#truncations?.leave(this.#log.current.key);
    this.#log.current = file;
    if (file) this.#truncations?.follow(this.path, file.key);
  }

  async #read(file: OpenFile): Promise<boolean> {
    try {
      // What was written before a truncation and not yet read comes before what is in the file now.
      if (this.#truncations?.has(file.key)) await this.#restart(file);
      if (!(await this.#log.place(file))) return true;
      const result = await this.#reader.read(file, file === this.#log.current);
      if (result === 'truncated') await this.#restart(file);
      if (file === this.#log.current) this.#say('');
      return result !== 'all';
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      this.#say(`${this.path} cannot be read (${code}), trying again`);
      // A stale handle (NFS) never recovers: the file is opened anew, at the same position.
      if (code === 'ESTALE' && file === this.#log.current) {
        this.#siblings.leave(file);
        this.#follow(null);
        await file.handle.close().catch(() => {});
      }
      return false;
    }
  }

  async #restart(file: OpenFile): Promise<void> {
    await this.#log.restart(file, this.#clock.nowMicros());
    if (file === this.#log.current) this.#sink.event('truncated');
  }

  /** An empty sentence withdraws only an earlier one of this file. */
  #say(sentence: string): void {
    if (sentence === '' && !this.#isTroubled) return;
    this.#isTroubled = sentence !== '';
    this.#sink.trouble(sentence);
  }

  async #closeDrained(): Promise<void> {
    const now = this.#clock.nowMicros();
    const most = this.#log.old.length > MAX_OLD ? DRAIN_SOON_MICROS : DRAIN_MICROS;
    for (const file of this.#log.old) {
      // The clock was set back.
      if (file.lastGrowth > now) file.lastGrowth = now;
      if (now - file.lastGrowth <= most) continue;
      this.#log.old = this.#log.old.filter((one) => one !== file);
      await this.#reader.torn(file).catch(() => {});
      this.#siblings.leave(file);
      await file.handle.close();
    }
  }

  /** Checks whether another file stands at the path. true: it was opened, and there may be something to read. */
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
      if (this.#log.current) this.#presence.missing();
      return false;
    }
    const before = this.#log.current;
    if (before && keyOf(info.dev, info.ino) === before.key) {
      this.#presence.there();
      return false;
    }
    const fresh = await this.#openFresh();
    if (!fresh) return false;
    const now = this.#clock.nowMicros();
    if (before) {
      before.lastGrowth = now;
      this.#log.old.push(before);
    }
    this.#follow(fresh);
    for (const one of await this.#siblings.fresh(this.#log.files, now)) await this.#log.takeOld(one, false);
    if (before && !this.#presence.isGone) this.#sink.event('rotated');
    this.#presence.there();
    return true;
  }

  /** Opens the file at the path. If it is still open as an old one, or was closed earlier, it continues where reading stopped. */
  async #openFresh(): Promise<OpenFile | null> {
    try {
      const fresh = await OpenFile.open(this.path, this.#clock.nowMicros(), this.#isLocal);
      if (!fresh) return null;
      this.#say('');
      const open = this.#log.old.find(({ key }) => key === fresh.key);
      if (!open) {
        fresh.position = this.#siblings.positionOf(fresh);
        return fresh;
      }
      await fresh.handle.close();
      this.#log.old = this.#log.old.filter((one) => one !== open);
      return open;
    } catch (error) {
      this.#say(`${this.path} cannot be opened (${(error as NodeJS.ErrnoException).code}), trying again`);
      return null;
    }
  }
}
