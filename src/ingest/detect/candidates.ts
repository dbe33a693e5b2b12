/** Every layout of every format, ready to be tried. */
import type { LogFormat } from '../../core/format.ts';
import type { LifecycleKind } from '../../core/lifecycle.ts';
import { isLiteral, parseLayout } from '../compile/layout.ts';
import type { Recipe } from '../compile/recipe.ts';

export interface Candidate {
  readonly format: LogFormat;
  readonly layout: string;
  readonly recipe: Recipe;
  /** More fields may follow the last one. */
  readonly open: boolean;
  readonly workerFrom?: LifecycleKind;
  /** A logging prefix was found in front of a known layout. */
  readonly prefixed?: true;
  /** It was found around a request line that any server may have written. */
  readonly loose?: true;
  /** Texts that every line of it holds: a cheap test in front of trying it. */
  readonly marks: readonly string[];
}

const cache = new WeakMap<readonly LogFormat[], readonly Candidate[]>();

/** A blank, a slash or a quote stands in lines of every kind. */
const isTelling = (literal: string): boolean => literal.length > 1 || literal === '\t';

export const marksOf = (recipe: Recipe): string[] =>
  'tokens' in recipe
    ? recipe.tokens.flatMap((token) => (isLiteral(token) && isTelling(token.literal) ? [token.literal] : []))
    : recipe.keyed.requires.map((key) => {
        const name = key.slice(key.lastIndexOf('.') + 1);
        return recipe.keyed.syntax === 'json' ? `"${name}"` : `${name}=`;
      });

export function candidatesOf(formats: readonly LogFormat[]): readonly Candidate[] {
  const known = cache.get(formats);
  if (known) return known;
  const candidates = formats.flatMap((format): Candidate[] => [
    ...format.layouts.map((layout) => {
      const recipe = { tokens: parseLayout(format.language, layout.directives) };
      const { name, open = false, workerFrom } = layout;
      return { format, layout: name, recipe, open, marks: marksOf(recipe), ...(workerFrom ? { workerFrom } : {}) };
    }),
    ...(format.keyed ?? []).map((keyed) => {
      const recipe = { keyed };
      return { format, layout: keyed.name, recipe, open: false, marks: marksOf(recipe) };
    }),
  ]);
  cache.set(formats, candidates);
  return candidates;
}
