/** Scanner of lines of named values (JSON, logfmt): goes through the keys, reads the wanted values, and writes a row. */
import type { Field, KeyedLayout } from '../../core/format.ts';
import { type JsonVisitor, keyLevel, walkObject } from '../json.ts';
import { PREFIX_NUMBER, walkLogfmt } from '../logfmt.ts';
import type { Columns } from './columns.ts';
import type { Scanner } from './generate.ts';
import { KeyedRow } from './keyed-row.ts';
import { valueReader } from './keyed-values.ts';
import type { CompileOptions } from './recipe.ts';
import type { Runtime } from './runtime.ts';

export function compileKeyed(
  layout: KeyedLayout,
  columns: Columns,
  runtime: Runtime,
  { explain = false, zone }: CompileOptions,
): Scanner {
  const fields: readonly Field[] = Object.values(layout.fields);
  const keys = Object.keys(layout.fields);
  const level = keyLevel(new Map(keys.map((key, slot) => [key, slot])));
  const prefixNumber = keys.indexOf(PREFIX_NUMBER);
  const required = layout.requires.map((key) => keys.indexOf(key));
  const oneOf = layout.oneOf?.map((key) => keys.indexOf(key)).filter((slot) => slot >= 0);
  const row = new KeyedRow(fields.length);
  const { seen } = row;
  const readers = fields.map((field, slot) => valueReader(field, slot, { row, columns, runtime, zone }));
  /** By slot: 1 if a line that has the key without a value is still a request. */
  const mayBeEmpty = Uint8Array.from(fields, (_, slot) => (required.includes(slot) && slot !== columns.time ? 1 : 0));
  const { cursor, state } = runtime;

  const visit: JsonVisitor = (slot, isString, from, to) => {
    const { b } = row;
    if (b[from] === 110 && b[from + 1] === 117) return;
    if (to <= from || (b[from] === 45 && to === from + 1)) {
      // The key is there, but this request has no such value: "-", or an empty string in nginx's JSON.
      if ((to > from || isString) && mayBeEmpty[slot] === 1) seen[slot] = 1;
      return;
    }
    seen[slot] = 1;
    cursor.digits = 0;
    readers[slot](from, to);
    if (explain)
      state.spans.push({ token: slot, from, to, digits: cursor.digits, offsetMinutes: cursor.offsetMinutes });
  };

  /** Visits the values of b[start, end). @returns -1: the line was read; otherwise the position where it stops being a line of this layout */
  const walkJson = (start: number, end: number): number => {
    const { b } = row;
    const after = walkObject(b, start, end, level, visit);
    if (after < 0) return start;
    // Another record behind the first one is a line of its own.
    let next = after;
    while (next < end && (b[next] === 32 || b[next] === 44)) next++;
    return next < end && b[next] === 123 ? next : -1;
  };
  const walkPairs = (start: number, end: number): number =>
    walkLogfmt(row.b, start, end, level, prefixNumber, visit) < 2 ? start : -1;
  const walk = layout.syntax === 'json' ? walkJson : walkPairs;

  const isRequest = (): boolean => {
    for (let k = 0; k < required.length; k++) if (seen[required[k]] === 0) return false;
    return oneOf === undefined || oneOf.some((slot) => seen[slot] === 1);
  };

  /** @returns -1: the line b[start, end) filled the row; otherwise where it differs from the layout */
  const take = (start: number, end: number): number => {
    row.clear();
    const stopped = walk(start, end);
    if (stopped >= 0) return stopped;
    if (!isRequest()) return start;
    if (columns.time >= 0 && seen[columns.time] === 1 && Number.isNaN(row.time)) return end;
    row.complete(runtime);
    return -1;
  };

  return (bytes, words, pos, limit, rows, base) => {
    row.b = bytes;
    row.v = words;
    let at = pos;
    while (at < limit && rows.length < rows.capacity) {
      const newline = bytes.indexOf(10, at);
      let end = newline;
      while (end > at && (bytes[end - 1] === 13 || bytes[end - 1] === 32)) end--;
      if (explain) state.spans = [];
      const stopped = take(at, end);
      if (stopped >= 0) {
        state.stop = stopped;
        break;
      }
      row.write(rows, base + at);
      at = newline + 1;
    }
    return at;
  };
}
