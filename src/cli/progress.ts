/** Progress on standard error for anything that takes longer than a second; silent in a pipe. */
const PATIENCE_MS = 1000;
const EVERY_MS = 200;

export interface Progress {
  report(path: string, bytesRead: number, totalBytes: number | null): void;
  /** Wipes the line. */
  done(): void;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

export function createProgress(stream: NodeJS.WriteStream, now: () => number = Date.now): Progress {
  const began = now();
  let next = began + PATIENCE_MS;
  let shown = false;
  return {
    report(path, bytesRead, totalBytes) {
      if (!stream.isTTY || now() < next) return;
      next = now() + EVERY_MS;
      shown = true;
      const share = totalBytes
        ? ` ${Math.floor((100 * bytesRead) / totalBytes)} % of ${megabytes(totalBytes)}`
        : ` ${megabytes(bytesRead)}`;
      const text = `reading ${path}:${share}`;
      stream.write(`\r${text.slice(0, (stream.columns ?? 80) - 1)}\u001b[K`);
    },
    done() {
      if (shown) stream.write('\r\u001b[K');
      shown = false;
    },
  };
}
