/** Every layout of every format as tokens, ready to be tried. */
import type { LogFormat } from '../../core/format.ts';
import { isLiteral, parseLayout, type Token } from '../compile/layout.ts';

export interface Candidate {
  readonly format: LogFormat;
  readonly layout: string;
  readonly tokens: readonly Token[];
  /** More fields may follow the last one. */
  readonly open: boolean;
}

const cache = new WeakMap<readonly LogFormat[], readonly Candidate[]>();

/** Two tokens lists are the same when they take the same lines and mean the same. */
export const signatureOf = (tokens: readonly Token[]): string =>
  tokens.map((token) => (isLiteral(token) ? token.literal : JSON.stringify(token.field))).join('\u0000');

export function candidatesOf(formats: readonly LogFormat[]): readonly Candidate[] {
  const known = cache.get(formats);
  if (known) return known;
  const candidates = formats.flatMap((format) =>
    format.layouts.map((layout) => ({
      format,
      layout: layout.name,
      tokens: parseLayout(format.language, layout.directives),
      open: layout.open === true,
    })),
  );
  cache.set(formats, candidates);
  return candidates;
}
