/** The files, folders and patterns that the user named, and which paths belong to them, now and later. */
import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { isPacked } from './siblings.ts';

export interface Pattern {
  /** As the user wrote it. */
  readonly text: string;
  /** The folder whose entries may belong to the pattern, except packed ones. */
  readonly folder: string;
  /** The path of a single file, which is followed even while it does not exist; null for a folder or a pattern. */
  readonly file: string | null;
  matches(path: string): boolean;
}

/** "*" and "?" in the last part of a path. */
function nameTest(glob: string): RegExp {
  const source = [...glob]
    .map((character) =>
      character === '*' ? '[^/]*' : character === '?' ? '[^/]' : character.replace(/[.+^${}()|[\]\\]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`^${source}$`);
}

export async function patternOf(text: string): Promise<Pattern> {
  const path = resolve(text);
  const info = await stat(path).catch(() => null);
  if (info?.isDirectory()) {
    return {
      text,
      folder: path,
      file: null,
      matches: (other) => dirname(other) === path && !isPacked(other) && !basename(other).startsWith('.'),
    };
  }
  if (!info && /[*?]/.test(basename(text))) {
    const folder = dirname(path);
    const test = nameTest(basename(path));
    return {
      text,
      folder,
      file: null,
      matches: (other) => dirname(other) === folder && test.test(basename(other)) && !isPacked(other),
    };
  }
  return { text, folder: dirname(path), file: text, matches: (other) => other === path };
}

/**
 * true: a file is an earlier part of another one ("access.log.1" or "access.log-20261121" of "access.log"), and is read by whoever follows
 * that one. `isThere`: whether a file of that name exists beside it.
 */
export function isPastOfAnother(name: string, isThere: (name: string) => boolean): boolean {
  return [...name.matchAll(/[.-](?=\d)/g)].some(({ index }) => isThere(name.slice(0, index)));
}

/** Files that exist now, sorted by name. */
export async function filesOf(pattern: Pattern): Promise<string[]> {
  if (pattern.file !== null) return [pattern.file];
  const names = await readdir(pattern.folder).catch(() => []);
  const files: string[] = [];
  const all = new Set(names);
  for (const name of names.sort()) {
    if (isPastOfAnother(name, (other) => all.has(other) && pattern.matches(join(pattern.folder, other)))) continue;
    const path = join(pattern.folder, name);
    if (!pattern.matches(path)) continue;
    if ((await stat(path).catch(() => null))?.isFile()) files.push(path);
  }
  return files;
}

/** A file may appear later, but its folder must exist. @throws UserError */
export async function requireFolder(pattern: Pattern): Promise<void> {
  try {
    await access(pattern.folder, constants.R_OK);
  } catch (error) {
    const folder = pattern.file === null ? pattern.folder : dirname(pattern.file);
    throw (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? new UserError(`there is no ${pattern.text}, and no folder ${folder} in which it could appear: check the name`)
      : new UserError(`the folder ${folder} cannot be read, permission denied: run as a user who may read it`);
  }
}
