/** How many terminal cells a text takes. For printable ASCII no table is needed. */
import { eastAsianWidth } from 'get-east-asian-width';

const ascii = /^[\x20-\x7e]*$/;
/**
 * Characters that take one cell and never combine, which is all that our own words and frames consist of: Latin letters, dashes and quotes,
 * arrows, mathematical signs, lines, blocks, plain shapes, Braille. Loading the tables for other texts would add 10 ms to the first
 * picture.
 */
const plain =
  /^[\x20-\x7e\xa0-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u22ff\u2500-\u25fc\u25ff\u2800-\u28ff]*$/;
let tables: { readonly zeroWidth: RegExp; readonly segmenter: Intl.Segmenter } | null = null;

/** A piece of text that the terminal draws as a unit, and its width in cells. */
export interface Cluster {
  readonly text: string;
  readonly cells: 1 | 2;
}

/** Recently seen texts: frames repeat the same few, and segmenting a text costs more than drawing all cells of its row. */
const known = new Map<string, readonly Cluster[]>();
const MOST_KNOWN = 1000;
const LONGEST_KNOWN = 200;

/** The clusters of a text. Combining marks that stand alone are dropped: they would be drawn over a neighbour. */
export function clustersOf(text: string): readonly Cluster[] {
  const before = known.get(text);
  if (before) return before;
  const clusters = segmented(text);
  if (text.length <= LONGEST_KNOWN) {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(text, clusters);
  }
  return clusters;
}

function segmented(text: string): Cluster[] {
  const clusters: Cluster[] = [];
  if (plain.test(text)) {
    for (const character of text) clusters.push({ text: character, cells: 1 });
    return clusters;
  }
  tables ??= {
    zeroWidth: /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u,
    segmenter: new Intl.Segmenter(undefined, { granularity: 'grapheme' }),
  };
  const { zeroWidth, segmenter } = tables;
  for (const { segment } of segmenter.segment(text.normalize('NFC'))) {
    if (zeroWidth.test(segment)) continue;
    const first = segment.codePointAt(0) as number;
    // An emoji requested by a variation selector, or a pair of regional indicators (a flag), is wide.
    const wide =
      eastAsianWidth(first) === 2 ||
      segment.includes('\ufe0f') ||
      (first >= 0x1f1e6 && first <= 0x1f1ff && segment.length > 2);
    clusters.push({ text: segment, cells: wide ? 2 : 1 });
  }
  return clusters;
}

export const isAscii = (text: string): boolean => ascii.test(text);

/** Width of a text without control characters, in cells. */
export function cellWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let cells = 0;
  for (const cluster of clustersOf(text)) cells += cluster.cells;
  return cells;
}

/** The text cut to `columns` cells; "…" replaces what is cut. */
export function clip(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (plain.test(text)) return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
  if (cellWidth(text) <= columns) return text;
  let cells = 0;
  let kept = '';
  for (const cluster of clustersOf(text.slice(0, columns * 16))) {
    if (cells + cluster.cells > columns - 1) break;
    kept += cluster.text;
    cells += cluster.cells;
  }
  return `${kept}…`;
}

/** A space between a number and its unit. */
const beforeUnit = /(?<=\d) (?=(?:[mµ]?s|min|h|d|[kMG]?B|%|req\/s)(?![A-Za-z]))/g;
/** Replaces such spaces by no-break spaces. */
const withUnits = (text: string): string => text.replace(beforeUnit, '\u00a0');
const spaced = (text: string): string => text.replaceAll('\u00a0', ' ');

/** The same, but cut after a whole word if that keeps at least half of the width: half of a number would be another number. */
export function clipWords(text: string, columns: number): string {
  if (cellWidth(text) <= columns) return text;
  const clipped = clip(withUnits(text), columns);
  const space = clipped.lastIndexOf(' ');
  const isEnough = space > 0 && cellWidth(clipped.slice(0, space)) * 2 > columns;
  return spaced(isEnough ? `${clipped.slice(0, space)} …` : clipped);
}

/**
 * Breaks a text at spaces (not at no-break spaces, nor between a number and its unit) into lines of at most `columns` cells; a longer word
 * is cut.
 */
export function wrap(text: string, columns: number): string[] {
  if (columns <= 0) return [];
  const lines: string[] = [];
  let line = '';
  for (const word of withUnits(text).split(/[ \t\n\r]+/)) {
    if (word === '') continue;
    const candidate = line === '' ? word : `${line} ${word}`;
    if (cellWidth(candidate) <= columns) {
      line = candidate;
      continue;
    }
    if (line !== '') lines.push(line);
    line = clip(word, columns);
  }
  if (line !== '') lines.push(line);
  return lines.map(spaced);
}

/**
 * Divides a text into pieces of at most `columns` cells without dropping anything: at a blank if there is one in the second half of the
 * piece, else anywhere.
 */
export function cut(text: string, columns: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  let cells = 0;
  /** Position after the last blank of the piece, in characters and in cells. */
  let blank = { letters: 0, cells: 0 };
  for (const cluster of clustersOf(text)) {
    if (cells + cluster.cells > columns && piece !== '') {
      const isLate = blank.cells * 2 > columns && cluster.text !== ' ';
      const at = isLate ? blank : { letters: piece.length, cells };
      pieces.push(piece.slice(0, at.letters));
      piece = piece.slice(at.letters);
      cells -= at.cells;
      blank = { letters: 0, cells: 0 };
    }
    piece += cluster.text;
    cells += cluster.cells;
    if (cluster.text === ' ') blank = { letters: piece.length, cells };
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}
