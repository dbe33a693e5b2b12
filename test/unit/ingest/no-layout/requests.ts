// What four workers did, and the spellings of stamps and durations out of which the tests of this folder make lines.
import { createRandom } from '../../../helpers/random.ts';

export interface Request {
  /** ms since 1970 UTC */
  readonly start: number;
  readonly end: number;
  readonly pid: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly bytes: number;
}

/** ms since 1970 UTC: when the first of them could begin. */
export const T0 = Date.UTC(2024, 9, 29, 17, 4, 15);
const sizes: Record<string, number> = { '/': 612, '/api/x': 90, '/users/7': 1203, '/search?q=a+b&n=1': 45_120 };

/** What four sync workers did, in the order of its ends. */
function requests(n = 120): Request[] {
  const random = createRandom(5);
  const free = [0, 0, 0, 0];
  let now = 0;
  return Array.from({ length: n }, () => {
    now += random.exponential(50);
    const worker = free.indexOf(Math.min(...free));
    const start = Math.max(now, free[worker]);
    const end = start + [2.1, 31, 120, 300][Math.floor(random.next() * 4)] * (0.7 + 0.7 * random.next());
    free[worker] = end;
    const paths = Object.keys(sizes);
    const path = paths[Math.floor(random.next() * paths.length)];
    const status = [200, 200, 200, 302, 404, 500][Math.floor(random.next() * 6)];
    const method = random.next() < 0.8 ? 'GET' : 'POST';
    return { start: T0 + start, end: T0 + end, pid: 811 + worker, method, path, status, bytes: sizes[path] };
  }).sort((a, b) => a.end - b.end);
}

/** What the tests of this folder write, each in its own way. */
export const all = requests();
export const isoTime = (at: number) => new Date(at).toISOString();
export const loggingTime = (at: number) => isoTime(at).slice(0, 23).replace('T', ' ').replace('.', ',');
export const dateAndTime = (at: number) => isoTime(at).slice(0, 19).replace('T', ' ');
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
export const clfTime = (at: number) => {
  const [date, time] = dateAndTime(at).split(' ');
  return `${date.slice(8)}/${months[Number(date.slice(5, 7)) - 1]}/${date.slice(0, 4)}:${time} +0000`;
};
export const millis = ({ start, end }: Request) => Math.round(end - start);
export const micros = ({ start, end }: Request) => Math.round((end - start) * 1000);
export const seconds = ({ start, end }: Request, digits: number) => ((end - start) / 1000).toFixed(digits);

/** As Go writes it: another unit for each size. */
export const goDuration = (r: Request) => {
  const took = micros(r);
  if (took < 1000) return `${took}µs`;
  return took < 100_000 ? `${took / 1000}ms` : `${took / 1e6}s`;
};
/** str() of a timedelta. */
export const timedelta = (r: Request) => `0:00:0${seconds(r, 6)}`;
/** Now and then made of digits only. */
export const identifier = (r: Request) =>
  r.end % 7 < 1
    ? '12345678'
    : Math.floor(r.end * 1000)
        .toString(16)
        .slice(-8);

export type Line = (request: Request) => string;

/** A log of these requests. */
export const text = (line: Line, of: readonly Request[] = all) => of.map((request) => `${line(request)}\n`).join('');
