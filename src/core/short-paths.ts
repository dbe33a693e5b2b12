/** Paths, shortened as far as they remain distinct. */

/** Each path without the folders that all of them lie in. */
export function withoutSharedFolders(paths: readonly string[]): Map<string, string> {
  const folders = paths.map((path) => path.split('/').slice(0, -1));
  const first = folders[0] ?? [];
  let shared = 0;
  while (shared < first.length && folders.every((path) => path[shared] === first[shared])) shared++;
  return new Map(paths.map((path) => [path, path.split('/').slice(shared).join('/')]));
}
