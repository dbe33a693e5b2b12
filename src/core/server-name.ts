/** How one of several servers, whose logs were read together, is called. */
import { basename } from 'node:path';
import type { Analysis } from './finding.ts';
import type { ServerPart } from './inference.ts';

/** A server whose workers' names tell none is called as its lines call it, or by the file that it wrote. */
export function nameOfServer({ requests, summary }: Pick<Analysis, 'requests' | 'summary'>, part: ServerPart): string {
  if (part.name !== '') return part.name;
  const input = summary.inputs[requests.source[part.rows[0]]];
  if (!input) return 'the first server';
  if (input.first_host !== undefined) return input.first_host;
  const isOnly = summary.inputs.filter(({ path }) => basename(path) === basename(input.path)).length === 1;
  return isOnly ? basename(input.path) : input.path;
}
