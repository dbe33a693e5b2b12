/** Which server wrote lines that several servers write alike. */
import type { LogFormat } from '../../core/format.ts';
import { fieldsOf } from '../compile/recipe.ts';
import type { Found } from './detect.ts';
import type { PlanContext } from './plan-context.ts';
import type { Sample } from './sample.ts';
import { formatOfTag } from './trial.ts';

const url = /"[A-Z]+ https?:\/\/[^"/ ]+\/\S* HTTP\/[\d.]+"/;
/**
 * Client with port, request line and status with its phrase, in any order: 127.0.0.1:5000 - "GET / HTTP/1.1" 200 OK. They may also be
 * values of a record. Frameworks that write "200 OK", too, do not know the port.
 */
const phrases: readonly RegExp[] = [
  /(?:(?:\d{1,3}\.){3}\d{1,3}|::[\da-f:.]{0,40}):\d{1,5}\b/,
  / HTTP\/[\d.]+/,
  /(?:^|[^\w.])[1-5]\d\d [A-Z][A-Za-z'-]*(?: [A-Za-z'-]+)*(?=$|[^\w ])/,
];

/** Named by the tag of the envelope, or by the server's own lines among the others. */
export function writerOf(found: Found, sample: Sample, context: PlanContext): LogFormat {
  const { format, loose, recipe } = found.candidate;
  const { alsoBy } = format;
  if (alsoBy && context.seen.has(alsoBy.id) && !context.seen.has(alsoBy.unless)) {
    return context.formats.find(({ id }) => id === alsoBy.id) ?? format;
  }
  if (format.id === 'combined') return writerOfCombined(found, sample, context);
  const isOfAnyone = format.id === 'custom';
  const named =
    (isOfAnyone && loose ? namedByTag(found, sample, context) : undefined) ??
    (isOfAnyone || 'keyed' in recipe ? writerOfPhrases(found, sample, context.formats) : undefined);
  return named ?? writerBeside(found, context);
}

/** Of the formats that it may be, the only one of which server lines were seen. */
function writerBeside({ candidate: { format, loose }, rivals }: Found, { formats, seen }: PlanContext): LogFormat {
  const beside = [format, ...rivals].filter(({ id }) => seen.has(id));
  if (beside.length === 1) return beside[0];
  // Lines of unknown shape among lines of one server are most likely that server's.
  const spoke = loose
    ? formats.filter(({ id, proxy, layouts }) => proxy !== true && layouts.length > 0 && seen.has(id))
    : [];
  return spoke.length === 1 ? spoke[0] : format;
}

function writerOfCombined(found: Found, sample: Sample, context: PlanContext): LogFormat {
  const { formats, seen } = context;
  const named = namedByTag(found, sample, context);
  if (named) return named;
  const beside = formats.filter(({ id, writesCombined }) => writesCombined === true && seen.has(id));
  return beside.length === 1 ? beside[0] : (writerOfUrls(found.taken, sample, formats) ?? found.candidate.format);
}

/** The first format that is named by a tag of an envelope or by the name of a logger in it. */
function namedByTag({ taken }: Found, sample: Sample, { formats, runtime }: PlanContext): LogFormat | undefined {
  const tags = new Set(taken.map((line) => sample.lines[line].tag).filter((tag) => tag > 0));
  for (const tag of tags) {
    const named = formatOfTag(formats, runtime.tagName(tag));
    if (named) return named;
  }
  return undefined;
}

/** Bytes of a line; a URL may be long. */
const LOOKED_AT_BYTES = 8192;
/** Share of the lines that must match; a status without a name has no phrase. */
const MOST = 0.9;

/** The server that writes the phrase of the status, and neither a duration nor a size. */
function writerOfPhrases(
  { candidate, taken }: Found,
  sample: Sample,
  formats: readonly LogFormat[],
): LogFormat | undefined {
  if (fieldsOf(candidate.recipe).some((field) => field?.kind === 'duration' || field?.kind === 'bytes'))
    return undefined;
  return matching(phrases, taken, sample) >= MOST * taken.length
    ? formats.find(({ writesPhrases }) => writesPhrases === true)
    : undefined;
}

/** Number of the lines in which each of these expressions is found. */
const matching = (expressions: readonly RegExp[], taken: readonly number[], { b, lines }: Sample): number =>
  taken.filter((line) => {
    const { start, end } = lines[line];
    const text = b.toString('latin1', start, Math.min(end, start + LOOKED_AT_BYTES));
    return expressions.every((expression) => expression.test(text));
  }).length;

/** The server that writes whole URLs into the requests of Combined lines, if all lines have them. */
export function writerOfUrls(
  lines: readonly number[],
  sample: Sample,
  formats: readonly LogFormat[],
): LogFormat | undefined {
  return lines.length > 0 && matching([url], lines, sample) === lines.length
    ? formats.find(({ writesUrls }) => writesUrls === true)
    : undefined;
}
