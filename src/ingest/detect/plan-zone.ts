/** In which zone the stamps of a layout are read. */
import { MICROS_PER_MINUTE } from '../../core/time.ts';
import { createZone, type Zone } from '../zone.ts';
import { type Measured, share } from './measured-lines.ts';

const QUARTER_HOUR = 15 * MICROS_PER_MINUTE;

const pad = (value: number): string => String(Math.floor(value)).padStart(2, '0');
const offsetText = (minutes: number): string =>
  `${minutes < 0 ? '-' : '+'}${pad(Math.abs(minutes) / 60)}:${pad(Math.abs(minutes) % 60)}`;

/** Offset from UTC, minutes, that brings zone-less stamps (read as UTC) to those of the envelope; NaN when none does. */
function offsetByEnvelope(asUtc: Float64Array, envelope: Float64Array): number {
  const steps = Array.from(asUtc, (stamp, i) => Math.round((stamp - envelope[i]) / QUARTER_HOUR)).filter(
    (step) => step === step,
  );
  if (steps.length === 0) return Number.NaN;
  const step = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)];
  const fits = share(asUtc, (stamp, i) => Math.abs(stamp - step * QUARTER_HOUR - envelope[i]) < MICROS_PER_MINUTE);
  return fits >= 0.95 && Math.abs(step) <= 72 ? step * 15 : Number.NaN;
}

/** What is assumed of stamps that state no zone. */
export const zoneless = ({ name }: Zone): string =>
  `stamps without a zone are read as ${name} time; --timezone changes that`;

export interface StampZone {
  /** What the stamps state, 'mixed' where they differ, else the zone they are read in. */
  readonly name: string;
  /** Another one than was asked for: that in which the stamps agree with those of the envelope. */
  readonly found: Zone | null;
  readonly assumption: string | null;
}

/**
 * @param asked the zone of stamps without one
 * @param asUtc the stamps of the lines read as UTC beside those of the envelope; null where these cannot tell
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
