/**
 * Sorts the parts of one log by the time of writing, whatever the order in which a shell lists them: `access.log.2.gz`, `access.log.1`,
 * `access.log` (logrotate, Python's RotatingFileHandler), or `access.log-20261127`, `access.log.2026-11-28`, `access.log` (dateext,
 * TimedRotatingFileHandler). Lines of the same second keep the order of the files.
 */

const packed = /\.(?:gz|zst|bz2|xz)$/;
const counted = /^(.+)\.(\d{1,4})$/;
const dated = /^(.+)[-.](\d{4}-?\d{2}-?\d{2}(?:[-_T]?\d{2}(?:[-_:]?\d{2}){0,2})?)$/;

interface Part {
  readonly log: string;
  /** Ascends with the time of writing. */
  readonly rank: number;
}

function partOf(path: string): Part {
  const name = path.replace(packed, '');
  const byDate = dated.exec(name);
  if (byDate) return { log: byDate[1], rank: Number(byDate[2].replace(/\D/g, '').padEnd(14, '0')) };
  const byCount = counted.exec(name);
  if (byCount) return { log: byCount[1], rank: Number.MAX_SAFE_INTEGER - Number(byCount[2]) };
  return { log: name, rank: Number.MAX_SAFE_INTEGER };
}

/** Each log keeps its places in the list; its parts are sorted among them. */
export function inOrderOfWriting(paths: readonly string[]): string[] {
  const parts = paths.map((path) => ({ path, ...partOf(path) }));
  const waiting = new Map<string, { readonly path: string; readonly rank: number }[]>();
  for (const part of parts) waiting.set(part.log, [...(waiting.get(part.log) ?? []), part]);
  for (const one of waiting.values()) one.sort((a, b) => a.rank - b.rank);
  return parts.map(({ log }) => waiting.get(log)!.shift()!.path);
}
