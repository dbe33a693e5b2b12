/** Lines that belong to the one before them: the body of a traceback and its last line. Keeps a state for each stream. */
import { tellsOfRequest } from './detect/free-form.ts';

const opens = /^\s*(\+ |\| )*(Exception Group )?Traceback \(most recent call last\)|^ {2}File "|^--- Logging error ---/;
const between = /^(During handling of the above exception|The above exception was the direct cause)/;
/** "RuntimeError: boom", "SystemExit: 1", "django.db.utils.OperationalError: …", "KeyError" */
const exception = /^[A-Za-z_][\w.]*(:|$)/;
const namedException = /^[\w.]*(?:Error|Exception|Timeout|Interrupt|Exit)\w*: /;
const notException = /^(INFO|WARNING|WARN|ERROR|DEBUG|CRITICAL|FATAL|NOTICE)\b/;
/** asyncio, threading and socketserver write this in front of a traceback, and what the error was in. */
const asyncioError =
  /^(?:Exception in callback |(?:Task|Future) exception was never retrieved|Unhandled exception in |Exception in thread |Process \S+:$|Exception ignored in|Task was destroyed but it is pending|Executing <|During handling of the above exception, another exception occurred: *$|Exception (?:occurred|happened) during processing of request from )/;
const asyncioContext =
  /^(?:handle|future|task|protocol|transport|source_traceback|client_connected_cb|asyncgen): [<\w]/;
/** Python's logging writes this when a handler fails. */
const loggingError = /^(Call stack:|Message: |Arguments: )/;

/** mod_wsgi writes the lines of a traceback one by one into Apache's error log. */
const apacheError =
  /^\[[A-Z][a-z]{2} [A-Z][a-z]{2} [^\]]+\] \[wsgi:error\] \[pid [^\]]+\](?: \[(?:client|remote) [^\]]+\])? /;

/** socketserver draws lines around a traceback. */
const ruler = /^-{40}$/;
/** journalctl -o verbose and -o export: a record has one line per field; in verbose, also a heading. */
const journalField =
  /^(?: {4})?(?:_[A-Z_]|PRIORITY|SYSLOG_|CODE_|MESSAGE_ID|INVOCATION_ID|UNIT|TID|STREAM_ID)[A-Z\d_]*=|^\S.* \[s=[\da-f]+;i=[\da-f]+;/;

const HEADLINE = 'Traceback (most recent call last):';
const MAX_PREFIX = 200;

/** What an unknown tool puts in front of each line varies only in its stamps, pids and hashes. */
const lookOf = (prefix: string): string => prefix.replace(/[0-9a-f]/g, '0');

/** The look of what stands in front of the headline of a traceback; null: the line is no headline with a prefix, or has something behind it. */
function prefixOf(text: string): string | null {
  const length = text.length - HEADLINE.length;
  return length > 0 && length <= MAX_PREFIX && text.endsWith(HEADLINE) ? lookOf(text.slice(0, length)) : null;
}

interface Traceback {
  /** The look of what stands in front of its headline; '': nothing. */
  readonly prefix: string;
  /** The line that names the exception was seen; another one is not expected. */
  isNamed: boolean;
}

export class Continuation {
  readonly #open = new Map<number, Traceback>();

  /** Whether no traceback is open. */
  get idle(): boolean {
    return this.#open.size === 0;
  }

  forget(): void {
    this.#open.clear();
  }

  /** A line of another kind was seen in the stream. A traceback may follow an error line. */
  other(stream: number, isError: boolean): void {
    if (isError) this.#begin(stream, '');
    else if (this.#open.size > 0) this.#open.delete(stream);
  }

  #begin(stream: number, prefix: string): true {
    this.#open.set(stream, { prefix, isNamed: false });
    return true;
  }

  takes(line: string, stream: number): boolean {
    const text = line.startsWith('[') ? line.replace(apacheError, '') : line;
    if (opens.test(text)) return this.#begin(stream, '');
    // Sanic and rich draw boxes around their tracebacks.
    if (
      /^==> .* <==$/.test(text) ||
      /^[│╭╰├┃┏┗─]/.test(text) ||
      ruler.test(text) ||
      loggingError.test(text) ||
      journalField.test(text)
    )
      return true;
    if (asyncioError.test(text)) return this.#begin(stream, '');
    const prefix = prefixOf(text);
    if (prefix !== null) return this.#begin(stream, prefix);
    const traceback = this.#open.get(stream);
    if (!traceback) return false;
    const isPrefixed = traceback.prefix !== '' && lookOf(text.slice(0, traceback.prefix.length)) === traceback.prefix;
    if (this.#goesOn(traceback, isPrefixed ? text.slice(traceback.prefix.length) : text)) return true;
    this.#open.delete(stream);
    return false;
  }

  #goesOn(traceback: Traceback, text: string): boolean {
    if (opens.test(text) || between.test(text)) {
      traceback.isNamed = false;
      return true;
    }
    // Lines of code and of an exception may contain a request. Any other line that contains one is a request.
    const isOwn = !traceback.isNamed && (/^ {4}/.test(text) || namedException.test(text));
    if (!isOwn && tellsOfRequest(text)) return false;
    if (text === '' || /^\s/.test(text) || asyncioContext.test(text)) return true;
    if (traceback.isNamed || !exception.test(text) || notException.test(text)) return false;
    traceback.isNamed = true;
    return true;
  }
}
