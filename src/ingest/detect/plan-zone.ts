/** In which zone the stamps of a layout are read. */
import { MICROS_PER_MINUTE } from '../../core/time.ts';
import { createZone, type Zone } from '../zone.ts';
import { type Measured, share } from './measured-lines.ts';

const QUARTER_HOUR = 15 * MICROS_PER_MINUTE;

const pad = (value: number): string => String(Math.floor(value)).padStart(2, '0');
const offsetText = (minutes: number): string =>
  `${minutes < 0 ? '-' : '+'}${pad(Math.abs(minutes) / 60)}:${pad(Math.abs(minutes) % 60)}`;

/** Offset from UTC in minutes that makes zone-less stamps (read as UTC) agree with those of the envelope; NaN: none does. */
function offsetByEnvelope(asUtc: Float64Array, envelope: Float64Array): number {
  const steps = Array.from(asUtc, (stamp, i) => Math.round((stamp - envelope[i]) / QUARTER_HOUR)).filter(
    (step) => step === step,
  );
  if (steps.length === 0) return Number.NaN;
  const step = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)];
  const fits = share(asUtc, (stamp, i) => Math.abs(stamp - step * QUARTER_HOUR - envelope[i]) < MICROS_PER_MINUTE);
  return fits >= 0.95 && Math.abs(step) <= 72 ? step * 15 : Number.NaN;
}

/** What is assumed about stamps without a zone. */
export const zoneless = ({ name }: Zone): string =>
  `stamps without a zone are read as ${name} time; --timezone changes that`;

export interface StampZone {
  /** The offset that the stamps state, 'mixed' if these differ, otherwise the zone they are read in. */
  readonly name: string;
  /** The zone in which the stamps agree with those of the envelope; null: the zone that was asked for is used. */
  readonly found: Zone | null;
  readonly assumption: string | null;
}

/**
 * @param asked the zone of stamps without one
 * @param asUtc measures the lines with their stamps read as UTC, to compare with those of the envelope; null: there is nothing to compare
 * with
 */
export function stampZone(
  { offsets, isNamedUtc }: Measured,
  asked: Zone,
  isGiven: boolean,
  asUtc: (() => Measured) | null,
): StampZone {
  const stated = [...offsets].filter((minutes) => !Number.isNaN(minutes));
  if (stated.length > 1 || (stated.length === 1 && offsets.size > 1))
    return { name: 'mixed', found: null, assumption: null };
  if (stated.length === 1) return { name: offsetText(stated[0]), found: null, assumption: null };
  if (isNamedUtc) return { name: offsetText(0), found: createZone('UTC'), assumption: null };
  const read = isGiven ? null : asUtc?.();
  const offset = read ? offsetByEnvelope(read.stamps, read.envelope) : Number.NaN;
  if (Number.isNaN(offset)) return { name: asked.name, found: null, assumption: isGiven ? null : zoneless(asked) };
  const name = offsetText(offset);
  const assumption = `stamps without a zone are read at ${name}, which the stamps of the envelope show`;
  return { name, found: createZone(name), assumption };
}
