/** What simulated callers do: distributions of service times, and of arrivals. */
import type { Random } from './random.ts';

/** Service time of a request in seconds, and its route (0, or 1 for the slow one of two). */
export type ServiceLaw =
  | { readonly law: 'fixed' | 'exponential' | 'uniform'; readonly mean: number }
  | { readonly law: 'lognormal'; readonly mean: number; readonly variation: number }
  /** `share` of the requests take `slow` seconds, the others `mean`. */
  | { readonly law: 'two-routes'; readonly mean: number; readonly slow: number; readonly share: number };

/** When requests arrive: rates per second, times in seconds. */
export type Load =
  | { readonly kind: 'poisson'; readonly phases: readonly { readonly rate: number; readonly seconds: number }[] }
  /** Switches between two rates; each lasts `hold` seconds on average. */
  | {
      readonly kind: 'two-speed';
      readonly rates: readonly [number, number];
      readonly hold: number;
      readonly seconds: number;
    }
  | { readonly kind: 'batches'; readonly rate: number; readonly size: number; readonly seconds: number }
  | { readonly kind: 'closed'; readonly users: number; readonly think: number; readonly seconds: number }
  | { readonly kind: 'burst'; readonly size: number };

/** @param jitter variation of the times of the law `fixed`, as a share of their mean */
export const drawService = (law: ServiceLaw, random: Random, jitter: number): { seconds: number; route: number } => {
  switch (law.law) {
    case 'fixed':
      return { seconds: law.mean * (1 + jitter * Math.abs(random.normal())), route: 0 };
    case 'exponential':
      return { seconds: random.exponential(law.mean), route: 0 };
    case 'uniform':
      return { seconds: law.mean * random.between(0.18, 1.82), route: 0 };
    case 'lognormal': {
      const variance = Math.log(1 + law.variation * law.variation);
      return { seconds: law.mean * Math.exp(Math.sqrt(variance) * random.normal() - variance / 2), route: 0 };
    }
    case 'two-routes':
      return random.next() < law.share
        ? { seconds: law.slow * random.between(1, 1.02), route: 1 }
        : { seconds: law.mean * random.between(0.9, 1.2), route: 0 };
  }
};

/** Arrivals in seconds, sorted; none for a closed loop, whose arrivals depend on the answers. A burst arrives within `burstSeconds`. */
export function openArrivals(load: Load, random: Random, burstSeconds: number): number[] {
  const out: number[] = [];
  if (load.kind === 'poisson') {
    let from = 0;
    for (const { rate, seconds } of load.phases) {
      for (let t = from + random.exponential(1 / rate); t < from + seconds; t += random.exponential(1 / rate))
        out.push(t);
      from += seconds;
    }
  } else if (load.kind === 'two-speed') {
    let phase = random.integer(0, 1);
    let until = random.exponential(load.hold);
    let t = 0;
    while (t < load.seconds) {
      const step = random.exponential(1 / load.rates[phase]);
      if (t + step > until) {
        t = until;
        phase = 1 - phase;
        until += random.exponential(load.hold);
      } else {
        t += step;
        if (t < load.seconds) out.push(t);
      }
    }
  } else if (load.kind === 'batches') {
    for (let t = random.exponential(1 / load.rate); t < load.seconds; t += random.exponential(1 / load.rate)) {
      for (let i = 0; i < load.size; i++) out.push(t + random.between(0, 0.004));
    }
  } else if (load.kind === 'burst') {
    const at = random.between(0, 1);
    for (let i = 0; i < load.size; i++) out.push(at + random.between(0, burstSeconds));
  }
  return out.sort((a, b) => a - b);
}
