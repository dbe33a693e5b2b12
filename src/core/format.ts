/**
 * The contract of a log format: ONE FILE under parsers/ = ONE SERVER'S FORMATS. A format is data: layouts in the server's
 * own directive language, what its stamp means, its lifecycle lines, samples. src/ingest compiles it into a byte scanner.
 */
import type { StampMeaning } from './batch.ts';
import type { LifecycleKind } from './lifecycle.ts';

export type TimeUnit = 's' | 'ms' | 'us' | 'ns';
/**
 * `by-value`: not said, told by the values. `written`: each value says it, perhaps another one in each line ("31ms", "1m2.5s",
 * "0:00:01.234567").
 */
export type DurationUnit = TimeUnit | 'by-value' | 'written';

/** As `src/ingest/strftime.ts` reads it: "%Y-%m-%d, %H:%M:%S%f". */
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
  | 'any'; // any of these, told by its look: for JSON and logfmt

/** What one directive writes, and the column it fills. Numbers may be "-" or "None": not known. */
export type Field =
  /** Address, perhaps empty, perhaps a list "a, b"; `port`: with ":port" at its end. */
  | { readonly kind: 'client'; readonly port?: boolean }
  /** `means: 'written'`: put in by a logging layer when the line is written, so it means what the format says of that. */
  | {
      readonly kind: 'time';
      readonly shape: StampShape;
      readonly means: StampMeaning | 'written';
      /** Its name says what it means ("started_at"), which holds unless the data prove otherwise. */
      readonly named?: true;
      /** Another stamp of the line is as good, and finer. */
      readonly coarse?: true;
      /** A time of day, whose date is the `day` of the line (lines of named values only). */
      readonly apart?: true;
    }
  /** "2024-10-29", whose time of day stands in another value. */
  | { readonly kind: 'day' }
  /** Several in one line: the finest is taken, unless `add` says that they are parts of one sum. */
  | {
      readonly kind: 'duration';
      readonly unit: DurationUnit;
      readonly covers: 'service' | 'response';
      readonly add?: true;
      /** Written with decimals, finer than its unit. */
      readonly fine?: true;
      /** Never with more decimals; what another program wrote again may have fewer. */
      readonly decimals?: number;
      /** The units that the server may be told to write in whole numbers, the coarse one first (lines of named values only). */
      readonly wholeUnits?: readonly [TimeUnit, TimeUnit];
    }
  /** Time in a queue as the line states it. `before`: the stamp lies before it, so the work starts that much later. */
  | { readonly kind: 'wait'; readonly unit: TimeUnit; readonly before?: true }
  /** Time between the stamp and the start of the work that is no queueing (headers read, connect). */
  | { readonly kind: 'lead'; readonly unit: TimeUnit }
  /** X-Request-Start: "t=1730221455.123", or an epoch in s, ms or µs. */
  | { readonly kind: 'arrival' }
  /** Digits, perhaps in <>; `angled`: its server always writes them so. */
  | { readonly kind: 'pid'; readonly angled?: true }
  /** A worker that is named by a word; `never`: not by one of these. */
  | { readonly kind: 'worker'; readonly never?: readonly string[] }
  | { readonly kind: 'thread' }
  /** `known`: never "-". */
  | { readonly kind: 'status'; readonly known?: true }
  /** "200 OK": the phrase may be missing. */
  | { readonly kind: 'status-phrase' }
  /** `known`: never "-". */
  | { readonly kind: 'bytes'; readonly known?: true }
  /** "GET /path?query HTTP/1.1"; `bareVersion`: "GET /path 1.1"; `known`: never garbage; `plain`: nothing
   * that would have to be unescaped; `sentence`: somewhere in a text, "GET /a -> 200 (cached)" (lines of named values only). */
  | {
      readonly kind: 'request';
      readonly bareVersion?: true;
      readonly known?: true;
      readonly plain?: true;
      readonly sentence?: 'with status' | 'without status';
    }
  | { readonly kind: 'method' }
  /** Path, perhaps with a query, perhaps an absolute URL; `plain`: no blank in it. */
  | { readonly kind: 'target'; readonly plain?: true }
  /** INFO, WARNING, … */
  | { readonly kind: 'level' }
  /** "INFO:    ", padded to nine characters (uvicorn). */
  | { readonly kind: 'level-prefix' }
  | { readonly kind: 'number' }
  /** Numbers of several attempts: "0.1, 0.2" or "0.1 : 0.2". */
  | { readonly kind: 'list' }
  /** No blank in it; may be empty. */
  | { readonly kind: 'word' }
  /** Anything up to what follows; `never`: not one of these. */
  | { readonly kind: 'text'; readonly never?: readonly string[] }
  /**
   * The stamp of an envelope in front of the line: taken for the line's own, or sharpening it where both lie in one tick, or
   * passed over. Only src/ingest makes such fields.
   */
  | {
      readonly kind: 'collected';
      readonly shape: StampShape;
      readonly use: 'taken' | 'sharpens' | 'ignored';
      readonly tickMicros: number;
    }
  /** A second stamp, the end of the request: the duration is what lies between. */
  | { readonly kind: 'until'; readonly shape: StampShape }
  /** One blank or more. */
  | { readonly kind: 'blanks' };

/** What a directive stands for: a field, or fields with the literal text that the directive itself writes around them. */
export type Directive = Field | readonly (Field | string)[];

/** A server's directive language: how directives look in a layout, and what each writes. */
export interface DirectiveLanguage {
  /** Matches one directive; its first group that took part is the directive's name. */
  readonly pattern: RegExp;
  readonly directives: Readonly<Record<string, Directive>>;
  /** Families such as %{name}i: tested in order when the name is not listed. */
  readonly families?: readonly { readonly pattern: RegExp; readonly field: Directive }[];
  /** Names are compared in lower case. */
  readonly foldCase?: true;
}

export interface Layout {
  /** "combined", "default", "with pid and duration" */
  readonly name: string;
  /** In the format's language; literal text stands for itself. */
  readonly directives: string;
  /** Further fields are often appended here: look for them. */
  readonly open?: true;
  /** The lines do not name the worker: it is the one of the last event of this kind. */
  readonly workerFrom?: LifecycleKind;
}

/** Lines of named values. */
export interface KeyedLayout {
  readonly name: string;
  readonly syntax: 'json' | 'logfmt';
  /** Key, or path with dots ("request.uri"), → what its value means. Of several keys for one column the first is taken. */
  readonly fields: Readonly<Record<string, Field>>;
  /** Keys without which it is no such line. */
  readonly requires: readonly string[];
  /** One of these must be there, too: without a status and a duration a line tells how a request began. */
  readonly oneOf?: readonly string[];
}

/** Stories that two lines tell of one request, or whose numbers are not what they seem: src/ingest/quirks.ts. */
export type Quirk = 'double-500' | 'killed-500' | 'disconnect-pair';

/** A line that a server writes about itself. */
export interface LifecycleRule {
  /** What the message starts with: a cheap test in front of the pattern; '' when nothing is fixed. */
  readonly starts: string;
  /** What stands somewhere in the message: such a test where nothing is fixed at its start. */
  readonly holds?: string;
  /** Over the whole message; groups by name: worker, value, text. */
  readonly pattern?: RegExp;
  /** null: the server's own chatter, no event. */
  readonly kind: LifecycleKind | null;
  /** A second event of the same line. */
  readonly also?: LifecycleKind;
  /** The worker is the process that wrote the line (its pid stands in front of the message). */
  readonly byWriter?: true;
}

/** What a format gives for one sample line; only what is named is compared. */
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
  /** Equals the file name. */
  readonly id: string;
  readonly title: string;
  readonly language: DirectiveLanguage;
  readonly layouts: readonly Layout[];
  readonly keyed?: readonly KeyedLayout[];
  /** What the server's own stamp means. */
  readonly stamp: StampMeaning;
  /** What a stamp means that the logging layer, or an envelope, put on the line when it was written. */
  readonly written: StampMeaning;
  /** Other servers write the same lines, and disagree about the stamp: it is read as the data say. */
  readonly ambiguousStamp?: true;
  /** Another server writes the same lines: where its own lines stand beside them, and none of `unless`, they are that one's. */
  readonly alsoBy?: { readonly id: string; readonly unless: string };
  /** Writes Common or Combined lines, by default or often: lines of its own in the same input say that those are its. */
  readonly writesCombined?: true;
  /** Writes the whole URL into the request of such lines: "GET http://host/path HTTP/1.1". */
  readonly writesUrls?: true;
  /** Says in words how it answered ("200 OK"), in lines whose fields its user puts in any order. */
  readonly writesPhrases?: true;
  /** A number with decimals that stands behind its lines is the time to the first byte, not that of the whole answer. */
  readonly decimalsToFirstByte?: true;
  /** Names of loggers or syslog tags that prove the format ("gunicorn" proves for "gunicorn.access" too). */
  readonly loggers?: readonly string[];
  /**
   * It may run the application or pass requests on (Apache: mod_proxy, mod_wsgi's daemons), and its lines do not say which: where they
   * name no worker, its durations may hold a queue.
   */
  readonly mayPassOn?: true;
  /** A proxy: pids of its envelope are its own and say nothing of the workers behind it. */
  readonly proxy?: true;
  readonly lifecycle: readonly LifecycleRule[];
  readonly quirks?: readonly Quirk[];
  readonly samples: readonly FormatSample[];
  /** Lines it must not take. */
  readonly refuses: readonly string[];
  /** Configuration that makes the server log fields, best first. */
  readonly enable: readonly {
    readonly gives: readonly LogField[];
    readonly how: string;
    /** What helps beside it, unless the log has lines of that kind already. */
    readonly also?: { readonly how: string; readonly unless: LifecycleKind };
  }[];
  /** Facts for a reader of docs/formats.md, one sentence each. */
  readonly notes: readonly string[];
}

export const defineFormat = (format: LogFormat): LogFormat => format;
