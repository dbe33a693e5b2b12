/**
 * Source code of a scanner, field by field. Variables of the generated code: `b` the bytes, `v` the same bytes as words, `p` the position,
 * `e` the end of the line, `s` and `t` a range, `x` a number, `c` a byte; a jump to `fail` refuses the line at `p`. A line always ends with
 * a newline, and at least 64 readable bytes follow it, so loops need no bounds of their own.
 */
import type { DurationUnit, Field, StampShape } from '../../core/format.ts';
import { NEXT_ANY, NEXT_NUMBER, NEXT_STATUS, PID_SLOTS } from './runtime.ts';

const beyondBytes = /[^\u0000-\u00ff]/;

/** Bytes of a literal. Characters up to U+00FF are bytes themselves, so that a layout can contain any byte. */
export const bytesOf = (text: string): Uint8Array => Buffer.from(text, beyondBytes.test(text) ? 'utf8' : 'latin1');

const word = (bytes: Uint8Array, at: number): number =>
  bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);

/** Condition that the literal stands at `at`, word by word. The last word may overlap the one before. */
export function literalTest(literal: string, at: string): string {
  const bytes = bytesOf(literal);
  const { length } = bytes;
  const wordAt = (k: number) => `v.getInt32(${at}+${k},true)`;
  if (length === 1) return `b[${at}]===${bytes[0]}`;
  if (length === 2) return `v.getUint16(${at},true)===${bytes[0] | (bytes[1] << 8)}`;
  if (length === 3) return `(${wordAt(0)}&0xffffff)===${bytes[0] | (bytes[1] << 8) | (bytes[2] << 16)}`;
  const tests: string[] = [];
  for (let k = 0; k + 4 <= length; k += 4) tests.push(`${wordAt(k)}===${word(bytes, k)}`);
  if (length % 4 > 0) tests.push(`${wordAt(length - 4)}===${word(bytes, length - 4)}`);
  return tests.join('&&');
}

/** What the next field must begin with, so that a free text only ends where the rest can follow. */
export function nextClass(field: Field | undefined): number {
  switch (field?.kind) {
    case 'status':
    case 'status-phrase':
      return NEXT_STATUS;
    case 'duration':
    case 'wait':
    case 'lead':
    case 'bytes':
    case 'number':
    case 'pid':
      return NEXT_NUMBER;
    default:
      return NEXT_ANY;
  }
}

function nextTest(next: number, at: string): string {
  const digit = (offset: number) => `b[${at}+${offset}]>47&&b[${at}+${offset}]<58`;
  if (next === NEXT_STATUS) {
    return `(v.getInt32(${at},true)===SW||${digit(0)}&&${digit(1)}&&${digit(2)}||b[${at}]===45||b[${at}]===78||b[${at}]===48&&b[${at}+1]<48)`;
  }
  if (next === NEXT_NUMBER) return `(${digit(0)}||b[${at}]===45||b[${at}]===78||b[${at}]===60||b[${at}]===43)`;
  return 'true';
}

/** Decimals that are read, by unit. 'by-value' is replaced before anything is compiled, as the unit is decided from a sample. */
export const decimals: Record<DurationUnit, number> = { s: 6, ms: 3, us: 0, ns: 0, 'by-value': 0, written: 0 };

/**
 * Reads a number into x, as an integer that keeps `places` decimals. x is NaN for "-", "None", negative numbers and partial ones (+). Up to
 * nine digits it is computed in 32 bits.
 */
function numberCode(places: number): string {
  const scale = 10 ** places;
  const powers = Array.from({ length: places + 1 }, (_, k) => 10 ** (places - k)).join(',');
  const skipped = 'p++;while((c=b[p])>47&&c<58)p++';
  const kept = `p++;k=0;o=0;while((c=b[p])>47&&c<58){if(k<${places}){o=(o*10+(c-48))|0;k++}p++}x+=o*[${powers}][k]`;
  return `x=NaN;c=b[p];
if(c>47&&c<58){t=p;g=c-48;p++;while((c=b[p])>47&&c<58){g=(g*10+(c-48))|0;p++}
 x=g;if(p-t>9){x=0;for(;t<p;t++)x=x*10+(b[t]-48)}
 ${scale > 1 ? `x*=${scale};` : ''}if(c===46){${places > 0 ? kept : skipped}}}
else if(c===45||c===43){p++;while(((c=b[p])>47&&c<58)||c===46)p++}
else if(c===78&&b[p+1]===111&&b[p+2]===110&&b[p+3]===101)p+=4;
else break fail;
`;
}

/** Reads a number of a time unit into x, as µs. */
function microsCode(unit: DurationUnit): string {
  const slow = `x=spent(b,s,'${unit}');if(x<0)break fail;p=cursor.end;`;
  if (unit === 'written') return `s=p;${slow}\n`;
  // "9.5e-05"
  return `s=p;${numberCode(decimals[unit])}if(c===101&&b[p+1]===45){${slow}}${unit === 'ns' ? 'else x=Math.floor(x/1000);' : ''}\n`;
}

/**
 * µs: no request takes more than 22 hours. If the clock was put back during a request, gunicorn writes 86 400 s minus that step, as it
 * drops the days of a negative timedelta.
 */
export const DURATION_LIMIT = 79_200_000_000;

export interface FieldContext {
  /** Literal after the field; '' at the end of the line. */
  readonly after: string;
  /** Class of the field after that literal: NEXT_… */
  readonly next: number;
  /** Whether this field fills its column: of several stamps or durations only one does. */
  readonly used: boolean;
  /** Whether this is the first of several durations that are added. */
  readonly firstPart: boolean;
  /** Index of the token; names constants in the generated code. */
  readonly index: number;
}

/** Moves p forward to where `after` stands and the next field can follow; at most to `e`. */
function searchCode({ after, next }: FieldContext): string {
  if (after === '') return 'p=e;\n';
  const bytes = bytesOf(after);
  return `for(;;){while(p<e&&b[p]!==${bytes[0]})p++;if(p+${bytes.length}>e)break fail;if(${literalTest(after, 'p')}&&${nextTest(next, `p+${bytes.length}`)})break;p++}
`;
}

/**
 * Finds the end of the line, once: n is its newline, and e the end of the line without blanks there. Reads eight bytes at a time: the sign
 * bit of each byte in the test is set if the byte is at most 10 (or if a lower byte of the word is).
 */
export const endCode = `if(n<0){n=p;for(;;){w=v.getInt32(n,true);k=v.getInt32(n+4,true);if(((w-0x0b0b0b0b)&~w|(k-0x0b0b0b0b)&~k)&0x80808080){k=n+8;while(n<k&&b[n]!==10)n++;if(n<k)break}else n+=8}
e=n;while(e>p&&(b[e-1]===13||b[e-1]===32))e--}
`;

/**
 * Bytes of stamps, zone included, that have a fixed length and do not change within a second: if they equal those of the line before, so
 * does the time.
 */
export const remembered: Partial<Record<StampShape, number>> = { clf: 26, 'clf-local': 20, 'clf-blank': 20, ctime: 24 };

/** Variables for the last stamp of field `index`: T is its time, S0, S1 … are its words. */
export function stampVariables(shape: StampShape, index: number): string[] {
  const words = Math.ceil((remembered[shape] ?? 0) / 4);
  return words === 0 ? [] : [`T${index}=NaN`, ...Array.from({ length: words }, (_, k) => `S${index}_${k}=0`)];
}

function stampCode(shape: StampShape, index: number): string {
  const read = `x=stamp${index}(b,v,p);if(x!==x){p=cursor.end;break fail}`;
  const length = remembered[shape];
  if (length === undefined) return `${read}p=cursor.end;`;
  // The seconds are near the end: compared from there, a difference is found first.
  const places = Array.from({ length: Math.ceil(length / 4) }, (_, k) => Math.min(k * 4, length - 4)).reverse();
  const same = places.map((at, k) => `v.getInt32(p+${at},true)===S${index}_${k}`).join('&&');
  const keep = places.map((at, k) => `S${index}_${k}=v.getInt32(p+${at},true);`).join('');
  return `if(${same})p+=${length};else{${read}if(cursor.end===p+${length}){${keep}}else S${index}_0=0;p=cursor.end;T${index}=x}`;
}

/** Code that reads a field at p and leaves p behind it; `needsEnd`: e must be known before. */
interface FieldCode {
  readonly code: string;
  readonly needsEnd: boolean;
}

const plain = (code: string): FieldCode => ({ code, needsEnd: false });
const toTheEnd = (code: string): FieldCode => ({ code, needsEnd: true });

/** Moves p over everything but blanks, at most to the first byte of `after`. */
function skipWordCode({ after }: FieldContext): string {
  const stop = after === '' ? 0 : bytesOf(after)[0];
  return stop > 32 ? `while((c=b[p])>32&&c!==${stop})p++;` : 'while(b[p]>32)p++;';
}

/** The text between two positions must be none of these. */
export const neverCode = (never: readonly string[], from: string, to: string): string =>
  never.map((text) => `if(${to}-${from}===${bytesOf(text).length}&&${literalTest(text, from)})break fail;`).join('');

/** A name of one word; "-" is none. */
function nameCode(read: 'worker' | 'thread', context: FieldContext, never: readonly string[] = []): FieldCode {
  const column = read === 'worker' ? 'WK' : 'TH';
  const not = neverCode(never, 's', 'p');
  return plain(
    `s=p;${skipWordCode(context)}if(p===s)break fail;${not}${column}=p===s+1&&b[s]===45?-1:${read}(b,v,s,p);\n`,
  );
}

function textCode(never: readonly string[] | undefined, context: FieldContext): FieldCode {
  const { after, next } = context;
  if (never === undefined && after !== '') {
    // Most often the text is "-", and what follows stands right behind it.
    const dash = `b[p]===45&&${literalTest(after, 'p+1')}&&${nextTest(next, `p+1+${bytesOf(after).length}`)}`;
    return plain(`if(${dash})p++;else{${endCode}${searchCode(context)}}\n`);
  }
  return toTheEnd(`s=p;${searchCode(context)}${neverCode(never ?? [], 's', 'p')}\n`);
}

type Kind = Field['kind'];
type Emitters = { readonly [K in Kind]: (field: Extract<Field, { kind: K }>, context: FieldContext) => FieldCode };

const emitters: Emitters = {
  // A list of addresses has a blank after each comma.
  client: ({ port }, context) =>
    plain(`s=p;for(;;){${skipWordCode(context)}if(b[p]===32&&p>s&&b[p-1]===44)p++;else break}
t=p;${port ? 'k=p;while(k>s&&b[k-1]>47&&b[k-1]<58)k--;if(k>s&&k<p&&b[k-1]===58)t=k-1;' : ''}CL=client(b,v,s,t);if(CL<0){p=s;break fail}
`),
  time: ({ shape }, { index, used }) =>
    plain(`${stampCode(shape, index)}${used ? `T=${remembered[shape] ? `T${index}` : 'x'};` : ''}\n`),
  // Only in lines of named values.
  day: (_, context) => plain(skipWordCode(context)),
  duration({ unit, add }, { used, firstPart }) {
    if (!used) return plain(microsCode(unit));
    const isAdded = add && !firstPart;
    return plain(`${microsCode(unit)}${isAdded ? 'D+=x;' : 'D=x;'}if(D>${DURATION_LIMIT}){D=NaN;state.stepped++}\n`);
  },
  wait: ({ unit, before }) => plain(`${microsCode(unit)}W=x;${before ? 'L+=x;' : ''}\n`),
  lead: ({ unit }) => plain(`${microsCode(unit)}L+=x;\n`),
  number: () => plain(numberCode(0)),
  bytes: ({ known }) => plain(`${known ? 'if(b[p]===45)break fail;' : ''}${numberCode(0)}BY=x;\n`),
  arrival: () => toTheEnd('A=arrival(b,v,p,e);p=cursor.end;\n'),
  // There are few pids, so a small table by their value is tried before the memo of their digits.
  pid: () =>
    plain(`g=0;o=b[p]===60?1:0;p+=o;s=p;while((c=b[p])>47&&c<58){g=(g*10+(c-48))|0;p++}
if(p===s){if(c!==45)break fail;p++;WK=-1}
else if(p-s<10&&pidValues[g&${PID_SLOTS - 1}]===g&&b[s]!==48)WK=pidIds[g&${PID_SLOTS - 1}];
else{WK=worker(b,v,s,p);if(p-s<10&&b[s]!==48){pidValues[g&${PID_SLOTS - 1}]=g;pidIds[g&${PID_SLOTS - 1}]=WK}}
if(o===1){if(b[p]!==62)break fail;p++}
`),
  worker: ({ never }, context) => nameCode('worker', context, never),
  thread: (_, context) => nameCode('thread', context),
  collected: ({ use }, { index }) =>
    plain(`x=stamp${index}(b,v,p);if(x!==x){p=cursor.end;break fail}p=cursor.end;${use === 'ignored' ? '' : 'E=x;'}\n`),
  until: (_, { index }) => plain(`U=stamp${index}(b,v,p);if(U!==U){p=cursor.end;break fail}p=cursor.end;\n`),
  status: ({ known }) => plain(known ? `if(b[p]===45)break fail;${statusCode}` : statusCode),
  // No reason phrase has a digit: if there is one, a further field follows.
  'status-phrase': () =>
    toTheEnd(`${statusCode}if(b[p]>32)break fail;while(p<e){if((c=b[p])>47&&c<58)break fail;p++}\n`),
  request: (field, context) => plain(requestCode(context, field) + (field.known ? 'if(RT<0)break fail;\n' : '')),
  method: () => plain('ms=p;while(((c=b[p])>64&&c<91)||(c>96&&c<123)||c===45||c===95)p++;mt=p;\n'),
  target: (field, context) =>
    field.plain ? plain('us=p;while(b[p]>32)p++;ut=p;\n') : toTheEnd(`us=p;${searchCode(context)}ut=p;\n`),
  level: () => plain(`s=p;while(((c=b[p])>64&&c<91)||(c>96&&c<123))p++;if(p===s)break fail;\n`),
  'level-prefix': () =>
    plain('s=p;while(b[p]>64&&b[p]<91)p++;if(p===s||b[p]!==58)break fail;p++;while(p-s<9&&b[p]===32)p++;\n'),
  list: () =>
    plain(
      'for(;;){c=b[p];if(c===45)p++;else{s=p;while(((c=b[p])>47&&c<58)||c===46)p++;if(p===s)break fail}if(b[p]===44){p++;if(b[p]===32)p++}else if(b[p]===32&&b[p+1]===58&&b[p+2]===32)p+=3;else break}\n',
    ),
  // All bytes except a blank and the first byte of the text behind. Paths that a server decoded may contain control characters.
  word(_, { after }) {
    const stop = after === '' ? 32 : bytesOf(after)[0];
    return plain(`while((c=b[p])!==32&&c!==10${stop === 32 ? '' : `&&c!==${stop}`})p++;\n`);
  },
  text: ({ never }, context) => textCode(never, context),
  blanks: () => plain('if(b[p]!==32)break fail;while(b[p]===32)p++;\n'),
};

export function fieldCode<F extends Field>(field: F, context: FieldContext): FieldCode {
  const emit = emitters[field.kind] as (field: F, context: FieldContext) => FieldCode;
  return emit(field, context);
}

/** Nearly all lines have the same status as the line before: SW is its word, SV its value. */
const statusCode = `w=v.getInt32(p,true);if(w===SW){ST=SV;p+=3}else{c=b[p];ST=0;
if(c>47&&c<58&&b[p+1]>47&&b[p+1]<58&&b[p+2]>47&&b[p+2]<58&&!(b[p+3]>47&&b[p+3]<58)){ST=c*100+b[p+1]*10+b[p+2]-5328;p+=3;SW=w;SV=ST}
else if(c===45){p++;while(b[p]>47&&b[p]<58)p++;state.odd=1}
else if(c===78&&b[p+1]===111&&b[p+2]===110&&b[p+3]===101){p+=4;state.odd=1}
else if(c===48&&!(b[p+1]>47&&b[p+1]<58))p++;
else break fail}
`;

/** A plain request line is read in place. All others take the slow way, which finds their end by what must follow. */
function requestCode(
  { after, next, index }: FieldContext,
  { bareVersion, plain }: Extract<Field, { kind: 'request' }>,
): string {
  const version = bareVersion
    ? 'if(b[p+1]>47&&b[p+1]<58){p+=2;while(((c=b[p])>47&&c<58)||c===46)p++}'
    : 'if(v.getInt32(p,true)===1414809632&&b[p+4]===80&&b[p+5]===47){p+=6;while((c=b[p])>45&&c<58)p++}';
  const follows =
    after === ''
      ? '(b[p]===10||b[p]===13)'
      : `${literalTest(after, 'p')}&&${nextTest(next, `p+${bytesOf(after).length}`)}`;
  const backslash = plain ? '&&c!==92' : '';
  const otherwise = plain
    ? 'break fail;'
    : `{k=b.indexOf(10,p);RT=request(b,v,s,b[k-1]===13?k-1:k,after${index},${next});if(RT===-2)break fail;p=cursor.end}`;
  return `s=p;t=0;while((c=b[p])>64&&c<91)p++;
if(c===32&&p>s){p++;RT=recentRoutes.find(b,v,s,p);
 if(RT!==-2){p=t=recentRoutes.end;c=b[p]}
 else{while((c=b[p])>32&&c!==63&&c!==34${backslash})p++;t=p}
 if(c===63)while((c=b[p])>32&&c!==34${backslash})p++;
 if(c===32){${version}}
 if(!(${follows}))t=0}
if(t>0){if(RT===-2)RT=route(b,v,s,t)}
else ${otherwise}
`;
}
