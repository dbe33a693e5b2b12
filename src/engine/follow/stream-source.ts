/** Inputs that cannot be read twice: standard input and named pipes. Can be paused while earlier bytes are processed. */
import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

export interface StreamSink {
  bytes(chunk: Uint8Array): void;
  /** The writer has closed the stream. */
  end(): void;
}

export interface StreamSource {
  resume(): void;
  pause(): void;
  close(): void;
}

export function followStream(stream: Readable, sink: StreamSink): StreamSource {
  stream.on('data', (chunk: Buffer) => sink.bytes(chunk));
  stream.on('end', () => sink.end());
  stream.on('error', () => sink.end());
  return {
    resume: () => void stream.resume(),
    pause: () => void stream.pause(),
    close: () => void stream.destroy(),
  };
}

/** A named pipe, opened for writing as well, so that it does not end when a writer leaves. */
export function openPipe(path: string): Readable {
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}
