/** Every layout of every format, ready to be tried. */
import type { LogFormat } from '../../core/format.ts';
import type { LifecycleKind } from '../../core/lifecycle.ts';
import { isLiteral, parseLayout } from '../compile/layout.ts';
import type { Recipe } from '../compile/recipe.ts';

export interface Candidate {
  readonly format: LogFormat;
  readonly layout: string;
  readonly recipe: Recipe;
  /** More fields may follow the last one of the layout. */
  readonly open: boolean;
  readonly workerFrom?: LifecycleKind;
  /** A logging prefix was found in front of a known layout. */
  readonly prefixed?: true;
  /** It was found around a request line that any server may have written. */
  readonly loose?: true;
  /** Texts that every line of this layout contains: a cheap test before it is tried. */
  readonly marks: readonly string[];
  /** Directives of a format given by the user that logscope does not know. */
  readonly unknown?: readonly string[];
}

const cache = new WeakMap<readonly LogFormat[], readonly Candidate[]>();

/** A single blank, slash or quote occurs in lines of every kind, so it excludes none. */
const isTelling = (literal: string): boolean => literal.length > 1 || literal === '\t';

export const marksOf = (recipe: Recipe): string[] =>
  'tokens' in recipe
    ? recipe.tokens.flatMap((token) => (isLiteral(token) && isTelling(token.literal) ? [token.literal] : []))
    : recipe.keyed.requires.map((key) => {
        const name = key.slice(key.lastIndexOf('.') + 1);
        return recipe.keyed.syntax === 'json' ? `"${name}"` : `${name}=`;
      });

declare const __LOGSCOPE_MARKS__: string | undefined;

/** Marks by format id, in the order of its layouts. The bundler puts them in, so that at start no layout has to be parsed to get them. */
const listedMarks = (): Readonly<Record<string, readonly (readonly string[])[]>> =>
  typeof __LOGSCOPE_MARKS__ === 'string' ? JSON.parse(__LOGSCOPE_MARKS__) : {};

function candidateOf(
  parts: Omit<Candidate, 'recipe' | 'marks'>,
  makeRecipe: () => Recipe,
  marks: readonly string[] | undefined,
): Candidate {
  let made: Recipe | null = null;
  const recipe = () => {
    made ??= makeRecipe();
    return made;
  };
  return {
    ...parts,
    get recipe() {
      return recipe();
    },
    marks: marks ?? marksOf(recipe()),
  };
}

export function candidatesOf(formats: readonly LogFormat[]): readonly Candidate[] {
  const known = cache.get(formats);
  if (known) return known;
  const listed = listedMarks();
  const candidates = formats.flatMap((format): Candidate[] => {
    const { language, layouts, keyed = [] } = format;
    const marks = listed[format.id] ?? [];
    return [
      ...layouts.map(({ name, directives, open = false, workerFrom }, i) =>
        candidateOf(
          { format, layout: name, open, ...(workerFrom ? { workerFrom } : {}) },
          () => ({ tokens: parseLayout(language, directives) }),
          marks[i],
        ),
      ),
      ...keyed.map((one, i) =>
        candidateOf({ format, layout: one.name, open: false }, () => ({ keyed: one }), marks[layouts.length + i]),
      ),
    ];
  });
  cache.set(formats, candidates);
  return candidates;
}
