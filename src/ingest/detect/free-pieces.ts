/** Splits lines of no known layout into pieces: requests, methods, paths, stamps, numbers with units, quoted and bracketed texts. */
import { addressSource, levelSource, type PieceKind, pidDash, stampPieces } from './pieces.ts';

export type FreeKind =
  | PieceKind
  | 'request'
  | 'method'
  | 'target'
  | 'protocol'
  | 'dash'
  /** "512B", "512 bytes" */
  | 'size'
  | 'quoted'
  /** In single quotes. */
  | 'apostrophes'
  | 'bracketed'
  /** Words with single blanks between them. */
  | 'words';

export interface FreePiece {
  readonly kind: FreeKind;
  readonly text: string;
}

export const methodSource =
  '(?:GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|CONNECT|TRACE|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|REPORT|SEARCH|QUERY)(?![A-Za-z])';
/** "<path>/a</path>": the closing tag is not part of the path. */
const targetSource = String.raw`(?:\/|https?:\/\/)(?:[^\s"'|,;)\]<>\\]|<(?!\/))*`;
/** How logfire shows a query: "GET /a ? x='1' & status='200'". */
const shownQuery = String.raw`(?: \? [\w.-]+='[^']*'(?: & [\w.-]+='[^']*')*)?`;
const unitSource =
  '(?:ms|msecs?|millis|milliseconds?|us|\u00b5s|\u00c2\u00b5s|\u00ce\u00bcs|usecs?|micros|microseconds?|ns|s|secs?|seconds?)(?!\\w|\\.\\w)';
/** Python writes short times as "9.5e-05". */
const numberSource = String.raw`\d+(?:\.\d+)?(?:e-\d+)?`;
/** In "msec 1730221455.123", "msec" is the name of the value, not a unit. */
const spacedUnit = `(?:${unitSource}| ${unitSource}(?! *[=:]? *[\\d<"']))`;
/**
 * One field that can be recognised by itself: brackets around one are not read as a bracketed text. Dates of any order are left out, as
 * they are expensive to look for here.
 */
const simple = [
  ...stampPieces.flatMap(([kind, source]) => (kind === 'written-date' ? [] : [source])),
  `<?${numberSource}>?(?:${spacedUnit})?`,
  `${methodSource}(?: ${targetSource}(?: HTTP\\/[\\d.]+)?)?`,
  targetSource,
  '-',
  String.raw`[A-Za-z_][\w.-]*`,
  addressSource,
].join('|');

const sources: readonly (readonly [FreeKind, string])[] = [
  ...stampPieces,
  ['angled', String.raw`<\d+>`],
  ['request', `${methodSource} ${targetSource}${shownQuery}(?: HTTP\\/\\d(?:\\.\\d)?)?`],
  ['method', methodSource],
  // "</method>" is a closing tag, no path.
  ['target', String.raw`(?<![\w.)<])${targetSource}`],
  ['protocol', String.raw`HTTP\/\d(?:\.\d)?`],
  // "status=500&ms=9": a query apart from its path is one word. The client wrote it, so the names in it mean nothing.
  ['word', String.raw`(?<![\w.%-])\??[^\s=&"'|<>()[\]{},;:?\/]+=(?!\/|https?:)[^\s&"'|<>]*(?:&[^\s&"'|<>]*)+`],
  // Does not begin at the quote that ends another text, and does not include what says more about a request than its request line: "GET /a
  // took 0.12s".
  [
    'quoted',
    `(?<=^|[\\s=:([{,;|])"(?!(?:${simple})(?:"|$)|${methodSource} \\/[^"]* \\d|HTTP\\/[\\d.]+ ${methodSource})[^"]*"`,
  ],
  // Only between blanks, and not behind a name: values in a dict are read by their look.
  ['apostrophes', `(?<=^|[^:]\\s)'(?!(?:${simple}|[\\w.-]*)'|${methodSource} \\/)[^']*'(?=\\s|$)`],
  // Neither uWSGI's "[HTTP/1.1 200]", nor one with a time of day in it: "[I 2024-10-29 17:04:15.123 ServerApp]".
  [
    'bracketed',
    String.raw`\[(?!(?:${simple})\]|[^[\]]*\d\d:\d\d:\d\d|HTTP\/[\d.]+ \d{3}\])[A-Za-z](?![\w.-]* ?[:=])[^[\]]*\]`,
  ],
  // How Python writes a timedelta: "0:00:01.234567", "0:00:02".
  ['spent', String.raw`(?<![\w:.])\d:\d\d:\d\d(?:\.\d+)?(?![\w:])`],
  ['address', addressSource],
  ['spent', String.raw`(?<![\w.])(?:\d+h)?(?:\d+m)(?:\d+(?:\.\d+)?s)(?!\w)`],
  // "1,234.5 ms": the part before the comma must not be read as a size.
  ['word', String.raw`(?<![\w.,])\d{1,3}(?:,\d{3})+\.\d+(?![\w.])`],
  ['literal', pidDash],
  ['unit', `${numberSource}${spacedUnit}`],
  ['size', String.raw`\d+(?:B| bytes)(?!\w| ?[=:])`],
  ['number', String.raw`(?<![\w.])-?${numberSource}(?!\w|\.\w|-\w)`],
  ['level', levelSource],
  ['word', String.raw`[A-Za-z_][^\s[\]():|,;"'=<>]*`],
  // "7ce42c82-1f", "10-29"
  ['word', String.raw`\d[\w.-]*`],
  ['dash', String.raw`-(?=$|[\s,;|\])"'])`],
  ['blanks', ' {2,}'],
  ['literal', String.raw`[\s\S]`],
];
const pattern = new RegExp(sources.map(([, source]) => `(${source})`).join('|'), 'g');

/** A line with more pieces is not of a request log. */
const MAX_PIECES = 120;

/** null: too many pieces. */
export function freePieces(text: string): FreePiece[] | null {
  const pieces: FreePiece[] = [];
  for (const match of text.matchAll(pattern)) {
    const [kind] = sources[match.slice(1).findIndex((group) => group !== undefined)];
    const piece = match[0];
    const last = pieces[pieces.length - 1];
    const before = pieces[pieces.length - 2];
    // "request handled": neighbouring words are one text.
    if (kind === 'word' && last?.text === ' ' && (before?.kind === 'word' || before?.kind === 'words')) {
      pieces.splice(-2, 2, { kind: 'words', text: `${before.text} ${piece}` });
    } else pieces.push({ kind, text: piece });
    if (pieces.length > MAX_PIECES) return null;
  }
  return pieces;
}
