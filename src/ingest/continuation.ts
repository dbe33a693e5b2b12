/** Lines that belong to the one before them: the body of a traceback, and its last line. One state per stream. */

const opens = /^\s*(\+ |\| )*(Exception Group )?Traceback \(most recent call last\)|^ {2}File "|^--- Logging error ---/;
const between = /^(During handling of the above exception|The above exception was the direct cause)/;
/** "RuntimeError: boom", "SystemExit: 1", "django.db.utils.OperationalError: …", "KeyError" */
const exception = /^[A-Za-z_][\w.]*(:|$)/;
const notException = /^(INFO|WARNING|WARN|ERROR|DEBUG|CRITICAL|FATAL|NOTICE)\b/;
/** Written by asyncio in front of a traceback, and of what the error was in. */
const asyncioError =
  /^(?:Exception in callback |(?:Task|Future) exception was never retrieved|Unhandled exception in |Exception in thread |Process \S+:$|Exception ignored in|Task was destroyed but it is pending|Executing <)/;
const asyncioContext =
  /^(?:handle|future|task|protocol|transport|source_traceback|client_connected_cb|asyncgen): [<\w]/;
/** Written by Python's logging when a handler fails. */
const loggingError = /^(Call stack:|Message: |Arguments: )/;

/** mod_wsgi writes the lines of a traceback one by one into Apache's error log. */
const apacheError =
  /^\[[A-Z][a-z]{2} [A-Z][a-z]{2} [^\]]+\] \[wsgi:error\] \[pid [^\]]+\](?: \[(?:client|remote) [^\]]+\])? /;

export class Continuation {
  readonly #inTraceback = new Set<number>();

  /** No traceback goes on. */
  get idle(): boolean {
    return this.#inTraceback.size === 0;
  }

  /** A line of another kind was seen in the stream; after an error line a traceback may follow. */
  other(stream: number, isError: boolean): void {
    if (isError) this.#inTraceback.add(stream);
    else if (this.#inTraceback.size > 0) this.#inTraceback.delete(stream);
  }

  takes(line: string, stream: number): boolean {
    const text = line.startsWith('[') ? line.replace(apacheError, '') : line;
    if (opens.test(text)) {
      this.#inTraceback.add(stream);
      return true;
    }
    // Sanic and rich draw their tracebacks in boxes.
    if (/^==> .* <==$/.test(text) || /^[│╭╰├┃┏┗─]/.test(text) || loggingError.test(text)) return true;
    if (asyncioError.test(text)) {
      this.#inTraceback.add(stream);
      return true;
    }
    if (!this.#inTraceback.has(stream)) return false;
    if (text === '' || /^\s/.test(text) || between.test(text) || asyncioContext.test(text)) return true;
    if (exception.test(text) && !notException.test(text)) return true;
    this.#inTraceback.delete(stream);
    return false;
  }
}
