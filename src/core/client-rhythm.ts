/**
 * Do answers come more evenly than independent callers would have them? U clients who wait for their answer cannot all ask
 * in one second and never in the next: the counts of neighbouring seconds scatter less than those of a Poisson process, even
 * where a stamp of a second hides who was in the server with whom.
 *
 * Each client is a renewal process whose cycle is its pause and its service. Such a process, and the sum of any number of
 * them, has the spectrum (relative to its rate)
 *   S(ω) = (1 - |φ|²) / |1 - φ|²,  φ(ω) = φ_service(ω) / (1 + i ω Z)
 * (Cox & Lewis, The Statistical Analysis of Series of Events, 1966); callers who come at random have S = 1. Counted in bins of
 * width Δ it becomes Σ_k S(ω + 2πk/Δ) sinc²(ωΔ/2 + πk). Two spectra are compared by the likelihood of the periodogram I,
 * -Σ ln S + I / S (Whittle 1953).
 */

import { meanOf } from './statistics.ts';

/** Requests whose ends are counted; columns in µs, row by row. */
export interface TimedRequests {
  readonly length: number;
  readonly start: Float64Array;
  readonly service: Float64Array;
}

/** What the counts say for one kind of callers, nats more than for independent ones. */
export interface ClientRhythm {
  /** Clients with a mean pause of `thinkMicros`. */
  closed(thinkMicros: number): number;
  /** A source that keeps a beat of its own: as even as clients, but nobody waits for an answer. */
  readonly paced: number;
}

/** Bins of a segment, whose rate may differ from that of the next; the fewest that say something, and the most segments. */
const SEGMENT = 128;
const LEAST_BINS = 24;
const MOST_SEGMENTS = 48;
/** Waves as long as the segment, or half of it, are the load's own ups and downs. */
const FIRST_WAVE = 2;
/** Services that stand for all in their characteristic function. */
const SERVICES = 200;
/** Neighbours of the base band that a bin folds into it. */
const ALIASES = 3;
/** Spectrum of a source that keeps a beat. */
const PACED = 0.05;
/** No spectrum is taken to be lower: a stamp may slip into the next bin. */
const LEAST = 0.03;

/** null: too few bins. `tick` µs: the width of a stamp. */
export function clientRhythm(requests: TimedRequests, tick: number): ClientRhythm | null {
  const { service, length } = requests;
  const bin = rhythmBin(service, tick);
  const { power, segments, size } = periodogram(endsOf(requests), bin);
  if (segments === 0) return null;
  const step = Math.max(1, Math.floor(length / SERVICES));
  const services = Float64Array.from({ length: Math.floor(length / step) }, (_, k) => service[k * step]);
  const waves = Array.from({ length: power.length }, (_, k) => (2 * Math.PI * (k + FIRST_WAVE)) / (size * bin));
  const folded = waves.map((omega) =>
    Array.from({ length: 2 * ALIASES + 1 }, (_, k) => {
      const at = omega + (2 * Math.PI * (k - ALIASES)) / bin;
      return { at, weight: sinc((at * bin) / 2) ** 2, law: characteristic(services, at) };
    }),
  );
  // Less what callers at random would have, whose spectrum is flat.
  const flat = spectrumNats({ power, segments }, () => 1);
  const nats = (spectrum: (wave: number) => number) => spectrumNats({ power, segments }, spectrum) - flat;
  return {
    closed: (thinkMicros) =>
      nats((w) => {
        let inside = 0;
        let sum = 0;
        for (const { at, weight, law } of folded[w]) {
          inside += weight;
          sum += weight * renewalSpectrum(law, at * thinkMicros);
        }
        return sum + 1 - inside;
      }),
    paced: nats(() => PACED),
  };
}

/** µs: finer than the stamps there is nothing to count, and much finer than the services nothing to learn. */
export const rhythmBin = (service: Float64Array, tick: number): number => Math.max(tick, meanOf(service) / 2);

/** µs, ascending. */
export const endsOf = ({ start, service }: TimedRequests): Float64Array => start.map((at, i) => at + service[i]).sort();

/** ln of the likelihood of a periodogram under a spectrum by wave (Whittle 1953), but for a constant. */
export function spectrumNats(
  { power, segments }: Pick<Periodogram, 'power' | 'segments'>,
  spectrum: (wave: number) => number,
): number {
  let sum = 0;
  for (let w = 0; w < power.length; w++) {
    const level = Math.max(LEAST, spectrum(w));
    sum -= segments * Math.log(level) + power[w] / level;
  }
  return sum;
}

export interface Periodogram {
  /** Summed over the segments, relative to their rates, from FIRST_WAVE on. */
  readonly power: Float64Array;
  readonly segments: number;
  readonly size: number;
}

/** `instants` ascending, µs; bins begin at whole multiples of their width, as ticks do. `size` bins a segment, else as many as there are. */
export function periodogram(instants: Float64Array, bin: number, size?: number): Periodogram {
  const none = { power: new Float64Array(0), segments: 0, size: 0 };
  if (instants.length === 0 || !(bin > 0)) return none;
  const first = Math.floor(instants[0] / bin) + 1;
  const bins = Math.floor(instants[instants.length - 1] / bin) - first;
  const segment = size ?? Math.min(SEGMENT, bins);
  if (bins < Math.max(LEAST_BINS, segment)) return none;
  const parts = Math.max(1, Math.floor(bins / segment));
  const taken = Math.min(parts, MOST_SEGMENTS);
  const power = new Float64Array(Math.floor(segment / 2) + 1 - FIRST_WAVE);
  let segments = 0;
  let at = 0;
  for (let s = 0; s < taken; s++) {
    const from = first + Math.floor((s * parts) / taken) * segment;
    const counts = new Float64Array(segment);
    let total = 0;
    while (at < instants.length && Math.floor(instants[at] / bin) < from) at++;
    for (let i = at; i < instants.length; i++) {
      const place = Math.floor(instants[i] / bin) - from;
      if (place >= segment) break;
      counts[place]++;
      total++;
    }
    if (total < segment / 4) continue;
    segments++;
    for (let k = 0; k < power.length; k++) power[k] += waveOf(counts, k + FIRST_WAVE) / total;
  }
  return segments > 0 ? { power, segments, size: segment } : none;
}

/** |Σ n_t exp(-2πi k t / N)|² */
function waveOf(counts: Float64Array, k: number): number {
  let cos = 0;
  let sin = 0;
  const angle = (2 * Math.PI * k) / counts.length;
  for (let t = 0; t < counts.length; t++) {
    cos += counts[t] * Math.cos(angle * t);
    sin += counts[t] * Math.sin(angle * t);
  }
  return cos * cos + sin * sin;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x) / x);

type Complex = readonly [real: number, imaginary: number];

/** Mean of exp(-i ω S). */
function characteristic(services: Float64Array, omega: number): Complex {
  let cos = 0;
  let sin = 0;
  for (let i = 0; i < services.length; i++) {
    cos += Math.cos(omega * services[i]);
    sin += Math.sin(omega * services[i]);
  }
  return [cos / services.length, -sin / services.length];
}

/** S of a cycle of a service with characteristic function `law` and an exponential pause; `turn` = ω × its mean. */
function renewalSpectrum([real, imaginary]: Complex, turn: number): number {
  const scale = 1 / (1 + turn * turn);
  const re = (real + imaginary * turn) * scale;
  const im = (imaginary - real * turn) * scale;
  const apart = (1 - re) ** 2 + im ** 2;
  return apart > 1e-9 ? (1 - re * re - im * im) / apart : 1;
}
