/** nginx's `$request_time $upstream_response_time` without names: two times of three decimals, the whole and its part. */
import type { FoundToken } from './open-numbers.ts';

const whole = /^\d+\.\d{3}$/;
/** "-" where nginx answered itself. */
const part = /^(-|\d+\.\d{3})$/;
/** s: both are cut to milliseconds, each by its own clock. */
const ROUNDING = 0.002;
/** Share of the lines on which the part is no longer than the whole, and on which both are the same but for the proxy's own work. */
const NEARLY_ALL = 0.95;
const USUALLY = 0.5;
/** s */
const OWN_WORK = 0.01;
const FEWEST = 8;

/** The numbers with what they mean; null: they are no such pair, or not the only ones. */
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
  // Times that are all the same are no two measurements.
  if (!isPair || new Set(request.values).size < FEWEST / 2) return null;
  return found.map((one) =>
    one === request
      ? { ...one, token: { field: { kind: 'duration', unit: 's', covers: 'response', fine: true } }, open: undefined }
      : one === upstream
        ? { ...one, token: { field: { kind: 'list' } }, open: undefined }
        : one,
  );
}
