/**
 * Lines in which a server says something about itself, behind any prefix of a logging layer: "[stamp] [pid] [LEVEL] ", "LEVEL:logger:",
 * "stamp pid thread LEVEL logger ". They are rare compared with requests, so strings and regular expressions are fast enough after a cheap
 * look at the first character.
 */
import type { LifecycleRule, LogFormat } from '../core/format.ts';
import type { LifecycleKind } from '../core/lifecycle.ts';
import { printable } from '../core/text.ts';

export interface ServerEvent {
  readonly kind: LifecycleKind;
  /** Named by the message or by the prefix of the line; null: by neither. */
  readonly worker: string | null;
  /** The worker is the process that wrote the line. */
  readonly byWriter: boolean;
  readonly value: number | null;
  readonly text: string | null;
}

export interface ServerLine {
  readonly format: LogFormat;
  readonly events: readonly ServerEvent[];
  /** Where the stamp of the line starts; -1: it has none. */
  readonly stampAt: number;
  /** A traceback may follow. */
  readonly isError: boolean;
}

const stamp = new RegExp(
  [
    String.raw`\d{4}[-/]\d\d[-/]\d\d[ T]`,
    String.raw`\d\d\/[A-Z][a-z]{2}\/\d{4}[: ]`,
    String.raw`\d\d[-/.]\d\d[-/.]\d{2,4},?[ T]`,
    String.raw`\d{1,2}[- ][A-Z][a-z]{2}[- ]\d{2,4},?[ T]`,
    String.raw`(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d `,
  ]
    .map((date) => `${date}\\d\\d:\\d\\d:\\d\\d`)
    .join('|'),
);
/** Tornado's stamp, or seconds since 1970 ("%(created)f") at the start of the line. */
const compactStamp = /\b\d{6} \d\d:\d\d:\d\d\b|^1\d{9}\.\d{3,6}(?= )/;
/** Pyramid's formatters cut a level to five characters. */
const level = /\b(CRITICAL|CRITI|FATAL|ERROR|WARNING|WARNI|WARN|INFO|DEBUG|NOTICE|TRACE)\b/i;
/** Separators of a logging prefix. A message may start behind each of them, or at the start of the line. */
const separator = /(?:: *|\] +| - |\| *| +|\t)/g;

/** Where the text behind each prefix that may end in `head` begins. @param firstMark position of the first level or stamp */
function endsOfPrefixes(head: string, firstMark: number): number[] {
  const starts: number[] = [];
  for (const { 0: text, index } of head.matchAll(separator)) {
    // In "[pid: 12|app: 0|…", no prefix ends before "app".
    if (!text.startsWith('|') || index >= firstMark) starts.push(index + text.length);
  }
  return starts;
}
const PREFIX_LIMIT = 200;
/** structlog's ConsoleRenderer puts the logger behind the message: "Using worker: sync             [gunicorn.error]". */
const loggerBehind = / +\[(?:gunicorn|uvicorn|hypercorn|_granian)\.\w+\]$/;

function writerPid(prefix: string): string | null {
  const bare = prefix.replace(stamp, ' ').replace(/[.,]\d+/g, ' ');
  return (
    /\[(?:pid )?(\d+)(?::(?:tid )?\d+)?\]/.exec(bare)?.[1] ??
    /(?:^|[\s(<|])(\d{2,7})(?=[\s)>|])/.exec(bare)?.[1] ??
    null
  );
}

type Rules = ReadonlyMap<string, readonly { readonly rule: LifecycleRule; readonly format: LogFormat }[]>;

/** Takes 34 KB, so all logs of a folder share it. */
const rulesByFormats = new WeakMap<readonly LogFormat[], Rules>();

/** Rules by the first character of the text that they start with. */
function rulesOf(formats: readonly LogFormat[]): Rules {
  const known = rulesByFormats.get(formats);
  if (known) return known;
  const rules = new Map<string, { rule: LifecycleRule; format: LogFormat }[]>();
  for (const format of formats) {
    for (const rule of format.lifecycle) {
      const key = rule.starts.slice(0, 1);
      rules.set(key, [...(rules.get(key) ?? []), { rule, format }]);
    }
  }
  rulesByFormats.set(formats, rules);
  return rules;
}

/** @param seen formats whose lines were seen: a line that several servers write is attributed to these */
export function createServerLines(
  formats: readonly LogFormat[],
  seen: ReadonlySet<string>,
): (text: string) => ServerLine | null {
  const rules = rulesOf(formats);
  const anywhere = rules.get('') ?? [];

  const matched = (text: string, start: number, rule: LifecycleRule, format: LogFormat): ServerLine | null => {
    if (!text.startsWith(rule.starts, start)) return null;
    const match = rule.pattern?.exec(text.slice(start)) ?? null;
    if (rule.pattern && !match) return null;
    const prefix = text.slice(0, start);
    const groups = match?.groups ?? {};
    const event = {
      worker: groups.worker ?? (rule.byWriter ? writerPid(prefix) : null),
      byWriter: rule.byWriter === true,
      value: groups.value === undefined ? null : Number(groups.value),
      text: groups.text === undefined ? null : printable(groups.text, 500),
    };
    return {
      format,
      stampAt: (stamp.exec(prefix) ?? compactStamp.exec(prefix))?.index ?? -1,
      isError: rule.kind === 'error' || /\b(ERROR|CRITICAL|CRITI)\b/.test(prefix),
      events: [rule.kind, rule.also].flatMap((kind) => (kind ? [{ kind, ...event }] : [])),
    };
  };

  const at = (text: string, start: number): ServerLine | null => {
    let first: ServerLine | null = null;
    for (const { rule, format } of rules.get(text[start] ?? '') ?? []) {
      if (first !== null && !seen.has(format.id)) continue;
      const line = matched(text, start, rule, format);
      if (line && seen.has(format.id)) return line;
      first ??= line;
    }
    return first;
  };

  const everywhere = (text: string, start: number): ServerLine | null => {
    for (const { rule, format } of anywhere) {
      if (rule.holds !== undefined && !text.includes(rule.holds)) continue;
      const line = matched(text, start, rule, format);
      if (line) return line;
    }
    return null;
  };

  return (line) => {
    const text = line.replace(loggerBehind, '');
    const direct = at(text, 0);
    if (direct) return direct;
    // Otherwise only behind something that looks like a logging prefix: a level or a stamp.
    const head = text.slice(0, PREFIX_LIMIT);
    const marks = [level, stamp, compactStamp].flatMap((mark) => mark.exec(head)?.index ?? []);
    if (marks.length === 0) {
      // uWSGI's --log-prefix: "web - spawned uWSGI worker 1 …"
      const named = /^[\w.-]{1,40} - /.exec(head);
      return (named && at(text, named[0].length)) ?? everywhere(text, 0);
    }
    const firstMark = Math.min(...marks);
    const starts = endsOfPrefixes(head, firstMark);
    for (const start of starts) {
      const line = at(text, start);
      if (line) return line;
    }
    for (const start of [0, ...starts]) {
      const line = everywhere(text, start);
      if (line) return line;
    }
    return null;
  };
}
