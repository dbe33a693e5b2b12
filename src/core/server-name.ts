/** The name of one of several servers whose logs were read together. */
import { basename } from 'node:path';
import type { Analysis } from './finding.ts';
import type { ServerPart } from './inference.ts';
import { withoutSharedFolders } from './short-paths.ts';

/** If the names of its workers contain none, a server is named by its lines or by the file that it wrote. */
export function nameOfServer({ requests, summary }: Pick<Analysis, 'requests' | 'summary'>, part: ServerPart): string {
  const paths = summary.inputs.map(({ path }) => path);
  // Processes with the same ids were told apart by their files.
  if (part.name !== '') return paths.includes(part.name) ? nameOfFile(part.name, paths) : part.name;
  const input = summary.inputs[requests.source[part.rows[0]]];
  if (!input) return 'the first server';
  return input.first_host ?? nameOfFile(input.path, paths);
}

/** The last part of a path if no other path has it. */
function nameOfFile(path: string, paths: readonly string[]): string {
  const isOnly = paths.filter((other) => basename(other) === basename(path)).length === 1;
  return isOnly ? basename(path) : (withoutSharedFolders(paths).get(path) ?? path);
}
