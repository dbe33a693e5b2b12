/**
 * Lines of named values (JSON, logfmt) with names of their own: "httpMethod", "http.response.status_code", "elapsedMs". What a key means is
 * decided by its values, and by its name where values do not decide.
 */
import type { Field, KeyedLayout, TimeUnit } from '../../core/format.ts';
import { requestInSentence } from '../compile/sentence.ts';
import { wholeSpent } from '../spent-time.ts';
import {
  all,
  byName,
  type Column,
  dayAndTimeIn,
  last,
  looksLikeStamp,
  shapeOfDates,
  spanIn,
  timeIn,
} from './key-columns.ts';
import {
  isMethod,
  isOtherTime,
  isOutgoing,
  isProcess,
  isStatus,
  isStatusLine,
  type KeyMeaning,
  keyMeaning,
  stampField,
} from './key-meanings.ts';
import { jsonPairs, logfmtPairs } from './named-pairs.ts';
import { longestFirst } from './open-numbers.ts';
import { isTimeOfDay } from './pieces.ts';
import { FEW_PROCESSES, mayRepeat } from './repeating-values.ts';

const requestLine = /^(?:[A-Z]{3,9}) \/\S*(?: HTTP\/[\d.]+)?$/;
const target = /^(?:\/|https?:\/\/)/;
/** For keys that name a URL: "shop.example.com/cart", which ingress-nginx can be configured to write. */
const hostAndPath = /^[\w-]+(?:\.[\w-]+)+(?::\d+)?\//;
const number = /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/;

const decimal = /^\d+\.\d/;

/** So large a share must look like a path: any server has garbage and "CONNECT host:443" among its paths. */
const MOST = 0.8;
const field = (column: Column | undefined, of: Field): Record<string, Field> => (column ? { [column.key]: of } : {});

const perSecond: Readonly<Record<TimeUnit, number>> = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 };

/** Of times with a unit, the one with the largest sum. */
function longest<T extends { readonly column: Column; readonly unit: TimeUnit | 'by-value' }>(
  times: readonly T[],
): T | undefined {
  const sum = ({ column: { values }, unit }: T) =>
    unit === 'by-value'
      ? 0
      : values.reduce((total, value) => total + (Number.parseFloat(value) || 0), 0) / perSecond[unit];
  return times.reduce<T | undefined>((top, time) => (top && sum(top) >= sum(time) ? top : time), undefined);
}

/** The fields of a duration. Protobuf writes one as {"seconds": 1, "nanos": 250000000}. */
function durationFields(
  column: Column,
  unit: TimeUnit | 'by-value',
  columns: readonly Column[],
): Record<string, Field> {
  const of = { kind: 'duration', covers: 'service' } as const;
  const nanos = columns.find(({ key }) => key === column.key.replace(/(^|\.)seconds$/, '$1nanos'));
  if (!nanos || nanos === column) return field(column, { ...of, unit });
  return { [column.key]: { ...of, unit: 's', add: true }, [nanos.key]: { ...of, unit: 'ns', add: true } };
}

/** The layout of lines that are about requests; null if they are not. @param mayLackStatus a duration is enough, a status is not needed */
export function findFreeKeys(texts: readonly string[], mayLackStatus = false): KeyedLayout | null {
  for (const [syntax, read] of [['json', jsonPairs] as const, ['logfmt', logfmtPairs] as const]) {
    const lines = texts.flatMap((text) => (isOutgoing(text) ? [] : (read(text) ?? [])));
    const layout = lines.length > 0 && lines.length * 2 >= texts.length ? layoutOf(syntax, lines, mayLackStatus) : null;
    if (layout) return layout;
  }
  return null;
}

/** The columns that say what was requested (in one column or in two) and how it was answered. */
interface Told {
  readonly status: Column | undefined;
  /** A request line, or a sentence that contains one. */
  readonly whole: Column | undefined;
  readonly method: Column | undefined;
  readonly path: Column | undefined;
  /** `whole` is a sentence; and all of its sentences end in a status. */
  readonly isSentence: boolean;
  readonly saysStatus: boolean;
}

/**
 * @param usual columns that most requests have
 * @returns null: no column says what was requested
 */
function toldBy(usual: readonly Column[]): Told | null {
  // "duration_ms": 200 is no status, though its values look like one.
  const statuses = usual.filter(
    (column) => all(column, isStatusLine) && (keyMeaning(column.key)?.kind ?? 'status') === 'status',
  );
  const status =
    byName(statuses, [/(^|[._])(status|sc)$/i, /status_?code/i, /status/i, /code/i]) ??
    (statuses.length === 1 ? statuses[0] : undefined);
  const wholes = usual.filter((column) => all(column, (value) => requestLine.test(value), MOST));
  const methods = usual.filter((column) => all(column, isMethod));
  const method = byName(methods, [/method|verb/i, /./]);
  const targets = usual.filter(
    (column) =>
      all(column, (value) => target.test(value) || (/ur[il]/i.test(column.key) && hostAndPath.test(value)), MOST) &&
      !/refer|(^|[._-])origin$|user[_-]?agent|file|resource_?id|log_?(group|stream|name)|cwd|exe|socket/i.test(
        column.key,
      ),
  );
  const path = byName(targets, [
    /(^|[._])path$/i,
    /uri|url|path|target/i,
    /route|endpoint/i,
    /(^|[._])(request|req)$/i,
    /./,
  ]);
  const isApart = method !== undefined && path !== undefined;
  const named = byName(wholes, [/(^|[._])(request|request_?line|req|r)$/i, /req/i]);
  const line = named ?? (isApart ? undefined : wholes[0]);
  if (line || isApart) return { status, whole: line, method, path, isSentence: false, saysStatus: false };
  const sentences = usual.filter((column) => all(column, (value) => requestInSentence(value) !== null));
  const whole = byName(sentences, [/(^|[._])(message|msg|event|text|body)$/i, /./]);
  if (!whole) return null;
  const saysStatus = all(whole, (value) => isStatus(String(requestInSentence(value)?.status)));
  return { status, whole, method, path, isSentence: true, saysStatus };
}

/** A column whose name says what it means. */
interface Meant {
  readonly column: Column;
  readonly meaning: KeyMeaning;
}

/** %T of gunicorn and Apache: whole seconds, of which requests rarely take many. */
const isAtom = ({ key, values }: Column): boolean => key === 'T' && values.every((value) => /^\d{1,2}$/.test(value));

function meantBy(column: Column): Meant[] {
  // "time=0.031s" is a duration, not a time of day.
  const isSpent = (value: string) => wholeSpent.test(value) || (number.test(value) && !looksLikeStamp.test(value));
  const spent = /^(time|t)$/i.test(column.key) && all(column, isSpent) && !isTimeOfDay(column.values);
  const meaning: KeyMeaning | null =
    spent && !isAtom(column)
      ? { kind: 'duration', unit: 'by-value' }
      : keyMeaning(
          column.key,
          column.values.some((value) => decimal.test(value)),
        );
  return meaning ? [{ column, meaning }] : [];
}

interface Duration {
  readonly column: Column;
  readonly unit: TimeUnit | 'by-value';
}

function durationBy({ column, meaning }: Meant): Duration[] {
  // "process" may name the process, or how long processing took.
  if (meaning.kind === 'pid' && isProcess(column.key) && !mayRepeat(column.values, FEW_PROCESSES)) {
    return all(column, (value) => number.test(value)) ? [{ column, unit: 'by-value' }] : [];
  }
  if (meaning.kind !== 'duration' || isOtherTime(last(column.key))) return [];
  // nginx's "us" is the status of the upstream.
  if (column.key === 'us' && all(column, isStatus)) return [];
  return all(column, (value) => number.test(value) || wholeSpent.test(value)) ? [{ column, unit: meaning.unit }] : [];
}

const isNothing = (value: string): boolean => Number(value) === 0;

/** Of times whose unit the values decide: the longest, or the first if none is longest. */
function wholeByValue(durations: readonly Duration[]): Duration | undefined {
  const timed = durations.filter(({ column }) => !all(column, isNothing));
  const [whole] = longestFirst([...timed.keys()], (index) => timed[index].column.values.map(Number));
  return timed[whole] ?? durations[0];
}

/** A unit in the name is surer than what the values suggest. Of several such times the longest is the whole, the others are its parts. */
const durationIn = (durations: readonly Duration[]): Duration | undefined =>
  durations.find(({ column }) => column.key === 'Ta') ??
  longest(durations.filter(({ unit }) => unit !== 'by-value')) ??
  wholeByValue(durations);

const address = /^\[?(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f:.]*:[\da-f:.]+)/i;

/** "host" may be the client or the host that was requested: only addresses are clients. */
const clientAmong = (meant: readonly Meant[]): Column | undefined =>
  meant.find(
    ({ column, meaning }) =>
      meaning.kind === 'client' && all(column, (value) => (column.key === 'host' ? address.test(value) : value !== '')),
  )?.column;

/** Keeps the lines that have a status and a method or a request line. If there are none, those with a request in a sentence. */
function requestsAmong(lines: readonly Map<string, string>[]): readonly Map<string, string>[] {
  const told = lines.filter((pairs) => {
    const values = [...pairs.values()];
    return values.some(isStatusLine) && values.some((value) => isMethod(value) || requestLine.test(value));
  });
  return told.length > 0 ? told : lines.filter((pairs) => [...pairs.values()].some(requestInSentence));
}

/** The fields that say what was requested. */
function askedFields({ whole, method, path, isSentence, saysStatus }: Told): Record<string, Field> {
  if (!whole) return { ...field(method, { kind: 'method' }), ...field(path, { kind: 'target' }) };
  if (!isSentence) return field(whole, { kind: 'request' });
  return field(whole, { kind: 'request', sentence: saysStatus ? 'with status' : 'without status' });
}

function layoutOf(
  syntax: 'json' | 'logfmt',
  lines: readonly Map<string, string>[],
  mayLackStatus: boolean,
): KeyedLayout | null {
  const requests = requestsAmong(lines);
  if (requests.length === 0) return null;
  const keys = new Set(requests.flatMap((pairs) => [...pairs.keys()]));
  const columns = [...keys].map((key): Column => ({ key, values: requests.flatMap((pairs) => pairs.get(key) ?? []) }));
  const usual = columns.filter(({ values }) => values.length * 2 >= requests.length);
  const told = toldBy(usual);
  if (!told) return null;
  const { status, whole, method, path, isSentence, saysStatus } = told;

  const rest = usual.filter((column) => ![status, whole, method, path].includes(column));
  const span = spanIn(rest);
  const latest = timeIn(rest);
  const apart = latest ? null : dayAndTimeIn(rest);
  const stamps = [latest, apart?.day, apart?.time];
  const meant = rest.filter((column) => !stamps.includes(column)).flatMap(meantBy);
  const meaningOf = (kind: string, test: (value: string) => boolean) =>
    meant.find(({ column, meaning }) => meaning.kind === kind && all(column, test))?.column;
  const duration = durationIn(meant.flatMap(durationBy));
  const until = duration ? undefined : span?.end;
  const time = (until && span?.start) ?? latest;
  const pid = meaningOf('pid', (value) => /^<?\d+>?$/.test(value));
  // A sentence alone is read by its look, which gets more out of it. A duration is enough where there is no status.
  const isAnswered = duration ? status || saysStatus || mayLackStatus : status && !isSentence;
  if (!isAnswered) return null;
  const isGiven = (value: string) => value !== '';
  const fields: Record<string, Field> = {
    ...(time ? field(time, stampField(time.key, shapeOfDates(time.values)?.shape ?? 'any', 'end')) : {}),
    ...field(apart?.day, { kind: 'day' }),
    ...(apart ? field(apart.time, { ...stampField(apart.time.key, 'iso', 'end'), apart: true }) : {}),
    ...field(until, { kind: 'until', shape: 'any' }),
    ...askedFields(told),
    ...field(status, { kind: 'status' }),
    ...(duration ? durationFields(duration.column, duration.unit, usual) : {}),
    ...(pid && pid !== duration?.column && mayRepeat(pid.values) ? field(pid, { kind: 'pid' }) : {}),
    ...(pid ? {} : field(meaningOf('worker', isGiven), { kind: 'worker' })),
    ...field(meaningOf('thread', isGiven), { kind: 'thread' }),
    ...field(
      meaningOf('bytes', (value) => number.test(value)),
      { kind: 'bytes' },
    ),
    ...field(clientAmong(meant), { kind: 'client' }),
    ...field(meaningOf('arrival', isGiven), { kind: 'arrival' }),
  };
  const answer = status ?? duration?.column;
  const asked = whole ? [whole] : [method as Column, path as Column];
  const requires = [...asked, ...(answer ? [answer] : [])].map(({ key }) => key);
  return { name: 'found by its keys', syntax, fields, requires };
}
