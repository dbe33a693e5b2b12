/**
 * A bare epoch beside the server's own stamp. Either it is the same moment with more digits or, where it lies before the server's stamp
 * often enough, it is the X-Request-Start header in which a proxy wrote when the request reached it.
 */
import type { Field } from '../../core/format.ts';
import { isLiteral } from '../compile/layout.ts';
import type { Recipe } from '../compile/recipe.ts';
import type { Sample, Trials } from './sample.ts';
import type { Trial } from './trial.ts';

type TimeField = Extract<Field, { kind: 'time' }>;

/** Most lines that are looked at. */
const LOOKED_AT = 400;
/** An epoch is an arrival if it is earlier than the stamp in at least so many lines, and in this share of them. */
const ENOUGH = 3;
const SHARE = 0.02;
const MICROS = 1_000_000;
/** Seconds: offsets of zones differ by multiples of this, and a stamp without a zone may be of any. */
const ZONE_STEP = 900;

const isEpoch = ({ shape, named }: TimeField): boolean => shape.startsWith('epoch') && named !== true;
const isServers = ({ shape }: TimeField): boolean => shape.startsWith('clf');

/** Index of the first token of a time that meets the condition; -1: none. */
const indexOf = ({ tokens }: Extract<Recipe, { tokens: unknown }>, is: (field: TimeField) => boolean): number =>
  tokens.findIndex((token) => !isLiteral(token) && token.field.kind === 'time' && is(token.field));

/** The recipe with another field at this index. */
const withField = ({ tokens }: Extract<Recipe, { tokens: unknown }>, index: number, field: Field): Recipe => ({
  tokens: tokens.map((token, i) => (i === index ? { field } : token)),
});

/** Whole seconds from one moment to another, without what a difference between their zones may account for. */
function secondsBetween(from: number, to: number): number {
  const apart = Math.floor(to / MICROS) - Math.floor(from / MICROS);
  return apart - ZONE_STEP * Math.round(apart / ZONE_STEP);
}

/** The trial, with a bare epoch that comes before the server's stamps read as the arrival of the request. */
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
