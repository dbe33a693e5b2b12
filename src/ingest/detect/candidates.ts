/** Every layout of every format, ready to be tried. */
import type { KeyedLayout, LogFormat } from '../../core/format.ts';
import type { LifecycleKind } from '../../core/lifecycle.ts';
import { parseLayout } from '../compile/layout.ts';
import type { Recipe } from '../compile/recipe.ts';
import { couldTake, fits, literalOf, type Outline, outlineOf } from './outline.ts';

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

const marksOfOutline = (outline: Outline): string[] =>
  outline.flatMap((token) => {
    const literal = literalOf(token);
    return literal !== null && isTelling(literal) ? [literal] : [];
  });

const marksOfKeys = ({ requires, syntax }: KeyedLayout): string[] =>
  requires.map((key) => {
    const name = key.slice(key.lastIndexOf('.') + 1);
    return syntax === 'json' ? `"${name}"` : `${name}=`;
  });

export const marksOf = (recipe: Recipe): string[] =>
  'tokens' in recipe ? marksOfOutline(outlineOf(recipe.tokens)) : marksOfKeys(recipe.keyed);

declare const __LOGSCOPE_OUTLINES__: string | undefined;

/** Outlines by format id, in the order of its layouts. The bundler puts them in, so that at start no layout has to be parsed to get them. */
const listedOutlines = (): Readonly<Record<string, readonly Outline[]>> =>
  typeof __LOGSCOPE_OUTLINES__ === 'string' ? JSON.parse(__LOGSCOPE_OUTLINES__) : {};

/** The outlines of declared layouts. */
const declared = new WeakMap<Candidate, Outline>();

/** Whether this candidate, a declared one, could take the line. Most that cannot need not be parsed to know that. */
export function couldBe(candidate: Candidate, line: string): boolean {
  const outline = declared.get(candidate);
  return outline ? fits(outline, line) : couldTake(candidate.recipe, line);
}

function candidateOf(
  parts: Omit<Candidate, 'recipe' | 'marks'>,
  makeRecipe: () => Recipe,
  marks: readonly string[],
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
    marks,
  };
}

export function candidatesOf(formats: readonly LogFormat[]): readonly Candidate[] {
  const known = cache.get(formats);
  if (known) return known;
  const listed = listedOutlines();
  const candidates = formats.flatMap((format): Candidate[] => {
    const { language, layouts, keyed = [], id } = format;
    return [
      ...layouts.map(({ name, directives, open = false, workerFrom }, i) => {
        const makeRecipe = () => ({ tokens: parseLayout(language, directives) });
        const outline = listed[id]?.[i] ?? outlineOf(makeRecipe().tokens);
        const parts = { format, layout: name, open, ...(workerFrom ? { workerFrom } : {}) };
        const candidate = candidateOf(parts, makeRecipe, marksOfOutline(outline));
        declared.set(candidate, outline);
        return candidate;
      }),
      ...keyed.map((one) =>
        candidateOf({ format, layout: one.name, open: false }, () => ({ keyed: one }), marksOfKeys(one)),
      ),
    ];
  });
  cache.set(formats, candidates);
  return candidates;
}
