/**
 * Lines in which a server speaks of itself, behind whatever a logging layer puts in front: "[stamp] [pid] [LEVEL] ",
 * "LEVEL:logger:", "stamp pid thread LEVEL logger ". Rare beside requests, so strings and regular expressions are fine here,
 * behind a cheap look at the first characters.
 */
import type { LifecycleRule, LogFormat } from '../core/format.ts';
import type { LifecycleEvent } from '../core/lifecycle.ts';
import { printable } from '../core/text.ts';

export interface ServerLine {
  readonly format: LogFormat;
  readonly event: Pick<LifecycleEvent, 'kind' | 'worker' | 'value' | 'text'> | null;
  /** Where the stamp of the line starts, -1 when it has none. */
  readonly stampAt: number;
  /** A traceback may follow. */
  readonly isError: boolean;
}

const stamp = /\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d/;
const level = /\b(CRITICAL|FATAL|ERROR|WARNING|WARN|INFO|DEBUG|NOTICE)\b/;
/** Positions at which a message may start: at the line's start and behind every separator of a logging prefix. */
const separator = /(?:: *|\] +| - | +)/g;
const PREFIX_LIMIT = 200;

function writerPid(prefix: string): string | null {
  return (
    /\[(\d+)(?::\d+)?\]/.exec(prefix)?.[1] ??
    /(?:^|[\s(<])(\d{2,7})(?=[\s)>])/.exec(prefix.replace(stamp, ' '))?.[1] ??
    null
  );
}

export function createServerLines(formats: readonly LogFormat[]): (text: string) => ServerLine | null {
  const rules = new Map<string, { rule: LifecycleRule; format: LogFormat }[]>();
  for (const format of formats) {
    for (const rule of format.lifecycle) {
      const key = rule.starts.slice(0, 3);
      rules.set(key, [...(rules.get(key) ?? []), { rule, format }]);
    }
  }

  const at = (text: string, start: number): ServerLine | null => {
    for (const { rule, format } of rules.get(text.slice(start, start + 3)) ?? []) {
      if (!text.startsWith(rule.starts, start)) continue;
      const message = text.slice(start);
      const match = rule.pattern ? rule.pattern.exec(message) : null;
      if (rule.pattern && !match) continue;
      const prefix = text.slice(0, start);
      const found = stamp.exec(prefix);
      const groups = match?.groups ?? {};
      return {
        format,
        stampAt: found?.index ?? -1,
        isError: rule.kind === 'error' || /\b(ERROR|CRITICAL)\b/.test(prefix),
        event: rule.kind && {
          kind: rule.kind,
          worker: groups.worker ?? (rule.byWriter ? writerPid(prefix) : null),
          value: groups.value === undefined ? null : Number(groups.value),
          text: groups.text === undefined ? null : printable(groups.text, 500),
        },
      };
    }
    return null;
  };

  return (text) => {
    const direct = at(text, 0);
    if (direct) return direct;
    // Only behind something that looks like a logging prefix: a level or a stamp.
    const head = text.slice(0, PREFIX_LIMIT);
    if (!level.test(head) && !stamp.test(head)) return null;
    separator.lastIndex = 0;
    for (let match = separator.exec(head); match; match = separator.exec(head)) {
      const line = at(text, match.index + match[0].length);
      if (line) return line;
    }
    return null;
  };
}
