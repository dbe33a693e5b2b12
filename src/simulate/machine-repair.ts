/**
 * The machine repair model: `count` clients pause for an exponential time and then need one of `slots` servers, queueing if all are busy
 * (Palm 1947; a closed network of a delay and a multi-server station). Times in µs.
 */

export interface RepairState {
  /** Requests per µs. */
  readonly rate: number;
  /** Share of the time in which all slots are busy. */
  readonly full: number;
  /** Arrivals per µs while all slots are busy. */
  readonly fullRate: number;
  /** Mean wait for a slot over all requests, µs. */
  readonly wait: number;
}

/** The steady state; `slots` may be Infinity: nobody waits. */
export function repairState(count: number, slots: number, service: number, think: number): RepairState {
  // The weights of the states are rescaled as they grow, so that none overflows.
  let weight = 1;
  let free = 1;
  let full = 0;
  let freeThinking = count;
  let fullThinking = 0;
  for (let j = 1; j <= count; j++) {
    weight *= ((count - j + 1) / think) * (service / Math.min(j, slots));
    if (weight > 1e200) {
      weight *= 1e-200;
      free *= 1e-200;
      full *= 1e-200;
      freeThinking *= 1e-200;
      fullThinking *= 1e-200;
    }
    if (j >= slots) {
      full += weight;
      fullThinking += weight * (count - j);
    } else {
      free += weight;
      freeThinking += weight * (count - j);
    }
  }
  const thinking = (freeThinking + fullThinking) / (free + full);
  const rate = thinking / think;
  return {
    rate,
    full: full / (free + full),
    fullRate: full > 0 ? fullThinking / full / think : 0,
    // Response law: count = rate × (wait + service + think).
    wait: Math.max(0, count / rate - service - think),
  };
}

/** The mean pause (µs) with which `count` clients make `rate` requests per µs; null where they cannot. */
export function pauseFor(count: number, slots: number, service: number, rate: number): number | null {
  let low = service * 1e-4;
  let high = count / rate;
  if (repairState(count, slots, service, low).rate < rate || !(high > low)) return null;
  for (let i = 0; i < 50; i++) {
    const middle = Math.sqrt(low * high);
    if (repairState(count, slots, service, middle).rate > rate) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}
