/** Every layout of every format, ready to be tried. */
import type { LogFormat } from '../../core/format.ts';
import { isLiteral, parseLayout } from '../compile/layout.ts';
import type { Recipe } from '../compile/recipe.ts';

export interface Candidate {
  readonly format: LogFormat;
  readonly layout: string;
  readonly recipe: Recipe;
  /** More fields may follow the last one. */
  readonly open: boolean;
  /** Text that every line of it holds: a cheap test in front of trying it. */
  readonly mark: string;
}

const cache = new WeakMap<readonly LogFormat[], readonly Candidate[]>();

export function markOf(recipe: Recipe): string {
  const texts =
    'tokens' in recipe
      ? recipe.tokens.filter(isLiteral).map(({ literal }) => literal)
      : recipe.keyed.requires.map((key) => {
          const name = key.slice(key.lastIndexOf('.') + 1);
          return recipe.keyed.syntax === 'json' ? `"${name}"` : `${name}=`;
        });
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
}

export function candidatesOf(formats: readonly LogFormat[]): readonly Candidate[] {
  const known = cache.get(formats);
  if (known) return known;
  const candidates = formats.flatMap((format): Candidate[] => [
    ...format.layouts.map((layout) => {
      const recipe = { tokens: parseLayout(format.language, layout.directives) };
      return { format, layout: layout.name, recipe, open: layout.open === true, mark: markOf(recipe) };
    }),
    ...(format.keyed ?? []).map((keyed) => {
      const recipe = { keyed };
      return { format, layout: keyed.name, recipe, open: false, mark: markOf(recipe) };
    }),
  ]);
  cache.set(formats, candidates);
  return candidates;
}
