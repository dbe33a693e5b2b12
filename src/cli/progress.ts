/** What a reading command says on standard error: progress when it takes longer than a second (silent in a pipe), damaged inputs. */
import { exitCodes } from '../core/errors.ts';
import { printable } from '../core/text.ts';

const PATIENCE_MS = 1000;
const EVERY_MS = 200;

export interface Progress {
  report(path: string, bytesRead: number, totalBytes: number | null): void;
  /** Wipes the line. */
  done(): void;
  /** An input could not be read to its end, in a sentence. */
  damaged(sentence: string): void;
  /** The exit code of a command that would end with `code` if all inputs had been read to their end. */
  exitCode(code: number): number;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

export function createProgress(to: () => NodeJS.WriteStream, now: () => number = Date.now): Progress {
  const began = now();
  let next = began + PATIENCE_MS;
  let shown = false;
  let isDamaged = false;
  const done = () => {
    if (shown) to().write('\r\u001b[K');
    shown = false;
  };
  return {
    report(path, bytesRead, totalBytes) {
      if (now() < next) return;
      const stream = to();
      if (!stream.isTTY) return;
      next = now() + EVERY_MS;
      shown = true;
      const share = totalBytes
        ? ` ${Math.floor((100 * bytesRead) / totalBytes)} % of ${megabytes(totalBytes)}`
        : ` ${megabytes(bytesRead)}`;
      const text = `reading ${printable(path)}:${share}`;
      stream.write(`\r${text.slice(0, (stream.columns ?? 80) - 1)}\u001b[K`);
    },
    done,
    damaged(sentence) {
      done();
      isDamaged = true;
      to().write(`logscope: ${printable(sentence)}\n`);
    },
    exitCode: (code) => (isDamaged ? exitCodes.input : code),
  };
}
