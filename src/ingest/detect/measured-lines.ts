/** Measures the stamps and durations of the sampled lines of a layout. */
import type { Columns } from '../compile/columns.ts';
import { compile, type Recipe } from '../compile/recipe.ts';
import type { Zone } from '../zone.ts';
import type { Found } from './detect.ts';
import type { PlanContext } from './plan-context.ts';
import type { Sample } from './sample.ts';

/** µs: the stamp of an envelope is not finer than this, as the collector reads the line some time after it was written. */
const ENVELOPE_RESOLUTION = 1000;

/** Bytes of " UTC" and one more behind it. */
const NAME_BYTES = 5;

/** One value per line that the layout took. */
export interface Measured {
  /** µs; NaN if the line has none. */
  readonly stamps: Float64Array;
  readonly durations: Float64Array;
  /** Most digits of a fraction of a second in the stamps. */
  readonly digits: number;
  /** Offsets that the stamps state, in minutes; NaN: one of them states none. */
  readonly offsets: ReadonlySet<number>;
  /** "UTC" stands behind the stamps of all lines. Other names of zones change with the season, so they give an offset only until then. */
  readonly isNamedUtc: boolean;
  /** Stamps of the envelopes, µs; NaN: unknown. */
  readonly envelope: Float64Array;
  /** µs: one tick of the envelopes' stamps. */
  readonly envelopeTickMicros: number;
}

export function measure(
  recipe: Recipe,
  columns: Columns,
  { taken }: Found,
  sample: Sample,
  zone: Zone,
  context: PlanContext,
): Measured {
  const { trials, runtime } = context;
  const { batch } = trials;
  const scan = compile(recipe, columns, runtime, { explain: true, zone });
  const stamps = new Float64Array(taken.length);
  const durations = new Float64Array(taken.length);
  const offsets = new Set<number>();
  let namedUtc = 0;
  let digits = 0;
  taken.forEach((line, i) => {
    batch.time[0] = Number.NaN;
    batch.duration[0] = Number.NaN;
    batch.length = 0;
    const { start } = sample.lines[line];
    scan(sample.b, sample.v, start, start + 1, batch, 0);
    stamps[i] = batch.time[0];
    durations[i] = batch.duration[0];
    const span = runtime.state.spans.find(({ token }) => token === columns.time);
    if (!span) return;
    digits = Math.max(digits, span.digits);
    offsets.add(span.offsetMinutes);
    // Once it is missing in a line, it does not matter whether it stands in others.
    if (namedUtc < i) return;
    // In a record, the name is part of the value.
    const around = sample.b.toString('latin1', Math.max(span.from, span.to - NAME_BYTES), span.to + NAME_BYTES);
    if (/\d ?UTC(?![\w+-])/.test(around)) namedUtc++;
  });
  batch.time[0] = Number.NaN;
  batch.duration[0] = Number.NaN;
  const isNamedUtc = namedUtc > 0 && namedUtc === taken.length;
  const envelope = Float64Array.from(taken, (line) => sample.lines[line].stamp);
  const envelopeDigits = taken.reduce((most, line) => Math.max(most, sample.lines[line].stampDigits), 0);
  const envelopeTickMicros = Math.max(ENVELOPE_RESOLUTION, 10 ** (6 - envelopeDigits));
  return { stamps, durations, digits, offsets, isNamedUtc, envelope, envelopeTickMicros };
}

/** Share of the values that pass. */
export const share = (values: Float64Array, test: (value: number, index: number) => boolean): number =>
  values.reduce((count, value, i) => count + (test(value, i) ? 1 : 0), 0) / Math.max(1, values.length);
