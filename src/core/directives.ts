/** Syntax of directives that several servers share, and those that Python's logging adds for all servers. */
import type { Directive } from './format.ts';

/** Python's "%(name)s", with flags, width and precision. */
export const percentParen = /%(%)|%\((\{[^}]*\}[a-z]|[^)]*)\)[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]/;

/** Apache's "%h", "%>s", "%{name}i", "%!200{name}i", "%^FB". */
export const percentLetter = /%(?:(%)|[<>]?(?:!?\d+(?:,\d+)*)?((?:\{[^}]*\})?(?:\^[A-Z]{2}|[A-Za-z]))|[<>])/;

/** nginx's "$name" and "${name}". */
export const dollar = /\$(?:\{(\w+)\}|(\w+))/;

/** Attributes of a logging record that a formatter may put around the message of any server. */
export const loggingRecord = {
  asctime: { kind: 'time', shape: 'iso', means: 'written' },
  process: { kind: 'pid' },
  thread: { kind: 'thread' },
  threadName: { kind: 'thread' },
  levelname: { kind: 'level' },
  name: { kind: 'word' },
} as const satisfies Readonly<Record<string, Directive>>;
