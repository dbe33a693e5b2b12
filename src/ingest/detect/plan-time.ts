/** Where a plan takes the time of its lines from: their own stamps or those of the envelopes, in which zone and resolution. */
import type { StampMeaning } from '../../core/batch.ts';
import type { LogFormat } from '../../core/format.ts';
import type { Columns } from '../compile/columns.ts';
import { fieldsOf, type Recipe } from '../compile/recipe.ts';
import type { PlanParts } from '../plan.ts';
import { createZone, type Zone } from '../zone.ts';
import type { Found } from './detect.ts';
import { type Measured, measure, share } from './measured-lines.ts';
import type { PlanContext } from './plan-context.ts';
import type { PlannedMeaning } from './plan-meaning.ts';
import { stampZone, zoneless } from './plan-zone.ts';
import type { Sample } from './sample.ts';

const TIME_OF_DAY =
  'stamps are times of day without a date: the first is read as the last time that the clock showed it, and the others as of the 24 hours from then on';

function isTimeOfDay(recipe: Recipe, { time }: Columns): boolean {
  const field = 'tokens' in recipe ? fieldsOf(recipe)[time] : null;
  return field?.kind === 'time' && field.shape === 'clock';
}

/** The stamps of the lines of a layout, and of the envelopes around them. */
export interface LineStamps {
  readonly measured: Measured;
  /** The zone in which stamps without one are read, and its name in reports; the name is null if the lines have no stamp of their own. */
  readonly zone: Zone;
  readonly zoneName: string | null;
  /** µs: one tick of the stamps; 1 if the lines have none. */
  readonly tickMicros: number;
  /** Nearly all lines have an envelope with a stamp; and all of these stamps state their zone. */
  readonly isEnveloped: boolean;
  readonly isEnvelopeZoned: boolean;
  /** None of these stamps is only a time of day. */
  readonly isEnvelopeDated: boolean;
  readonly assumptions: readonly string[];
}

export function lineStamps(
  recipe: Recipe,
  columns: Columns,
  found: Found,
  sample: Sample,
  context: PlanContext,
): LineStamps {
  const measureIn = (zone: Zone) => measure(recipe, columns, found, sample, zone, context);
  const { zone, zoneGiven } = context;
  const measured = measureIn(zone);
  const isEnveloped = share(measured.envelope, (stamp) => stamp === stamp) >= 0.9;
  const isEnvelopeZoned = found.taken.every((line) => sample.lines[line].stampZoned);
  const isEnvelopeDated = found.taken.every((line) => sample.lines[line].stampDated);
  const envelopes = { isEnveloped, isEnvelopeZoned, isEnvelopeDated };
  if (columns.time < 0) return { measured, zone, zoneName: null, tickMicros: 1, ...envelopes, assumptions: [] };
  const asUtc = isEnveloped && isEnvelopeZoned ? () => measureIn(createZone('UTC')) : null;
  const read = stampZone(measured, zone, zoneGiven, asUtc);
  const inZone = read.found ? measureIn(read.found) : measured;
  return {
    measured: inZone,
    zone: read.found ?? zone,
    zoneName: read.name,
    tickMicros: Math.max(1, 10 ** (6 - inZone.digits)),
    ...envelopes,
    assumptions: [
      ...(isTimeOfDay(recipe, columns) ? [TIME_OF_DAY] : []),
      ...(read.assumption === null ? [] : [read.assumption]),
    ],
  };
}

/** Which half of a request lines are about. */
export type Half = 'begin' | 'end';
const stampOfHalf = { begin: 'start', end: 'end' } as const;

export interface PlanTime {
  /** null: there is no stamp at all, so the meaning is unknown. */
  readonly meaning: StampMeaning | null;
  readonly envelopeTime: PlanParts['envelopeTime'];
  readonly zoneName: string | null;
  /** µs: one tick of the stamps that are used; and one tick of the lines' own stamps, for lines without the envelope's. */
  readonly tickMicros: number;
  readonly coarseTickMicros: number;
  readonly assumptions: readonly string[];
}

/** Whether the stamps of the envelopes are finer than those of the lines and lie within their ticks. */
function sharpens({ measured, tickMicros }: LineStamps): boolean {
  const { envelope, stamps, envelopeTickMicros } = measured;
  if (tickMicros <= envelopeTickMicros) return false;
  return share(envelope, (stamp, i) => stamp >= stamps[i] && stamp < stamps[i] + tickMicros) >= 0.9;
}

/**
 * @param own what the stamps of the lines mean
 * @param half which half of a request the lines are about, if other lines are about the other half
 */
export function planTime(
  stamps: LineStamps,
  own: PlannedMeaning,
  half: Half | null,
  { written }: LogFormat,
  { zoneGiven, live }: PlanContext,
): PlanTime {
  const { measured, zone, zoneName, tickMicros, isEnveloped, isEnvelopeZoned, isEnvelopeDated } = stamps;
  const { envelopeTickMicros } = measured;
  if (zoneName === null && isEnveloped) {
    return {
      meaning: half ? stampOfHalf[half] : written,
      envelopeTime: 'taken',
      zoneName: isEnvelopeZoned ? '+00:00' : zone.name,
      tickMicros: envelopeTickMicros,
      coarseTickMicros: envelopeTickMicros,
      assumptions: [
        ...(isEnvelopeDated ? [] : [TIME_OF_DAY]),
        ...(isEnvelopeZoned || zoneGiven ? [] : [zoneless(zone)]),
      ],
    };
  }
  const stated = half && own.meaning !== null ? stampOfHalf[half] : own.meaning;
  // A collector stamps a line after it was written, which may be long after the start of the request.
  const isSharper = isEnveloped && half === null && stated !== 'start' && stated !== null && sharpens(stamps);
  return {
    meaning: stated ?? (live ? 'arrival' : null),
    envelopeTime: isSharper ? 'sharpens' : 'ignored',
    zoneName,
    tickMicros: isSharper ? envelopeTickMicros : tickMicros,
    coarseTickMicros: tickMicros,
    assumptions: [],
  };
}
