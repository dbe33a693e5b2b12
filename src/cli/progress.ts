/** What a reading command reports on standard error: progress if it takes longer than a second (not in a pipe), and damaged inputs. */
import { exitCodes } from '../core/errors.ts';
import { printable } from '../core/text.ts';

const PATIENCE_MS = 1000;
const EVERY_MS = 200;

export interface Progress {
  report(path: string, bytesRead: number, totalBytes: number | null): void;
  /** Clears the line. */
  done(): void;
  /** Reports, in a sentence, that an input could not be read to its end. */
  damaged(sentence: string): void;
  /** The exit code of a command that would end with `code` if all inputs were complete. */
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
