/** What a line of no known layout falls into: requests, methods, paths, stamps, numbers with units, quoted and bracketed texts. */
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
/** "<path>/a</path>": the end of an element is none of the path. */
const targetSource = String.raw`(?:\/|https?:\/\/)(?:[^\s"'|,;)\]<>\\]|<(?!\/))*`;
/** What logfire shows of a query: "GET /a ? x='1' & status='200'". */
const shownQuery = String.raw`(?: \? [\w.-]+='[^']*'(?: & [\w.-]+='[^']*')*)?`;
const unitSource =
  '(?:ms|msecs?|millis|milliseconds?|us|\u00b5s|\u00c2\u00b5s|\u00ce\u00bcs|usecs?|micros|microseconds?|ns|s|secs?|seconds?)(?!\\w|\\.\\w)';
/** Python writes short times as "9.5e-05". */
const numberSource = String.raw`\d+(?:\.\d+)?(?:e-\d+)?`;
/** "msec 1730221455.123" is a name in front of its value, and no unit. */
const spacedUnit = `(?:${unitSource}| ${unitSource}(?! *[=:]? *[\\d<"']))`;
/** One field that says of itself what it is: in brackets it is looked at. Dates of any order are looked for elsewhere alone: here they are dear. */
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
  // "</method>" is the end of an element.
  ['target', String.raw`(?<![\w.)<])${targetSource}`],
  ['protocol', String.raw`HTTP\/\d(?:\.\d)?`],
  // "status=500&ms=9": a query that stands apart from its path is one word. Who asked wrote it, and names in it are theirs.
  ['word', String.raw`(?<![\w.%-])\??[^\s=&"'|<>()[\]{},;:?\/]+=(?!\/|https?:)[^\s&"'|<>]*(?:&[^\s&"'|<>]*)+`],
  // Not from the quote that ends another text.
  // Nor what tells more of a request than its line: "GET /a took 0.12s".
  [
    'quoted',
    `(?<=^|[\\s=:([{,;|])"(?!(?:${simple})(?:"|$)|${methodSource} \\/[^"]* \\d|HTTP\\/[\\d.]+ ${methodSource})[^"]*"`,
  ],
  // Between blanks, and not behind a name: what stands in a dict is read by its look.
  ['apostrophes', `(?<=^|[^:]\\s)'(?!(?:${simple}|[\\w.-]*)'|${methodSource} \\/)[^']*'(?=\\s|$)`],
  // Nor uWSGI's "[HTTP/1.1 200]", nor one that holds a time of day: "[I 2024-10-29 17:04:15.123 ServerApp]".
  [
    'bracketed',
    String.raw`\[(?!(?:${simple})\]|[^[\]]*\d\d:\d\d:\d\d|HTTP\/[\d.]+ \d{3}\])[A-Za-z](?![\w.-]* ?[:=])[^[\]]*\]`,
  ],
  // What Python writes of a time that passed: "0:00:01.234567", "0:00:02".
  ['spent', String.raw`(?<![\w:.])\d:\d\d:\d\d(?:\.\d+)?(?![\w:])`],
  ['address', addressSource],
  ['spent', String.raw`(?<![\w.])(?:\d+h)?(?:\d+m)(?:\d+(?:\.\d+)?s)(?!\w)`],
  // "1,234.5 ms": no size in front of a time.
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

/** A line of this many pieces is no line of a log of requests. */
const MAX_PIECES = 120;

/** null: too many pieces. */
export function freePieces(text: string): FreePiece[] | null {
  const pieces: FreePiece[] = [];
  for (const match of text.matchAll(pattern)) {
    const [kind] = sources[match.slice(1).findIndex((group) => group !== undefined)];
    const piece = match[0];
    const last = pieces[pieces.length - 1];
    const before = pieces[pieces.length - 2];
    // "request handled": words are one text, however many they are.
    if (kind === 'word' && last?.text === ' ' && (before?.kind === 'word' || before?.kind === 'words')) {
      pieces.splice(-2, 2, { kind: 'words', text: `${before.text} ${piece}` });
    } else pieces.push({ kind, text: piece });
    if (pieces.length > MAX_PIECES) return null;
  }
  return pieces;
}
