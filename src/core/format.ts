/**
 * The contract of a log format: ONE FILE under parsers/ = THE FORMATS OF ONE SERVER. A format is data: layouts in the server's own
 * directive language, the meaning of its stamp, its lifecycle lines, samples. src/ingest compiles it into a scanner of bytes.
 */
import type { StampMeaning } from './batch.ts';
import type { LifecycleKind } from './lifecycle.ts';

export type TimeUnit = 's' | 'ms' | 'us' | 'ns';
/**
 * `by-value`: not stated, and decided by the values. `written`: stated in each value, and may differ from line to line ("31ms", "1m2.5s",
 * "0:00:01.234567").
 */
export type DurationUnit = TimeUnit | 'by-value' | 'written';

/** A pattern as `src/ingest/strftime.ts` reads it: "%Y-%m-%d, %H:%M:%S%f". */
export type DatePattern = `%${string}`;

/** How a stamp is written. */
export type StampShape =
  | 'clf' // 29/Oct/2024:17:04:15 +0000, zone and fraction optional
  | 'clf-local' // 29/Oct/2024:17:04:15, never with a zone
  | 'clf-blank' // 29/Oct/2024 17:04:15
  | 'iso' // 2024-10-29 17:04:15,123 or 2024-10-29T17:04:15.123456789Z, fraction and zone optional
  | 'iso-utc' // 2024-10-29<tab>17:04:15, UTC without saying so
  | 'ctime' // Tue Oct 29 17:04:15 2024, fraction after the seconds optional
  | 'compact' // 241029 17:04:15 (Tornado)
  | 'syslog' // Oct 29 17:04:15, no year
  | 'month-day' // 10-29 17:04:15,123, 10/29 17:04:15 or glog's I1029 17:04:15.123456, no year
  | 'day-first' // 29/10/2024 17:04:15 or 29.10.24, 29-10-2024; fraction, "PM" and zone optional
  | 'month-first' // 10/29/2024 05:04:15 PM
  | 'named-month' // 29 Oct 2024 17:04:15, 29-Oct-24 17:04:15; fraction and zone optional
  | 'year-first' // 2024/10/29 - 17:04:15 (gin)
  | 'month-name-first' // Mar 1, 2026 @ 17:04:15.192 (Kibana), Mar 1, 2026, 05:04:15 PM
  | DatePattern // any other order and signs: "%d%b%Y %H:%M:%S"
  | 'clock' // 17:04:15.123, no date: see src/ingest/time-of-day.ts
  | 'epoch-s' // 1730221455 or 1730221455.123
  | 'epoch-ms'
  | 'epoch-us'
  | 'epoch-ns'
  | 'any'; // any of these, recognised by its look: for JSON and logfmt

/** What a directive writes, and the column that it fills. Numbers may be "-" or "None": unknown. */
export type Field =
  /** An address, which may be empty or a list "a, b". `port`: it ends in ":port". */
  | { readonly kind: 'client'; readonly port?: boolean }
  /** `means: 'written'`: added by a logging layer when the line was written, so the format says what it means (`LogFormat.written`). */
  | {
      readonly kind: 'time';
      readonly shape: StampShape;
      readonly means: StampMeaning | 'written';
      /** Its name says what it means ("started_at"), which holds unless the data prove otherwise. */
      readonly named?: true;
      /** Another stamp of the line has the same shape and is finer. */
      readonly coarse?: true;
      /** A time of day whose date is the `day` of the line (only in lines of named values). */
      readonly apart?: true;
    }
  /** "2024-10-29", with the time of day in another value. */
  | { readonly kind: 'day' }
  /** If a line has several, the finest is used, unless `add` says that they are to be added. */
  | {
      readonly kind: 'duration';
      readonly unit: DurationUnit;
      readonly covers: 'service' | 'response';
      readonly add?: true;
      /** Written with decimals, so it is finer than its unit. */
      readonly fine?: true;
      /** The server never writes more decimals; fewer are possible if another program has rewritten the number. */
      readonly decimals?: number;
      /** Units that the server may be configured to write as whole numbers, coarser one first (only in lines of named values). */
      readonly wholeUnits?: readonly [TimeUnit, TimeUnit];
    }
  /** Time in a queue that the line states. `before`: the stamp precedes it, so the work starts that much later. */
  | { readonly kind: 'wait'; readonly unit: TimeUnit; readonly before?: true }
  /** Time between the stamp and the start of the work that is not queueing (reading of headers, connect). */
  | { readonly kind: 'lead'; readonly unit: TimeUnit }
  /** X-Request-Start: "t=1730221455.123", or an epoch in s, ms or µs. */
  | { readonly kind: 'arrival' }
  /** Digits, which may be in <>. `angled`: the server always writes them in <>. */
  | { readonly kind: 'pid'; readonly angled?: true }
  /** A worker with a name of one word. `never`: these words are no workers. */
  | { readonly kind: 'worker'; readonly never?: readonly string[] }
  | { readonly kind: 'thread' }
  /** `known`: never "-". */
  | { readonly kind: 'status'; readonly known?: true }
  /** "200 OK"; the phrase may be missing. */
  | { readonly kind: 'status-phrase' }
  /** `known`: never "-". */
  | { readonly kind: 'bytes'; readonly known?: true }
  /**
   * "GET /path?query HTTP/1.1". `bareVersion`: "GET /path 1.1". `known`: never garbage. `plain`: nothing in it needs unescaping.
   * `sentence`: somewhere in a text, "GET /a -> 200 (cached)" (only in lines of named values).
   */
  | {
      readonly kind: 'request';
      readonly bareVersion?: true;
      readonly known?: true;
      readonly plain?: true;
      readonly sentence?: 'with status' | 'without status';
    }
  | { readonly kind: 'method' }
  /** A path, perhaps with a query, or an absolute URL. `plain`: contains no blank. */
  | { readonly kind: 'target'; readonly plain?: true }
  /** INFO, WARNING, … */
  | { readonly kind: 'level' }
  /** "INFO:    ", padded to nine characters (uvicorn). */
  | { readonly kind: 'level-prefix' }
  | { readonly kind: 'number' }
  /** Numbers of several attempts: "0.1, 0.2" or "0.1 : 0.2". */
  | { readonly kind: 'list' }
  /** Contains no blank; may be empty. */
  | { readonly kind: 'word' }
  /** Any text up to what follows. `never`: none of these. */
  | { readonly kind: 'text'; readonly never?: readonly string[] }
  /**
   * The stamp of an envelope in front of the line. It is used as the line's own, or makes that finer if both are in the same tick, or is
   * ignored. Only src/ingest makes such fields.
   */
  | {
      readonly kind: 'collected';
      readonly shape: StampShape;
      readonly use: 'taken' | 'sharpens' | 'ignored';
      readonly tickMicros: number;
    }
  /** A second stamp, the end of the request: the duration is the time between the two. */
  | { readonly kind: 'until'; readonly shape: StampShape }
  /** One or more blanks. */
  | { readonly kind: 'blanks' };

/** What a directive means: a field, or several fields with the literals that the directive writes around them. */
export type Directive = Field | readonly (Field | string)[];

/** A server's directive language: the syntax of directives in a layout, and what each one writes. */
export interface DirectiveLanguage {
  /** Matches one directive. Its first group that matched is the name of the directive. */
  readonly pattern: RegExp;
  readonly directives: Readonly<Record<string, Directive>>;
  /** Families such as %{name}i, tested in order if the name is not listed. */
  readonly families?: readonly { readonly pattern: RegExp; readonly field: Directive }[];
  /** Names are case-insensitive. */
  readonly foldCase?: true;
}

export interface Layout {
  /** "combined", "default", "with pid and duration" */
  readonly name: string;
  /** In the format's language; other text is literal. */
  readonly directives: string;
  /** Further fields are often appended: look for them. */
  readonly open?: true;
  /** The lines do not name the worker: it is that of the last event of this kind. */
  readonly workerFrom?: LifecycleKind;
}

/** Lines of named values. */
export interface KeyedLayout {
  readonly name: string;
  readonly syntax: 'json' | 'logfmt';
  /** Key, or path with dots ("request.uri"), → the meaning of its value. Of several keys for one column, the first is used. */
  readonly fields: Readonly<Record<string, Field>>;
  /** Keys that every such line has. */
  readonly requires: readonly string[];
  /** One of these is required, too: a line without status and duration is about the beginning of a request. */
  readonly oneOf?: readonly string[];
}

/** Pairs of lines that are one request, and numbers that are not what they seem: src/ingest/quirks.ts. */
export type Quirk = 'double-500' | 'killed-500' | 'disconnect-pair';

/** A line that a server writes about itself. */
export interface LifecycleRule {
  /** Beginning of the message, a cheap test before the pattern; '': it may begin with anything. */
  readonly starts: string;
  /** Text that the message contains, such a test if it may begin with anything. */
  readonly holds?: string;
  /** For the whole message, with the named groups worker, value and text. */
  readonly pattern?: RegExp;
  /** null: a message of the server that is no event. */
  readonly kind: LifecycleKind | null;
  /** A second event from the same line. */
  readonly also?: LifecycleKind;
  /** The worker is the process that wrote the line (its pid precedes the message). */
  readonly byWriter?: true;
}

/** What a format reads from a sample line; only the given values are compared. */
export interface SampleRow {
  readonly time?: string | null;
  readonly meaning?: StampMeaning | null;
  readonly durationMicros?: number | null;
  readonly waitMicros?: number | null;
  readonly arrival?: string | null;
  readonly worker?: string | null;
  readonly thread?: string | null;
  readonly route?: string | null;
  readonly status?: number;
  readonly bytes?: number | null;
}

export interface FormatSample {
  readonly line: string;
  /** null: a lifecycle line. */
  readonly row: SampleRow | null;
}

export type LogField = 'time' | 'pid' | 'thread' | 'duration' | 'wait';

export interface LogFormat {
  /** Equal to the file name. */
  readonly id: string;
  readonly title: string;
  readonly language: DirectiveLanguage;
  readonly layouts: readonly Layout[];
  readonly keyed?: readonly KeyedLayout[];
  /** What the server's own stamp means. */
  readonly stamp: StampMeaning;
  /** What a stamp means that the logging layer or an envelope added when the line was written. */
  readonly written: StampMeaning;
  /** Other servers write the same lines with another meaning of the stamp: the data decide. */
  readonly ambiguousStamp?: true;
  /**
   * Another server writes the same lines. They are attributed to it if lines that it writes about itself are among them, and none of
   * `unless`.
   */
  readonly alsoBy?: { readonly id: string; readonly unless: string };
  /**
   * Writes Common or Combined lines, by default or often: these are attributed to it if lines that it writes about itself are in the same
   * input.
   */
  readonly writesCombined?: true;
  /** Writes the whole URL into the request of such lines: "GET http://host/path HTTP/1.1". */
  readonly writesUrls?: true;
  /** Writes the phrase of the status ("200 OK"), in lines with fields in an order that its user chooses. */
  readonly writesPhrases?: true;
  /** A number with decimals behind its lines is the time to the first byte, not to the end of the answer. */
  readonly decimalsToFirstByte?: true;
  /** Names of loggers or syslog tags that prove the format ("gunicorn" also proves it for "gunicorn.access"). */
  readonly loggers?: readonly string[];
  /**
   * It may run the application or pass requests on (Apache: mod_proxy, mod_wsgi's daemons), and its lines do not show which. If they name
   * no worker, its durations may contain a queue.
   */
  readonly mayPassOn?: true;
  /** A proxy: pids in its lines or envelopes are its own, and say nothing about the workers behind it. */
  readonly proxy?: true;
  readonly lifecycle: readonly LifecycleRule[];
  readonly quirks?: readonly Quirk[];
  readonly samples: readonly FormatSample[];
  /** Lines that it must not take. */
  readonly refuses: readonly string[];
  /** Configuration that makes the server log fields, best first. */
  readonly enable: readonly {
    readonly gives: readonly LogField[];
    readonly how: string;
    /** Another setting that helps as well, unless the log has lines of that kind already. */
    readonly also?: { readonly how: string; readonly unless: LifecycleKind };
  }[];
  /** Facts for readers of docs/formats.md, one sentence each. */
  readonly notes: readonly string[];
}

export const defineFormat = (format: LogFormat): LogFormat => format;
