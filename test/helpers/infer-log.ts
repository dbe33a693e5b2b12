/** Reads the text of logs like `analyze`, and infers the server that wrote them. */
import { formats } from '../../parsers/index.ts';
import { inferServer, type ServerInput } from '../../src/analysis/infer-server.ts';
import { Partial } from '../../src/analysis/partial.ts';
import type { ServerInference } from '../../src/core/inference.ts';
import { createParser } from '../../src/ingest/create-parser.ts';

/** The partial of several inputs. */
export function partialOfTexts(...texts: string[]): Partial {
  const partial = new Partial();
  texts.forEach((text, source) => {
    const parser = createParser({
      path: `${source}.log`,
      source,
      names: partial.names,
      formats,
      timezone: 'UTC',
      sink: { batch: (batch) => partial.batch(batch), lifecycle: (event) => partial.event(event) },
    });
    parser.push(Buffer.from(text, 'utf8'));
    parser.end();
  });
  return partial;
}

export function serverInput(...texts: string[]): ServerInput {
  const partial = partialOfTexts(...texts);
  const { names, streams, lifecycle } = partial;
  return { table: partial.retained.table(), names, streams, lifecycle };
}

export const inferLog = (...texts: string[]): ServerInference => inferServer(serverInput(...texts));
