/** The kinds of files that a screen can be exported to. To add one: a file in this folder, a line here. */
import { listText } from '../../core/words.ts';
import type { Exporter } from '../exporter.ts';
import ansi from './ansi.ts';
import json from './json.ts';
import svg from './svg.ts';
import txt from './txt.ts';

export const exporters: readonly Exporter[] = [json, txt, ansi, svg];

/** By the ending of the name; plain text for a name without one. null: there is no exporter for that ending. */
export function exporterFor(path: string): Exporter | null {
  const ending = /[^/\\.]\.(\w+)$/.exec(path)?.[1]?.toLowerCase();
  return ending === undefined ? txt : (exporters.find((one) => one.ending === ending) ?? null);
}

/** What the prompt says about the endings: ".json numbers; .txt, .ansi or .svg picture". */
export function endingsText(): string {
  const words = [...new Set(exporters.map(({ holds }) => holds))];
  const endingsOf = (word: string) => exporters.filter(({ holds }) => holds === word).map(({ ending }) => `.${ending}`);
  return words.map((word) => `${listText(endingsOf(word), 'or')} ${word}`).join('; ');
}
