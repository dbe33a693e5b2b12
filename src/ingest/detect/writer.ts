/** Which server wrote lines that several servers write alike. */
import type { LogFormat } from '../../core/format.ts';
import type { Found } from './detect.ts';
import type { PlanContext } from './plan-context.ts';
import type { Sample } from './sample.ts';
import { formatOfTag } from './trial.ts';

const url = /"[A-Z]+ https?:\/\/[^"/ ]+\/\S* HTTP\/[\d.]+"/;

/** Told by the tag of the envelope, or by lines of its own beside them. */
export function writerOf(found: Found, sample: Sample, context: PlanContext): LogFormat {
  const { format } = found.candidate;
  const { alsoBy } = format;
  if (alsoBy && context.seen.has(alsoBy.id) && !context.seen.has(alsoBy.unless)) {
    return context.formats.find(({ id }) => id === alsoBy.id) ?? format;
  }
  if (found.candidate.loose && format.id === 'custom') {
    const named = namedByTag(found, sample, context);
    if (named) return named;
  }
  if (format.id !== 'combined') {
    const beside = [format, ...found.rivals].filter(({ id }) => context.seen.has(id));
    if (beside.length === 1) return beside[0];
    // Lines of a shape of their own beside those of one server are most likely that server's.
    const spoke = found.candidate.loose
      ? context.formats.filter(({ id, proxy, layouts }) => proxy !== true && layouts.length > 0 && context.seen.has(id))
      : [];
    return spoke.length === 1 ? spoke[0] : format;
  }
  const named = namedByTag(found, sample, context);
  if (named) return named;
  const beside = context.formats.filter(({ id, writesCombined }) => writesCombined === true && context.seen.has(id));
  return beside.length === 1 ? beside[0] : (writerOfUrls(found.taken, sample, context.formats) ?? format);
}

/** The first format that a tag of an envelope, or the name of a logger in it, names. */
function namedByTag({ taken }: Found, sample: Sample, { formats, runtime }: PlanContext): LogFormat | undefined {
  const tags = new Set(taken.map((line) => sample.lines[line].tag).filter((tag) => tag > 0));
  for (const tag of tags) {
    const named = formatOfTag(formats, runtime.tagName(tag));
    if (named) return named;
  }
  return undefined;
}

/** The server that writes whole URLs into the requests of Combined lines, where all lines have them. */
export function writerOfUrls(
  lines: readonly number[],
  { b, lines: all }: Sample,
  formats: readonly LogFormat[],
): LogFormat | undefined {
  const hasUrl = (line: number) => url.test(b.toString('latin1', all[line].start, all[line].end));
  return lines.length > 0 && lines.every(hasUrl) ? formats.find(({ writesUrls }) => writesUrls === true) : undefined;
}
