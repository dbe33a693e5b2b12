/** Scanner of lines of named values (JSON, logfmt): walks the keys, reads the wanted ones, writes a row. */
import type { RequestBatch } from '../../core/batch.ts';
import type { DurationUnit, Field, KeyedLayout } from '../../core/format.ts';
import { Scratch } from '../envelopes/line.ts';
import { type JsonVisitor, keyLevel, walkObject } from '../json.ts';
import { unescapeJson } from '../json-text.ts';
import { walkLogfmt } from '../logfmt.ts';
import { readSpent, spent } from '../spent-time.ts';
import type { StampReader } from '../stamps.ts';
import type { Columns } from './columns.ts';
import type { Scanner } from './generate.ts';
import type { CompileOptions } from './recipe.ts';
import type { Runtime } from './runtime.ts';
import { requestInSentence } from './sentence.ts';

const isDigit = (c: number): boolean => c > 47 && c < 58;

/** A number at b[from, to), perhaps with a unit behind it ("31ms", "1.5s", Go's "1m2.5s"), in µs; NaN when there is none. */
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

export function compileKeyed(
  layout: KeyedLayout,
  columns: Columns,
  runtime: Runtime,
  { explain = false, zone }: CompileOptions,
): Scanner {
  const fields: readonly Field[] = Object.values(layout.fields);
  const keys = Object.keys(layout.fields);
  const level = keyLevel(new Map(keys.map((key, slot) => [key, slot])));
  const required = layout.requires.map((key) => keys.indexOf(key));
  const oneOf = (layout.oneOf ?? []).map((key) => keys.indexOf(key)).filter((slot) => slot >= 0);
  const needsAnswer = layout.oneOf !== undefined;
  const readers = fields.map((field) => (field.kind === 'time' ? runtime.stamp(field.shape, zone) : null));
  const seen = new Uint8Array(fields.length);
  const { cursor, state } = runtime;
  const plain = new Scratch();
  const joined = new Scratch();

  let b: Uint8Array = plain.b;
  let v: DataView = plain.v;
  const row = {
    time: 0,
    duration: 0,
    wait: 0,
    arrival: 0,
    lead: 0,
    bytes: 0,
    worker: 0,
    thread: 0,
    route: 0,
    client: 0,
    status: 0,
  };
  let methodFrom = 0;
  let methodTo = 0;
  let targetFrom = 0;
  let targetTo = 0;
  let targetPlain = true;

  const clear = () => {
    row.time = row.duration = row.wait = row.arrival = row.bytes = Number.NaN;
    row.lead = row.client = row.status = 0;
    row.worker = row.thread = row.route = -1;
    methodFrom = methodTo = targetFrom = targetTo = 0;
    seen.fill(0);
  };

  const hasEscape = (from: number, to: number): boolean => {
    for (let p = from; p < to; p++) if (b[p] === 92) return true;
    return false;
  };

  /** Runs `read` on the value without its escapes. */
  const unescaped = (
    from: number,
    to: number,
    read: (bytes: Uint8Array, words: DataView, from: number, to: number) => void,
  ) => {
    if (!hasEscape(from, to)) return read(b, v, from, to);
    plain.reserve(to - from);
    const length = unescapeJson(b, from, to, plain.b);
    plain.b[length] = 10;
    read(plain.b, plain.v, 0, length);
  };

  const readSentence = (bytes: Uint8Array, words: DataView, from: number, to: number, withStatus: boolean) => {
    const found = requestInSentence((bytes as Buffer).toString('latin1', from, to));
    if (!found) return false;
    row.route = runtime.route(bytes, words, from + found.from, from + found.to);
    if (withStatus && row.status === 0) row.status = found.status;
    return true;
  };

  const visit: JsonVisitor = (slot, isString, from, to) => {
    const field = fields[slot];
    if (b[from] === 110 && b[from + 1] === 117) return;
    if (to <= from || (b[from] === 45 && to === from + 1)) {
      // The line has the key, and the request has no such value: "-", or nothing in nginx's JSON.
      if (required.includes(slot) && slot !== columns.time && (to > from || isString)) seen[slot] = 1;
      return;
    }
    seen[slot] = 1;
    cursor.digits = 0;
    switch (field.kind) {
      case 'time': {
        if (columns.time !== slot) break;
        row.time = (readers[slot] as StampReader)(b, v, from);
        break;
      }
      case 'duration':
        if (columns.duration[0] === slot) row.duration = microsAt(b, from, to, field.unit);
        else if (columns.duration.includes(slot)) row.duration += microsAt(b, from, to, field.unit);
        break;
      case 'wait':
        row.wait = microsAt(b, from, to, field.unit);
        if (field.before) row.lead += row.wait;
        break;
      case 'lead':
        row.lead += microsAt(b, from, to, field.unit);
        break;
      case 'arrival':
        row.arrival = runtime.arrival(b, v, from, to);
        break;
      case 'bytes':
        row.bytes = integerAt(b, from, to);
        break;
      case 'status':
        // "200", "200 OK"
        row.status = to - from === 3 || (to - from > 3 && b[from + 3] === 32) ? integerAt(b, from, from + 3) || 0 : 0;
        break;
      case 'pid': {
        const open = b[from] === 60 ? 1 : 0;
        if (isDigit(b[from + open])) row.worker = runtime.worker(b, v, from + open, to - open);
        break;
      }
      case 'worker':
        row.worker = runtime.worker(b, v, from, to);
        break;
      case 'thread':
        row.thread = runtime.thread(b, v, from, to);
        break;
      case 'client': {
        let end = to;
        if (field.port) {
          const colon = (b as Buffer).lastIndexOf(58, to - 1);
          if (colon > from) end = colon;
        }
        row.client = runtime.client(b, v, from, end);
        break;
      }
      case 'request':
        unescaped(from, to, (bytes, words, start, end) => {
          if (field.sentence) {
            if (!readSentence(bytes, words, start, end, field.sentence === 'with status')) seen[slot] = 0;
          } else row.route = runtime.request(bytes, words, start, end, new Uint8Array(), 0);
        });
        break;
      case 'method':
        methodFrom = from;
        methodTo = to;
        break;
      case 'target':
        targetFrom = from;
        targetTo = to;
        targetPlain = !hasEscape(from, to);
        break;
      default:
    }
    if (explain)
      state.spans.push({ token: slot, from, to, digits: cursor.digits, offsetMinutes: cursor.offsetMinutes });
  };

  /** "METHOD target" in one piece, for the memo of routes. */
  const joinRoute = () => {
    let pathTo = targetFrom;
    while (pathTo < targetTo && b[pathTo] !== 63) pathTo++;
    const methodLength = methodTo - methodFrom;
    joined.reserve(methodLength + 1 + (pathTo - targetFrom));
    let k = 0;
    for (let p = methodFrom; p < methodTo; p++) joined.b[k++] = b[p];
    joined.b[k++] = 32;
    if (targetPlain) for (let p = targetFrom; p < pathTo; p++) joined.b[k++] = b[p];
    else k += unescapeJson(b, targetFrom, pathTo, joined.b.subarray(k));
    joined.b[k] = 10;
    row.route = runtime.route(joined.b, joined.v, 0, k);
  };

  const take = (start: number, end: number): number => {
    clear();
    if (layout.syntax === 'json') {
      const after = walkObject(b, start, end, level, visit);
      if (after < 0) return start;
      // Another record behind it is a line of its own.
      let next = after;
      while (next < end && (b[next] === 32 || b[next] === 44)) next++;
      if (next < end && b[next] === 123) return next;
    } else if (walkLogfmt(b, start, end, level, visit) < 2) return start;
    for (const slot of required) if (seen[slot] === 0) return start;
    if (needsAnswer) {
      let k = 0;
      while (k < oneOf.length && seen[oneOf[k]] === 0) k++;
      if (k === oneOf.length) return start;
    }
    if (columns.time >= 0 && seen[columns.time] === 1 && Number.isNaN(row.time)) return end;
    if (targetTo > targetFrom && methodTo > methodFrom) joinRoute();
    if (row.lead > 0) {
      row.time += row.lead;
      row.duration -= row.lead;
    }
    return -1;
  };

  const write = (rows: RequestBatch, offset: number) => {
    const i = rows.length;
    rows.time[i] = row.time;
    rows.duration[i] = row.duration;
    rows.wait[i] = row.wait;
    rows.arrival[i] = row.arrival;
    rows.worker[i] = row.worker;
    rows.thread[i] = row.thread;
    rows.route[i] = row.route;
    rows.client[i] = row.client;
    rows.status[i] = row.status;
    rows.bytes[i] = row.bytes;
    rows.offset[i] = offset;
    rows.length = i + 1;
  };

  return (bytes, words, pos, limit, rows, base) => {
    b = bytes;
    v = words;
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
      write(rows, base + at);
      at = newline + 1;
    }
    return at;
  };
}
