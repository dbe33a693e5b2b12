/**
 * A bare epoch beside the stamp of a server: the same moment in more digits, or, where it lies before the second that the server
 * says again and again, what a proxy wrote into X-Request-Start when the request came to it.
 */
import type { Field } from '../../core/format.ts';
import { isLiteral } from '../compile/layout.ts';
import type { Recipe } from '../compile/recipe.ts';
import type { Sample, Trials } from './sample.ts';
import type { Trial } from './trial.ts';

type TimeField = Extract<Field, { kind: 'time' }>;

/** Lines looked at. */
const LOOKED_AT = 400;
/** Lines that are enough, and the share of all. */
const ENOUGH = 3;
const SHARE = 0.02;
const MICROS = 1_000_000;
/** Zones are apart by so much, in seconds: a stamp without one may be of any. */
const ZONE_STEP = 900;

const isEpoch = ({ shape, named }: TimeField): boolean => shape.startsWith('epoch') && named !== true;
const isServers = ({ shape }: TimeField): boolean => shape.startsWith('clf');

/** Index of the token of a stamp that is one of these, -1 for none. */
const indexOf = ({ tokens }: Extract<Recipe, { tokens: unknown }>, is: (field: TimeField) => boolean): number =>
  tokens.findIndex((token) => !isLiteral(token) && token.field.kind === 'time' && is(token.field));

/** The recipe with another field at this place. */
const withField = ({ tokens }: Extract<Recipe, { tokens: unknown }>, index: number, field: Field): Recipe => ({
  tokens: tokens.map((token, i) => (i === index ? { field } : token)),
});

/** Whole seconds from one moment to another one, whatever the zone of either. */
function secondsBetween(from: number, to: number): number {
  const apart = Math.floor(to / MICROS) - Math.floor(from / MICROS);
  return apart - ZONE_STEP * Math.round(apart / ZONE_STEP);
}

/** What was found around a layout, an epoch that came before its stamps read as the arrival of the request. */
export function withArrival<T extends Omit<Trial, 'taken'>>(
  trial: T,
  sample: Sample,
  lines: readonly number[],
  trials: Trials,
): T {
  const { recipe } = trial.candidate;
  if (!('tokens' in recipe)) return trial;
  const [epoch, own] = [indexOf(recipe, isEpoch), indexOf(recipe, isServers)];
  if (epoch < 0 || own < 0) return trial;
  const timesOf = (without: number) => {
    const one = withField(recipe, without, { kind: 'text' });
    return lines.slice(0, LOOKED_AT).map((line) => {
      trials.batch.time[0] = Number.NaN;
      return trials.takes(one, sample, sample.lines[line].start) ? trials.batch.time[0] : Number.NaN;
    });
  };
  const [came, written] = [timesOf(own), timesOf(epoch)];
  const apart = came.map((at, i) => secondsBetween(at, written[i])).filter((seconds) => seconds === seconds);
  const before = apart.filter((seconds) => seconds > 0).length;
  const behind = apart.filter((seconds) => seconds < 0).length;
  trials.batch.time[0] = Number.NaN;
  if (before < Math.max(ENOUGH, SHARE * apart.length) || behind * 10 > before) return trial;
  return { ...trial, candidate: { ...trial.candidate, recipe: withField(recipe, epoch, { kind: 'arrival' }) } };
}
