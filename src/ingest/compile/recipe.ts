/** What a scanner is made from: the tokens of a positional line, or the keys of a line of named values. */
import type { StampMeaning } from '../../core/batch.ts';
import type { Field, KeyedLayout } from '../../core/format.ts';
import type { Zone } from '../zone.ts';
import { type Columns, chooseColumns } from './columns.ts';
import { compileTokens, type Scanner } from './generate.ts';
import { compileKeyed } from './keyed.ts';
import { isLiteral, type Token } from './layout.ts';
import type { Runtime } from './runtime.ts';

export type Recipe = { readonly tokens: readonly Token[] } | { readonly keyed: KeyedLayout };

/** Fields by index; null for a literal. */
export const fieldsOf = (recipe: Recipe): readonly (Field | null)[] =>
  'tokens' in recipe
    ? recipe.tokens.map((token) => (isLiteral(token) ? null : token.field))
    : Object.values(recipe.keyed.fields);

export const columnsOf = (recipe: Recipe, written: StampMeaning): Columns => chooseColumns(fieldsOf(recipe), written);

export interface CompileOptions {
  /** Record the fields of the line in runtime.state.spans. Slow. */
  readonly explain?: boolean;
  /** Zone of stamps without one, in place of the input's. */
  readonly zone?: Zone;
}

export const compile = (recipe: Recipe, columns: Columns, runtime: Runtime, options: CompileOptions = {}): Scanner =>
  'tokens' in recipe
    ? compileTokens(recipe.tokens, columns, runtime, options)
    : compileKeyed(recipe.keyed, columns, runtime, options);
