/** A log that is given twice (a file and its copy, a pattern that matches both): row by row the same, which two servers never are. */
import type { LifecycleEvent } from '../core/lifecycle.ts';
import { instantOf } from '../core/table.ts';
import type { Partial } from './partial.ts';

/** Rows that differ from the one before: a server that answers one health check a second writes the same as its neighbour. */
const LEAST_TELLING = 8;

/** FNV-1a (Fowler, Noll, Vo), 32 bits of each half of two seeds: 2^-64 for two logs that differ. */
class Hash {
  #low = 0x811c9dc5;
  #high = 0x050c5d1f;

  add(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      this.#low = Math.imul(this.#low ^ code, 0x01000193);
      this.#high = Math.imul(this.#high ^ (code + 0x9e37), 0x01000193);
    }
  }

  get value(): string {
    return `${this.#low >>> 0}/${this.#high >>> 0}`;
  }
}

/** What a log holds: equal for copies alone. null: it holds too little to be told from another one, or says no time. */
export function fingerprintOf(partial: Partial): string | null {
  const { names, requests, bytes, first, last } = partial;
  if (!Number.isFinite(first)) return null;
  const rows = partial.retained.table();
  const hash = new Hash();
  let telling = 0;
  let before = '';
  for (let i = 0; i < rows.length; i++) {
    const worker = rows.worker[i] < 0 ? '' : names.workers.text(rows.worker[i]);
    const route = rows.route[i] < 0 ? '' : names.routes.text(rows.route[i]);
    const since = i === 0 ? 0 : instantOf(rows, i) - instantOf(rows, i - 1);
    const row = `${since} ${rows.duration[i]} ${rows.status[i]} ${rows.bytes[i]} ${worker} ${route}\n`;
    if (row !== before) telling++;
    before = row;
    hash.add(row);
  }
  const events: readonly LifecycleEvent[] = partial.lifecycle;
  for (const { kind, time, worker } of events) {
    telling++;
    hash.add(`${kind} ${time} ${worker}\n`);
  }
  return telling >= LEAST_TELLING ? [requests, bytes, first, last, partial.lifecycleCount, hash.value].join(' ') : null;
}
