/** nginx's `$request_time $upstream_response_time` without names: two times with three decimals, the whole and a part of it. */
import type { FoundToken } from './open-numbers.ts';

const whole = /^\d+\.\d{3}$/;
/** "-" if nginx itself answered. */
const part = /^(-|\d+\.\d{3})$/;
/** Seconds: each is cut to milliseconds, and by its own clock. */
const ROUNDING = 0.002;
/** The part must be no longer than the whole on the first share of the lines, and differ by at most OWN_WORK on the second. */
const NEARLY_ALL = 0.95;
const USUALLY = 0.5;
/** Seconds that the proxy itself takes. */
const OWN_WORK = 0.01;
const FEWEST = 8;

/** The numbers with their meanings; null: they are no such pair, or there are other numbers. */
export function proxyTimes(found: readonly FoundToken[]): FoundToken[] | null {
  const numbers = found.filter(({ open }) => open === 'number');
  if (numbers.length !== 2) return null;
  const [request, upstream] = numbers;
  if (request.values.length < FEWEST || !request.values.every((value) => whole.test(value))) return null;
  if (!upstream.values.every((value) => part.test(value))) return null;
  const differences = request.values.flatMap((value, line) =>
    upstream.values[line] === '-' ? [] : [Number(value) - Number(upstream.values[line])],
  );
  const share = (holds: (difference: number) => boolean) => differences.filter(holds).length / differences.length;
  const isPair =
    share((difference) => difference >= -ROUNDING) >= NEARLY_ALL &&
    share((difference) => difference <= OWN_WORK) >= USUALLY;
  // If all times are the same, these are no measurements.
  if (!isPair || new Set(request.values).size < FEWEST / 2) return null;
  return found.map((one) =>
    one === request
      ? { ...one, token: { field: { kind: 'duration', unit: 's', covers: 'response', fine: true } }, open: undefined }
      : one === upstream
        ? { ...one, token: { field: { kind: 'list' } }, open: undefined }
        : one,
  );
}
