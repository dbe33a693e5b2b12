/** What a server says about itself between its requests: boots, exits, timeouts, lengths of queues. Rare, so plain objects will do. */
export type LifecycleKind =
  | 'listen' // the server accepts connections
  | 'boot' // a worker process started
  | 'exit' // a worker process ended in order
  | 'recycle' // a worker reached its maximum of requests
  | 'timeout' // a worker did not answer in time and is being killed
  | 'killed' // a worker was killed by a signal
  | 'reload' // the operator asked for new workers (HUP, USR2)
  | 'resize' // the operator asked for a worker more or less; which, in `text` ("ttin", "ttou")
  | 'shutdown' // the server stops
  | 'model' // names the worker class, in `text` ("sync", "gthread", "uvicorn.workers.UvicornWorker")
  | 'threads' // names the threads per worker, in `value`
  | 'queue-depth' // requests that wait for a worker at this moment, in `value`
  | 'queued' // a request came and has to wait; in `value` how many do, it among them
  | 'queue-full' // the listen queue or a limit was reached
  | 'client-gone' // a client closed its connection before the answer was through
  | 'gateway-error' // a proxy answered without the server behind it: the status in `value`, the route in `text`
  | 'error'; // anything else worth a mark; `text` says what

/** Of each log, at most so many are kept. */
export const MOST_LIFECYCLE_EVENTS = 20_000;

export interface LifecycleEvent {
  readonly kind: LifecycleKind;
  /** µs since 1970 UTC; NaN: the line has no time. */
  readonly time: number;
  /** Byte offset of the line in its input. */
  readonly offset: number;
  readonly source: number;
  /** The worker that it is about, with its name in the request lines; null: it is about the whole server. */
  readonly worker: string | null;
  readonly value: number | null;
  readonly text: string | null;
}
