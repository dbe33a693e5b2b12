/** Readers of the values in a line of named values: one for each field of the layout, made when the scanner is compiled. */
import type { DurationUnit, Field } from '../../core/format.ts';
import { isDigit } from '../bytes.ts';
import { readSpent, spent } from '../spent-time.ts';
import type { Zone } from '../zone.ts';
import type { Columns } from './columns.ts';
import type { KeyedRow } from './keyed-row.ts';
import type { Runtime } from './runtime.ts';
import { requestInSentence } from './sentence.ts';

/** Reads the value in bytes [from, to) of the line into the row. */
export type ValueReader = (from: number, to: number) => void;

/** The number in b[from, to) in µs, perhaps with its unit ("31ms", "1.5s", Go's "1m2.5s"); NaN: there is none. */
function microsAt(b: Uint8Array, from: number, to: number, unit: DurationUnit): number {
  let p = from;
  while (p < to && b[p] === 32) p++;
  const micros = readSpent(b, p, to, unit);
  return spent.end === to ? micros : Number.NaN;
}

function integerAt(b: Uint8Array, from: number, to: number): number {
  let value = 0;
  let p = from;
  while (p < to && isDigit(b[p])) value = value * 10 + (b[p++] - 48);
  return p === from ? Number.NaN : value;
}

/** "200", "200 OK"; 0 for anything else. */
function statusAt(b: Uint8Array, from: number, to: number): number {
  const isOne = to - from === 3 || (to - from > 3 && b[from + 3] === 32);
  return isOne ? integerAt(b, from, from + 3) || 0 : 0;
}

/** Reader of a field that fills no column. */
const unread: ValueReader = () => {};

export interface ValueInput {
  readonly row: KeyedRow;
  readonly columns: Columns;
  readonly runtime: Runtime;
  readonly zone: Zone | undefined;
}

/** Durations in several parts are added; the first part of the layout sets the sum. */
function durationReader(slot: number, unit: DurationUnit, { row, columns }: ValueInput): ValueReader {
  const part = columns.duration.indexOf(slot);
  if (part < 0) return unread;
  return part === 0
    ? (from, to) => {
        row.duration = microsAt(row.b, from, to, unit);
      }
    : (from, to) => {
        row.duration += microsAt(row.b, from, to, unit);
      };
}

function requestReader(
  slot: number,
  { sentence }: Extract<Field, { kind: 'request' }>,
  { row, runtime }: ValueInput,
): ValueReader {
  const none = new Uint8Array();
  const readLine = (b: Uint8Array, v: DataView, from: number, to: number) => {
    row.route = runtime.request(b, v, from, to, none, 0);
  };
  const readSentence = (b: Uint8Array, v: DataView, from: number, to: number) => {
    const found = requestInSentence((b as Buffer).toString('latin1', from, to));
    if (!found) {
      row.seen[slot] = 0;
      return;
    }
    row.route = runtime.route(b, v, from + found.from, from + found.to);
    if (sentence === 'with status' && row.status === 0) row.status = found.status;
  };
  const read = sentence ? readSentence : readLine;
  return (from, to) => row.unescaped(from, to, read);
}

/** @param slot index of the field in the layout */
export function valueReader(field: Field, slot: number, input: ValueInput): ValueReader {
  const { row, columns, runtime, zone } = input;
  switch (field.kind) {
    case 'time': {
      if (columns.time !== slot) return unread;
      const stamp = runtime.stamp(field.shape, zone);
      if (field.apart) return (from, to) => row.timeOfDay(from, to, stamp);
      return (from) => {
        row.time = stamp(row.b, row.v, from);
      };
    }
    case 'day':
      return (from, to) => row.day(from, to);
    case 'until': {
      const stamp = runtime.stamp(field.shape, zone);
      return (from) => {
        row.until = stamp(row.b, row.v, from);
      };
    }
    case 'duration':
      return durationReader(slot, field.unit, input);
    case 'wait': {
      const { unit, before } = field;
      return (from, to) => {
        row.wait = microsAt(row.b, from, to, unit);
        if (before) row.lead += row.wait;
      };
    }
    case 'lead': {
      const { unit } = field;
      return (from, to) => {
        row.lead += microsAt(row.b, from, to, unit);
      };
    }
    case 'arrival':
      return (from, to) => {
        row.arrival = runtime.arrival(row.b, row.v, from, to);
      };
    case 'bytes':
      return (from, to) => {
        row.bytes = integerAt(row.b, from, to);
      };
    case 'status':
      return (from, to) => {
        row.status = statusAt(row.b, from, to);
      };
    case 'pid':
      return (from, to) => {
        const open = row.b[from] === 60 ? 1 : 0;
        if (isDigit(row.b[from + open])) row.worker = runtime.worker(row.b, row.v, from + open, to - open);
      };
    case 'worker':
      return (from, to) => {
        row.worker = runtime.worker(row.b, row.v, from, to);
      };
    case 'thread':
      return (from, to) => {
        row.thread = runtime.thread(row.b, row.v, from, to);
      };
    case 'client': {
      const { port } = field;
      return (from, to) => {
        const colon = port ? (row.b as Buffer).lastIndexOf(58, to - 1) : -1;
        row.client = runtime.client(row.b, row.v, from, colon > from ? colon : to);
      };
    }
    case 'request':
      return requestReader(slot, field, input);
    case 'method':
      return (from, to) => row.method(from, to);
    case 'target':
      return (from, to) => row.target(from, to);
    default:
      return unread;
  }
}
