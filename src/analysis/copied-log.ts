/**
 * Detects a log that is given twice (a file and its copy, a pattern that matches both): all rows are the same, which those of two servers
 * never are.
 */
import type { LifecycleEvent } from '../core/lifecycle.ts';
import { instantOf } from '../core/table.ts';
import type { Partial } from './partial.ts';

/** Fewest rows that differ from the one before: servers that answer one health check a second write the same lines as their neighbours. */
const LEAST_TELLING = 8;

/** Two 32-bit FNV-1a hashes (Fowler, Noll, Vo) with different seeds: two different logs agree with a chance of 2^-64. */
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

/** A text that is equal only for copies of a log. null: the log has too few distinct rows to be recognised, or no time. */
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
