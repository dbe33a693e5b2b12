/** Which field of a layout fills which column, and which facts of the stream follow from that. */
import type { FieldSet, StampMeaning } from '../../core/batch.ts';
import type { DurationUnit, Field, StampShape } from '../../core/format.ts';

export interface Columns {
  /** Index of the field whose stamp is used; -1: none. */
  readonly time: number;
  /** null: the lines have no time. */
  readonly stampMeaning: StampMeaning | null;
  /** Indices of the fields that give the duration: one, or several that are added. */
  readonly duration: readonly number[];
  readonly durationCovers: 'service' | 'response' | null;
  readonly fields: FieldSet;
}

const fineness: Record<DurationUnit, number> = { ns: 6, us: 5, ms: 2, s: 0, 'by-value': -1, written: 2 };
/** Of a date in any other order: a server's own stamp beside it is more reliable. */
const OF_A_PATTERN = -1;
const stampFineness = (field: Extract<Field, { kind: 'time' }>): number => {
  const byShape: Partial<Record<StampShape, number>> = {
    clf: 0,
    'clf-local': 0,
    'clf-blank': 0,
    ctime: 0,
    compact: 0,
    // These lack the year, or do not show which number is the month: a server's own stamp beside them is more reliable.
    syslog: -1,
    'month-day': -1,
    'day-first': -1,
    'month-first': -1,
    'named-month': -1,
    'year-first': 0,
    'month-name-first': -1,
    clock: -2,
    'iso-utc': 2,
    iso: 2,
    'epoch-s': 2,
    'epoch-ms': 3,
    'epoch-us': 4,
    'epoch-ns': 4,
    any: 2,
  };
  return (byShape[field.shape] ?? OF_A_PATTERN) - (field.coarse ? 0.5 : 0);
};

/**
 * @param all fields by index, null for a literal
 * @param written what a stamp of the logging layer means
 */
export function chooseColumns(all: readonly (Field | null)[], written: StampMeaning): Columns {
  const fields = all.map((field, index) => ({ field, index }));
  const ofKind = <K extends Field['kind']>(kind: K) =>
    fields.filter(
      (entry): entry is { field: Extract<Field, { kind: K }>; index: number } => entry.field?.kind === kind,
    );
  const best = <T>(entries: readonly T[], score: (entry: T) => number): T | undefined =>
    entries.reduce<T | undefined>((top, entry) => (top && score(top) >= score(entry) ? top : entry), undefined);

  const stamp = best(ofKind('time'), ({ field }) => stampFineness(field));
  const durations = ofKind('duration');
  const parts = durations.filter(({ field }) => field.add);
  const finest = best(durations, ({ field }) => fineness[field.unit] + (field.fine ? 3 : 0));
  const duration = parts.length > 0 ? parts : finest ? [finest] : [];
  const until = ofKind('until').length > 0;
  const has = (...kinds: Field['kind'][]) => fields.some(({ field }) => field !== null && kinds.includes(field.kind));
  return {
    time: stamp?.index ?? -1,
    stampMeaning: stamp ? (stamp.field.means === 'written' ? written : stamp.field.means) : null,
    duration: duration.map(({ index }) => index),
    durationCovers: duration[0]?.field.covers ?? (until ? 'service' : null),
    fields: {
      time: stamp !== undefined,
      duration: duration.length > 0 || until,
      worker: has('pid', 'worker'),
      thread: has('thread'),
      wait: has('wait'),
      arrival: has('arrival'),
    },
  };
}
