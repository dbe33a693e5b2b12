/** Which findings came and went between two summaries of a live log. */
import type { FindingSummary } from '../core/summary.ts';

export interface FindingChange {
  readonly state: 'opened' | 'closed';
  readonly finding: FindingSummary;
}

/** A finding that is missing from this many summaries in a row is over: one that flickers is told of once. */
const PATIENCE = 3;

export class FindingChanges {
  readonly #open = new Map<string, { finding: FindingSummary; missed: number }>();

  update(findings: readonly FindingSummary[]): FindingChange[] {
    const changes: FindingChange[] = [];
    const present = new Map(findings.map((finding) => [finding.id, finding]));
    for (const [id, finding] of present) {
      if (!this.#open.has(id)) changes.push({ state: 'opened', finding });
      this.#open.set(id, { finding, missed: 0 });
    }
    for (const [id, entry] of this.#open) {
      if (present.has(id)) continue;
      entry.missed++;
      if (entry.missed < PATIENCE) continue;
      this.#open.delete(id);
      changes.push({ state: 'closed', finding: entry.finding });
    }
    return changes;
  }

  /** Those still open, for the end. */
  rest(): FindingChange[] {
    return [...this.#open.values()].map(({ finding }) => ({ state: 'closed', finding }));
  }
}
