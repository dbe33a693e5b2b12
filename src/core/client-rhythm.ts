/**
 * Whether answers come more evenly than those to independent callers would. U clients that wait for their answers cannot all ask in one
 * second and none in the next: counts of neighbouring seconds scatter less than those of a Poisson process, even if stamps in whole
 * seconds hide which requests ran at the same time.
 *
 * Each client is a renewal process whose cycle is its pause and its service. Such a process, and the sum of any number of them, has the
 * spectrum (relative to its rate)
 *   S(ω) = (1 - |φ|²) / |1 - φ|²,  φ(ω) = φ_service(ω) / (1 + i ω Z),  Z = mean pause
 * (Cox & Lewis, The Statistical Analysis of Series of Events, 1966); independent callers have S = 1. Counted in bins of width Δ, the
 * spectrum becomes Σ_k S(ω + 2πk/Δ) sinc²(ωΔ/2 + πk). Two spectra are compared by the log likelihood of the periodogram I,
 * -Σ (ln S + I / S) (Whittle 1953).
 */

import { meanOf } from './statistics.ts';

/** Requests whose ends are counted; one value per request, in µs. */
export interface TimedRequests {
  readonly length: number;
  readonly start: Float64Array;
  readonly service: Float64Array;
}

/** Log likelihood ratio (in nats) of each kind of callers against independent ones. */
export interface ClientRhythm {
  /** Clients with a mean pause of `thinkMicros` (µs). */
  closed(thinkMicros: number): number;
  /** A source with its own regular beat: as even as clients, but it does not wait for answers. */
  readonly paced: number;
}

/** Bins in a segment (the rate may differ between segments); fewest bins that are enough; most segments. */
const SEGMENT = 128;
const LEAST_BINS = 24;
const MOST_SEGMENTS = 48;
/** First wave number that is used: the waves below it, as long as the segment, are changes of the load itself. */
const FIRST_WAVE = 2;
/** So many service times represent all of them in their characteristic function. */
const SERVICES = 200;
/** Bands on each side of the base band that binning folds into it. */
const ALIASES = 3;
/** Spectrum of a source with a regular beat. */
const PACED = 0.05;
/** Lower limit of a spectrum, as a stamp may slip into the next bin. */
const LEAST = 0.03;

/** null: too few bins. @param tick µs: one tick of the stamp */
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
  // Relative to independent callers, whose spectrum is flat.
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

/** µs: finer bins than the stamps show nothing new, and much finer ones than the service times are not needed. */
export const rhythmBin = (service: Float64Array, tick: number): number => Math.max(tick, meanOf(service) / 2);

/** Ends in µs, ascending. */
export const endsOf = ({ start, service }: TimedRequests): Float64Array => start.map((at, i) => at + service[i]).sort();

/** Log likelihood, up to a constant, of a periodogram under a spectrum by wave (Whittle 1953). */
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
  /** Sum over the segments, each relative to its rate; wave numbers from FIRST_WAVE on. */
  readonly power: Float64Array;
  readonly segments: number;
  readonly size: number;
}

/**
 * @param instants µs, ascending
 * @param bin µs; bins begin at multiples of it, like ticks
 * @param size bins in a segment; default: as many as there are, up to SEGMENT
 */
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

/** Characteristic function of the service time S: the mean of exp(-i ω S). */
function characteristic(services: Float64Array, omega: number): Complex {
  let cos = 0;
  let sin = 0;
  for (let i = 0; i < services.length; i++) {
    cos += Math.cos(omega * services[i]);
    sin += Math.sin(omega * services[i]);
  }
  return [cos / services.length, -sin / services.length];
}

/** Spectrum of cycles of a service time with characteristic function `law` and an exponential pause; `turn` = ω × mean pause. */
function renewalSpectrum([real, imaginary]: Complex, turn: number): number {
  const scale = 1 / (1 + turn * turn);
  const re = (real + imaginary * turn) * scale;
  const im = (imaginary - real * turn) * scale;
  const apart = (1 - re) ** 2 + im ** 2;
  return apart > 1e-9 ? (1 - re * re - im * im) / apart : 1;
}
