/**
 * JSON lines whose message is an access line: python-json-logger, structlog, loguru, journalctl -o json. Stamp, pid and thread are taken
 * from the record.
 */
import { isDigit } from '../bytes.ts';
import type { Runtime } from '../compile/runtime.ts';
import { type KeyLevel, keyLevel, walkObject } from '../json.ts';
import { unescapeJson } from '../json-text.ts';
import type { Envelope, Line } from './line.ts';

const MESSAGE = 1;
const TIME = 2;
const PID = 3;
const THREAD = 4;
const LOGGER = 5;
const REALTIME = 6;
const PID_OF_JOURNAL = 7;
const RECORD = 8;
const SEEN = 9;

const keys: readonly (readonly [number, readonly string[]])[] = [
  [
    MESSAGE,
    [
      'message',
      'msg',
      'event',
      'log',
      'MESSAGE',
      'record.message',
      'textPayload',
      'jsonPayload.message',
      'line',
      '_msg',
      'Log',
      'resultDescription',
      // GELF, CloudWatch's queries, Datadog's and Kibana's exports
      'short_message',
      '@message',
      'attributes.message',
      '_source.message',
      // Log Analytics, Splunk's exports and collector, Better Stack, OpenTelemetry
      'LogEntry',
      'LogMessage',
      'Log_s',
      'result._raw',
      '_raw',
      'event.line',
      'raw',
      'body',
      'body.stringValue',
      // promtail --dry-run and the clients of Loki's API
      'entry',
    ],
  ],
  [
    TIME,
    [
      'asctime',
      'timestamp',
      'time',
      'ts',
      '@timestamp',
      'record.time.timestamp',
      'TimeStamp',
      'attributes.timestamp',
      '_source.@timestamp',
      'TimeGenerated',
      'result._time',
      'timestampInMs',
      'dt',
      'timeUnixNano',
    ],
  ],
  // When OpenTelemetry's collector received it.
  [SEEN, ['observedTimeUnixNano']],
  [PID, ['process', 'pid', 'process_id', 'record.process.id', 'attributes.process.pid', 'resource.process.pid']],
  [PID_OF_JOURNAL, ['_PID', '_pid']],
  [THREAD, ['thread', 'thread_id', 'record.thread.id']],
  [LOGGER, ['name', 'logger', 'SYSLOG_IDENTIFIER', 'record.name']],
  [REALTIME, ['__REALTIME_TIMESTAMP']],
  // Azure: a record as text, if there is no message.
  [RECORD, ['properties']],
];

let level: KeyLevel | null = null;
/** pm2 numbers its processes from 0: "0" is no pid. */
const isPid = (b: Uint8Array, from: number, to: number): boolean =>
  isDigit(b[from]) && (b[from] !== 48 || to > from + 1);

/** The same object for all logs, as there may be thousands. */
function messageKeys(): KeyLevel {
  level ??= keyLevel(new Map(keys.flatMap(([slot, names]) => names.map((name) => [name, slot] as const))));
  return level;
}

export function jsonMessage(runtime: Runtime): Envelope {
  const level = messageKeys();
  const iso = runtime.stamp('iso');
  const any = runtime.stamp('any');
  const epochs = {
    s: runtime.stamp('epoch-s'),
    ms: runtime.stamp('epoch-ms'),
    us: runtime.stamp('epoch-us'),
    ns: runtime.stamp('epoch-ns'),
  };
  const { cursor } = runtime;
  let current: Line;
  let messageFrom = -1;
  let messageTo = -1;
  let isText = false;
  let isTimed = false;

  const stamp = (from: number): number => {
    const { b, v } = current;
    let digits = 0;
    while (isDigit(b[from + digits])) digits++;
    if (digits < 9) return digits === 4 && b[from + 10] === 84 ? iso(b, v, from) : any(b, v, from);
    if (digits < 15) return digits < 12 ? epochs.s(b, v, from) : epochs.ms(b, v, from);
    return digits < 18 ? epochs.us(b, v, from) : epochs.ns(b, v, from);
  };

  const keepMessage = (isString: boolean, from: number, to: number) => {
    messageFrom = from;
    messageTo = to;
    isText = isString;
  };

  const readPid = (isOwn: boolean, from: number, to: number) => {
    if (!isPid(current.b, from, to)) return;
    current.worker = runtime.worker(current.b, current.v, from, to);
    current.isOwnPid = isOwn;
  };

  const readStamp = (from: number) => {
    const micros = stamp(from);
    if (Number.isNaN(micros)) return;
    isTimed = true;
    current.stampAs(micros, cursor);
  };

  const visit = (slot: number, isString: boolean, from: number, to: number) => {
    const { b, v } = current;
    switch (slot) {
      case MESSAGE:
        // journald writes bytes that are not UTF-8 as an array of numbers.
        if (isString || b[from] === 91) keepMessage(isString, from, to);
        return;
      case RECORD:
        if (isString && messageFrom < 0 && b[from] === 123 && to > from + 2) keepMessage(true, from, to);
        return;
      case SEEN:
        if (!isTimed) readStamp(from);
        return;
      case TIME:
      case REALTIME:
        readStamp(from);
        return;
      case PID:
      case PID_OF_JOURNAL:
        readPid(slot === PID, from, to);
        return;
      case THREAD:
        if (isDigit(b[from])) current.thread = runtime.thread(b, v, from, to);
        return;
      case LOGGER:
        if (isString && to > from) current.tag = runtime.tag(b, v, from, to);
    }
  };

  return {
    id: 'json',
    peel(line) {
      const { b, from, to } = line;
      if (b[from] !== 123) return false;
      current = line;
      messageFrom = -1;
      isTimed = false;
      const after = walkObject(b, from, to, level, visit);
      if (messageFrom < 0 || (after > 0 && b[after] === 123)) return false;
      const scratch = line.scratch(messageTo - messageFrom);
      let length = isText
        ? unescapeJson(b, messageFrom, messageTo, scratch.b)
        : numbersToBytes(b, messageFrom, messageTo, scratch.b);
      // A newline at the end of the message became a vertical tab.
      if (length > 0 && scratch.b[length - 1] === 11) length--;
      line.moveTo(scratch, length);
      return true;
    },
  };
}

/** Decodes "[71,69,84]". @returns the number of bytes */
function numbersToBytes(b: Uint8Array, from: number, to: number, into: Uint8Array): number {
  let length = 0;
  let value = -1;
  for (let p = from; p < to; p++) {
    if (isDigit(b[p])) value = (value < 0 ? 0 : value) * 10 + (b[p] - 48);
    else if (value >= 0) {
      into[length++] = value === 10 ? 11 : value;
      value = -1;
    }
  }
  return length;
}
