/** Finds texts that look alike: they split into the same kinds of pieces. The look that most texts share becomes a layout. */
import type { FreePiece } from './free-pieces.ts';

export interface Alike {
  /** Indices of the texts. */
  readonly lines: readonly number[];
  /** The pieces of each text. In all texts, the pieces at one place are of one kind. */
  readonly pieces: readonly (readonly FreePiece[])[];
}

/** A place holds numbers if this share of the texts has one there. */
const NUMBERS = 0.9;

/** The unit behind the number of a duration: "ms", " seconds". */
export const unitOf = (text: string): string => text.replace(/^[\d.]+(?:e-\d+)?/, '');

/**
 * The look of a piece. It is the same for one word and for several, for a number and a missing one ("-"), for an identifier of digits only,
 * and for times that have another unit in each line.
 */
function lookOf({ kind, text }: FreePiece): string {
  switch (kind) {
    case 'literal':
      return text;
    case 'unit':
      return text.includes(' ') ? `<${unitOf(text)}>` : '<spent>';
    case 'spent':
      return '<spent>';
    case 'number':
    case 'dash':
    case 'word':
    case 'words':
      return '<value>';
    default:
      return `<${kind}>`;
  }
}

const isNumber = ({ kind, text }: FreePiece): boolean => kind === 'number' || kind === 'dash' || text === '-';

/** Gives each place one kind. Texts that do not fit it (no number where most have one) are left out. */
function settled(group: { readonly lines: number[]; readonly pieces: FreePiece[][] }): Alike {
  let { lines, pieces } = group;
  for (let place = 0; place < pieces[0].length; place++) {
    const all = pieces.map((list) => list[place]);
    const units = new Set(all.map(({ kind, text }) => (kind === 'unit' ? unitOf(text) : kind)));
    if (units.size === 1) continue;
    const isTime = all.some(({ kind }) => kind === 'unit' || kind === 'spent');
    const numbers = all.filter(isNumber).length;
    const isMostlyNumber = all.some(({ kind }) => kind === 'number') && numbers >= NUMBERS * all.length;
    if (isMostlyNumber) {
      const kept = all.map(isNumber);
      lines = lines.filter((_, i) => kept[i]);
      pieces = pieces.filter((_, i) => kept[i]);
    }
    const kind = isTime ? 'spent' : isMostlyNumber ? 'number' : 'words';
    for (const list of pieces) list[place] = { kind, text: list[place].text };
  }
  return { lines, pieces };
}

/** The largest group of texts with the same look. @param lists the pieces of each text; null: the text is left out */
export function mostAlike(lists: readonly (readonly FreePiece[] | null)[]): Alike {
  const looks = new Map<string, { lines: number[]; pieces: FreePiece[][] }>();
  lists.forEach((list, line) => {
    if (!list) return;
    const look = list.map(lookOf).join('');
    const group = looks.get(look) ?? { lines: [], pieces: [] };
    group.lines.push(line);
    group.pieces.push([...list]);
    looks.set(look, group);
  });
  if (looks.size === 0) return { lines: [], pieces: [] };
  return settled([...looks.values()].reduce((top, group) => (group.lines.length > top.lines.length ? group : top)));
}

/** The longest beginning, in pieces and up to a blank, that at least this share of the texts has in common. @returns null: no such beginning */
export function alikeBeginning(lists: readonly (readonly FreePiece[] | null)[], share: number): Alike | null {
  let lines = lists.flatMap((list, line) => (list ? [line] : []));
  let length = 0;
  for (let place = 0; ; place++) {
    const looks = new Map<string, number[]>();
    for (const line of lines) {
      const piece = lists[line]?.[place];
      const look = piece ? lookOf(piece) : '';
      const alike = looks.get(look);
      if (alike) alike.push(line);
      else looks.set(look, [line]);
    }
    const [look, most] = [...looks].reduce((top, entry) => (entry[1].length > top[1].length ? entry : top), ['', []]);
    if (look === '' || most.length < share * lists.length) break;
    lines = most;
    if (look === ' ') length = place + 1;
  }
  if (length === 0) return null;
  return settled({ lines, pieces: lines.map((line) => (lists[line] ?? []).slice(0, length)) });
}
