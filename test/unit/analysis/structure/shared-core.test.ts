// Requests that share a core take longer the more of them there are, as requests do that queue for hidden slots.
import { expect, it } from 'vitest';
import { loadGrowth } from '../../../../src/analysis/structure/hidden-slots.ts';
import { traceOf } from '../../../../src/analysis/structure/trace.ts';
import { createRandom } from '../../../helpers/random.ts';
import { EPOCH, emptyTable } from '../../../helpers/simulated-table.ts';

/** Requests of equal work that share one core: each progresses at the speed that the number of them leaves. */
function shared(seed: number, rate: number, work: number) {
  const random = createRandom(seed);
  const arrivals: number[] = [];
  for (let at = random.exponential(1 / rate); at < 400; at += random.exponential(1 / rate)) arrivals.push(at);
  const present: { start: number; left: number }[] = [];
  const done: { start: number; end: number }[] = [];
  let now = 0;
  const run = (until: number) => {
    while (present.length > 0) {
      const least = Math.min(...present.map(({ left }) => left));
      const at = now + least * present.length;
      const stop = Math.min(until, at);
      const each = (stop - now) / present.length;
      for (const one of present) one.left -= each;
      now = stop;
      if (at > until) return;
      const k = present.findIndex(({ left }) => left < 1e-9);
      done.push({ start: present[k].start, end: now });
      present.splice(k, 1);
    }
    now = until;
  };
  for (const at of arrivals) {
    run(at);
    now = at;
    present.push({ start: at, left: work * random.between(0.97, 1.03) });
  }
  run(1e9);
  return done;
}

it.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'equal requests that share a core are not told to stand in a queue (seed %i)',
  (seed) => {
    const requests = shared(seed, 8, 0.1);
    const table = emptyTable(requests.length, 0.001);
    requests.forEach(({ start, end }, i) => {
      table.start[i] = EPOCH + Math.round(start * 1e6);
      table.end[i] = EPOCH + Math.round(end * 1e6);
      table.duration[i] = table.end[i] - table.start[i];
    });
    const growth = loadGrowth(traceOf(table), 'not-asked', 4, false);
    expect(growth?.grows).toBe(true);
    expect(growth?.inTurn).toBeUndefined();
  },
);
