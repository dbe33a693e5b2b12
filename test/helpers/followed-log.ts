/** A followed log in a folder of its own, with everything that the follower reported. The clock is moved by hand. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { FollowedFile } from '../../src/engine/follow/followed-file.ts';
import { FakeClock } from './fake-clock.ts';
import { temporaryFolder } from './terminal.ts';

export class FollowedLog {
  readonly folder = temporaryFolder();
  readonly path = join(this.folder, 'access.log');
  readonly clock = new FakeClock();
  /** Everything that was read. */
  text = '';
  readonly events: string[] = [];
  readonly troubles: string[] = [];
  readonly #opened: FollowedFile[] = [];

  follow(): FollowedFile {
    const file = new FollowedFile(
      this.path,
      {
        bytes: (chunk) => {
          this.text += Buffer.from(chunk).toString();
        },
        event: (event) => this.events.push(event),
        trouble: (sentence) => this.troubles.push(sentence),
      },
      this.clock,
    );
    this.#opened.push(file);
    return file;
  }

  async close(): Promise<void> {
    for (const file of this.#opened.splice(0)) await file.close(false);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Reads everything there is. */
export async function drain(file: FollowedFile): Promise<void> {
  while (await file.step());
}
