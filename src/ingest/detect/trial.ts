/** A layout that was tried on sampled lines: the lines it took, and what was found around it. */
import type { StampMeaning } from '../../core/batch.ts';
import type { Field, LogFormat, StampShape } from '../../core/format.ts';
import { isLiteral } from '../compile/layout.ts';
import type { Recipe } from '../compile/recipe.ts';
import type { Candidate } from './candidates.ts';

export interface Trial {
  readonly candidate: Candidate;
  readonly taken: readonly number[];
  readonly assumptions: readonly string[];
  /** The layout is not as declared: fields were found around it. */
  readonly found: boolean;
  /** It is the loose layout, which takes anything with a request in it. */
  readonly loose?: boolean;
  /** Other formats whose lines look the same. */
  readonly rivals?: readonly LogFormat[];
}

/** What lines of a layout look like, whatever its stamps mean. */
export const lookOf = (recipe: Recipe): string =>
  'keyed' in recipe
    ? JSON.stringify(recipe.keyed.requires)
    : recipe.tokens
        .map((token) => (isLiteral(token) ? token.literal : JSON.stringify({ ...token.field, means: '' })))
        .join('');

/** The stamps that a server itself can write; others are those of the logging layer that its lines go through. */
export const ownStamps = ({ language }: LogFormat): { shape: StampShape; means: StampMeaning }[] =>
  Object.values(language.directives)
    .flat()
    .flatMap((part) => {
      if (typeof part === 'string' || part.kind !== 'time' || part.means === 'written') return [];
      return [{ shape: part.shape, means: part.means }];
    });

/** The recipe of a layout that several servers share, with its stamps given the meaning that its writer gives them. */
export function withMeaning(recipe: Recipe, format: LogFormat, of: LogFormat): Recipe {
  if (format === of) return recipe;
  const own = new Set(ownStamps(format).map(({ shape }) => shape));
  const asWritten = (field: Field): Field =>
    field.kind === 'time' && field.means !== 'written'
      ? { ...field, means: own.size === 0 || own.has('any') || own.has(field.shape) ? format.stamp : 'written' }
      : field;
  if ('tokens' in recipe) {
    return {
      tokens: recipe.tokens.map((token) => ('field' in token ? { field: asWritten(token.field) } : token)),
    };
  }
  const { keyed } = recipe;
  const named = Object.entries(keyed.fields);
  // A record with a duration is the application's own: the name of the server says nothing about it.
  if (named.some(([, { kind }]) => kind === 'duration')) return recipe;
  return { keyed: { ...keyed, fields: Object.fromEntries(named.map(([key, field]) => [key, asWritten(field)])) } };
}

/** Whether this is the name of a logger of the format. */
export const proves = (format: LogFormat, name: string): boolean =>
  (format.loggers ?? []).some((logger) => name === logger || name.startsWith(`${logger}.`));

/** The format that the tag of an envelope names ("gunicorn", "nginx"). For lines that several formats write alike. */
export const formatOfTag = (formats: readonly LogFormat[], tag: string): LogFormat | undefined =>
  formats.find((format) => proves(format, tag) || tag === format.id || tag.startsWith(`${format.id}.`));
