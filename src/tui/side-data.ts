/** Data that takes time to fetch: raw lines of the log, and predictions. Requested after a frame has been drawn. */
import type { Clock } from '../core/clock.ts';
import { poolName } from '../core/pool-names.ts';
import type { PoolPrediction, PoolShape } from '../core/prediction.ts';
import type { Engine, RawLine } from '../engine/engine.ts';
import type { View } from './panel.ts';
import { askedPool, ladderOf, type Predictions, presentPool } from './what-if.ts';

/** Least time between two reads of raw lines from the file, µs. */
const LINES_EVERY = 200_000;
/** A live log changes all the time; predictions are recomputed this often, µs. */
const PREDICT_EVERY = 10_000_000;
const LINES_BEFORE = 60;
const LINES_AFTER = 20;

export class SideData {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #changed: () => void;
  rawLines: readonly RawLine[] = [];
  #predictions = new Map<string, PoolPrediction | null | undefined>();
  #linesKey = '';
  #linesAt = Number.NEGATIVE_INFINITY;
  #linesBusy = false;
  #predictedFor: unknown = null;
  #predictedAt = Number.NEGATIVE_INFINITY;

  constructor(engine: Engine, clock: Clock, changed: () => void) {
    this.#engine = engine;
    this.#clock = clock;
    this.#changed = changed;
  }

  predictions(view: Pick<View, 'snapshot' | 'ui'>): Predictions {
    const present = presentPool(view.snapshot.summary);
    if (!present) return { present: undefined, asked: undefined, ladder: [] };
    const asked = askedPool(present, view.ui);
    const of = (pool: PoolShape) => this.#predictions.get(poolName(pool));
    return {
      present: of(present),
      asked: of(asked),
      ladder: ladderOf(asked).map((pool) => ({ pool, prediction: of(pool) })),
    };
  }

  /** Requests what the picture just drawn lacks. */
  after(view: View): void {
    if (view.ui.request) this.#lines(view.ui.request.source, view.ui.request.offset, 0, 1);
    else if (view.ui.tab === 'log') this.#log(view);
    if (view.ui.tab === 'what-if') this.#predict(view);
  }

  /** Lines up to the newest request in the time range, and some after it if it is the newest of all. */
  #log({ scene, ui }: View): void {
    const { rows, source } = scene.stats();
    const { requests } = source;
    const row = rows.length > 0 ? rows[rows.length - 1] : requests.length - 1;
    if (row < 0) return;
    const after = ui.cursor === null && row === requests.length - 1 ? LINES_AFTER : 1;
    this.#lines(requests.source[row], requests.offset[row], LINES_BEFORE, after);
  }

  #lines(source: number, offset: number, before: number, after: number): void {
    const key = `${source}:${offset}:${before}`;
    const now = this.#clock.nowMicros();
    if (key === this.#linesKey || this.#linesBusy || now - this.#linesAt < LINES_EVERY) return;
    this.#linesKey = key;
    this.#linesAt = now;
    this.#linesBusy = true;
    this.#engine
      .readLines(source, offset, before, after)
      .then(
        (lines) => {
          this.rawLines = lines;
        },
        () => {
          this.rawLines = [];
        },
      )
      .finally(() => {
        this.#linesBusy = false;
        this.#changed();
      });
  }

  #predict({ snapshot, ui }: View): void {
    const present = presentPool(snapshot.summary);
    if (!present) return;
    const now = this.#clock.nowMicros();
    const isNews = snapshot.summary !== this.#predictedFor && now - this.#predictedAt > PREDICT_EVERY;
    if (isNews) {
      this.#predictedFor = snapshot.summary;
      this.#predictedAt = now;
    }
    const asked = askedPool(present, ui);
    // In the order of their importance to the user.
    const pools = [present, asked, ...ladderOf(asked)];
    const names = new Set(pools.map(poolName));
    // A pool that is no longer shown is computed again when it is shown next.
    if (isNews) for (const name of this.#predictions.keys()) if (!names.has(name)) this.#predictions.delete(name);
    for (const pool of pools.filter((one, i) => pools.findIndex((other) => poolName(other) === poolName(one)) === i)) {
      const name = poolName(pool);
      if (this.#predictions.has(name) && !isNews) continue;
      if (!this.#predictions.has(name)) this.#predictions.set(name, undefined);
      this.#engine.predict(pool).then(
        (prediction) => {
          this.#predictions.set(name, prediction);
          this.#changed();
        },
        () => this.#predictions.delete(name),
      );
    }
  }
}
