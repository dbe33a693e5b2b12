/** Lines of named values: decides which of the keys that could fill a column does so in these lines, and the unit of its values. */
import type { Field, KeyedLayout } from '../../core/format.ts';
import { printable } from '../../core/text.ts';
import { wholeSpent } from '../spent-time.ts';
import { findFreeKeys } from './free-keys.ts';
import { isDay, last, shapeOfDates } from './key-columns.ts';
import { isProcess, isStatusLine } from './key-meanings.ts';
import { isTimeOfDay } from './pieces.ts';
import { FEW_PROCESSES, mayRepeat } from './repeating-values.ts';
import type { Sample, Trials } from './sample.ts';
import type { Trial } from './trial.ts';
import {
  areWhole,
  doubtOfMillis,
  guessUnit,
  isRefuted,
  otherUnit,
  type UnitContext,
  unitOfWhole,
  unitUnknown,
} from './units.ts';

const SAMPLED_LINES = 200;
/** Most characters of a key that are shown in a sentence. */
const MAX_KEY = 60;

/** The column that a field fills; null: several fields of its kind may stand in one line. */
function columnOf(field: Field): string | null {
  switch (field.kind) {
    case 'duration':
      return field.add ? null : 'duration';
    case 'pid':
    case 'worker':
      return 'worker';
    case 'wait':
    case 'lead':
      return null;
    default:
      return field.kind;
  }
}

type Entries = readonly (readonly [string, Field])[];

/** Date and time of day as fields of their own, if they have a key each and no key has both. */
function withDayApart(entries: Entries, texts: readonly (readonly string[])[]): Entries {
  const stamps = entries.flatMap(([, { kind }], i) => (kind === 'time' && texts[i].length > 0 ? [i] : []));
  const day = stamps.find((i) => texts[i].every((text) => isDay.test(text)));
  const clock = stamps.find((i) => areClocks(texts[i]));
  if (day === undefined || clock === undefined || stamps.length > 2) return entries;
  return entries.map(([key, field], i) => {
    if (i === day) return [key, { kind: 'day' }];
    return i === clock && field.kind === 'time' ? [key, { ...field, shape: 'iso', apart: true }] : [key, field];
  });
}

/** Whether these are times of day without a date, which Elixir's Logger writes in front of the pairs. */
const areClocks = (texts: readonly string[]): boolean =>
  texts.length > 0 &&
  texts.every((text) => /^\d\d:\d\d:\d\d(?:[.,]\d+)?(?![\d:])/.test(text)) &&
  shapeOfDates(texts) === null;

/** @param key as a format declares it: words */
const hasKey = (key: string) => {
  const pattern = new RegExp(`(?:^|[\\s"'{,])${last(key)}["']?\\s*[:=]`);
  return (text: string): boolean => pattern.test(text);
};

/** Whether a field says what was requested, or a part of it. */
const asks = ({ kind }: Field): boolean => kind === 'request' || kind === 'method' || kind === 'target';

/** Names of nginx's variables. They mark a proxy, whose pid says nothing about the workers behind it. */
const upstream = /[\s"'{,](?:urt|uct|uht|upstream_(?:addr|status|\w*_time))["']?\s*[:=]/;

/** HAProxy's timers under their own names: before the queue, in the queue, behind it, and the whole. */
const timers: Readonly<Record<string, Field>> = {
  TR: { kind: 'lead', unit: 'ms' },
  Tw: { kind: 'wait', unit: 'ms', before: true },
  Tc: { kind: 'lead', unit: 'ms' },
  Ta: { kind: 'duration', unit: 'ms', covers: 'response' },
};
const hasTimers = (text: string): boolean => /[\s"'{,]Tw["']?\s*[:=]/.test(text) && /[\s"'{,]Ta["']?\s*[:=]/.test(text);

/** "time":"[29/Oct/2024:17:04:15 +0000]", pid=<811> */
const gunicornAtom = /(?:^|[:=] ?"?)(?:\[\d\d\/[A-Z][a-z]{2}\/\d{4}:|<\d+>)/;
const clfStamp = /\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}/;

function settleKeys(
  declared: KeyedLayout,
  sample: Sample,
  lines: readonly number[],
  trials: Trials,
): { keyed: KeyedLayout; assumptions: string[] } {
  const sampled = lines
    .slice(0, SAMPLED_LINES)
    .map((line) => sample.b.toString('utf8', sample.lines[line].start, sample.lines[line].end));
  // What the usual names leave open may have another name.
  const free = findFreeKeys(sampled);
  const isHaproxy = sampled.filter(hasTimers).length * 2 > sampled.length;
  const isProxy = isHaproxy || sampled.some((text) => upstream.test(text));
  const isAsked = Object.entries(declared.fields).some(([key, field]) => asks(field) && sampled.some(hasKey(key)));
  const others = Object.entries(free?.fields ?? {}).filter(
    ([key, field]) => !(key in declared.fields) && !(isAsked && asks(field)),
  );
  const layout: KeyedLayout = {
    ...declared,
    fields: { ...declared.fields, ...Object.fromEntries(others), ...(isHaproxy ? timers : {}) },
  };
  const named = Object.entries(layout.fields);
  const texts = named.map((): string[] => []);
  for (const line of lines.slice(0, SAMPLED_LINES)) {
    const spans = trials.spans({ keyed: layout }, sample, sample.lines[line].start) ?? [];
    for (const { token, from, to } of spans) texts[token].push(sample.b.toString('latin1', from, to));
  }
  const assumptions: string[] = [];
  const filled = new Set<string>();
  const fields: Record<string, Field> = {};
  const most = Math.max(...texts.map((values) => values.length));
  const entries = withDayApart(named, texts);
  // Only a stamp that at least half of the lines have gives the time they span.
  const known = entries.filter(([, { kind }], i) => kind !== 'time' || texts[i].length * 2 >= most);
  const spanned = { keyed: { ...layout, fields: Object.fromEntries(known) } };
  const isDated = entries.some(([, { kind }], i) => kind === 'time' && texts[i].length > 0 && !areClocks(texts[i]));
  const context = (): UnitContext => ({
    spannedSeconds: trials.spannedSeconds(spanned, sample, lines),
    byServer: false,
    named: true,
    byGunicorn: sampled.some((text) => gunicornAtom.test(text)),
    clfStamps: sampled.some((text) => clfStamp.test(text)),
  });
  entries.forEach(([key, field], i) => {
    const values = texts[i];
    if (!mayBe(field, key, values, isProxy)) return;
    if (!layout.requires.includes(key) && values.length * 2 < most) return;
    const column = columnOf(field);
    if (column !== null && filled.has(column)) return;
    const settled =
      field.kind === 'duration' ? settleDuration(field, key, values, context) : settleTime(field, values, isDated);
    if (settled.said !== null) assumptions.push(settled.said);
    if (settled.field === null) return;
    fields[key] = settled.field;
    if (column !== null) filled.add(column);
  });
  return { keyed: { ...layout, fields }, assumptions };
}

/** Whether the values look like what the key names. */
function mayBe(field: Field, key: string, values: readonly string[], isProxy: boolean): boolean {
  const { kind } = field;
  // "time=0.031s" is no time of day, and leaves the column to another key.
  if (field.kind === 'time') {
    const isTime = field.apart === true || key === '' || isTimeOfDay(values);
    return isTime || !values.some((text) => wholeSpent.test(text));
  }
  // "s": 0.031 is no status, though gunicorn's atom "s" is.
  if (kind === 'status' && key === 's') return values.filter(isStatusLine).length * 2 >= values.length;
  if (kind === 'pid') {
    // No proxy writes its pid in angle brackets: such a pid is gunicorn's, whatever its times are called.
    const isOfServer = !isProxy || values.every((text) => /^<\d+>$/.test(text));
    return isOfServer && mayRepeat(values, isProcess(key) ? FEW_PROCESSES : undefined);
  }
  return true;
}

/** A time of day is only used as a stamp if there is no date. */
function settleTime(
  field: Field,
  values: readonly string[],
  isDated: boolean,
): { field: Field | null; said: string | null } {
  if (field.kind !== 'time' || field.apart) return { field, said: null };
  if (areClocks(values)) return { field: isDated ? null : { ...field, shape: 'clock' }, said: null };
  const guess = shapeOfDates(values);
  return guess ? { field: { ...field, shape: guess.shape }, said: guess.assumed } : { field, said: null };
}

/** The field with the unit that its values show, and what to say about it. A null field is not used. */
function settleDuration(
  field: Extract<Field, { kind: 'duration' }>,
  key: string,
  values: readonly string[],
  context: () => UnitContext,
): { field: Field | null; said: string | null } {
  if (field.unit !== 'by-value') return settleKnownUnit(field, key, values, context);
  const guess = guessUnit(values, context());
  const name = `"${printable(key, MAX_KEY)}"`;
  if (!guess) {
    // Whole numbers are a counter, or a setting that never changes; other values state their unit.
    const isNone = values.some((text) => /^\d+$/.test(text));
    return { field: isNone ? null : { ...field, unit: 'ms' }, said: null };
  }
  if (guess.unit === null) return { field: null, said: unitUnknown(name, guess) };
  return { field: { ...field, unit: guess.unit }, said: `${name} is taken as the duration (${guess.because})` };
}

/** The same for a key that names its unit, which the values may refute. */
function settleKnownUnit(
  field: Extract<Field, { kind: 'duration' }>,
  key: string,
  values: readonly string[],
  context: () => UnitContext,
): { field: Field | null; said: string | null } {
  const { unit, wholeUnits, covers } = field;
  if (wholeUnits !== undefined && areWhole(values)) {
    const whole = unitOfWhole(values, wholeUnits);
    const said =
      whole === null
        ? `"${printable(key, MAX_KEY)}" is not used: its whole numbers may be ${wholeUnits.join(' or ')}`
        : null;
    return { field: whole === null ? null : { kind: 'duration', unit: whole, covers }, said };
  }
  if (unit === 'written' || unit === 'by-value') return { field, said: null };
  if (!isRefuted(values, unit, context())) {
    const mayBeMicros = unit === 'ms' && context().byGunicorn;
    const doubt = mayBeMicros ? doubtOfMillis(`"${printable(key, MAX_KEY)}"`, values) : null;
    return { field: doubt === null ? field : null, said: doubt };
  }
  const told = guessUnit(values, context());
  const other = told && told.unit !== unit ? told.unit : null;
  const said = otherUnit(`"${printable(key, MAX_KEY)}"`, other === null ? null : told);
  return { field: other === null ? null : { ...field, unit: other }, said };
}

/** Settles what only the lines can show of named values: which keys they have, and the unit of a duration. */
export function settle(trial: Trial, sample: Sample, trials: Trials): Trial {
  if (!('keyed' in trial.candidate.recipe)) return trial;
  const { keyed, assumptions } = settleKeys(trial.candidate.recipe.keyed, sample, trial.taken, trials);
  const candidate = { ...trial.candidate, recipe: { keyed } };
  return { ...trial, candidate, assumptions: [...trial.assumptions, ...assumptions] };
}
