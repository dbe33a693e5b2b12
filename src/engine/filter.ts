/**
 * The filter language: `route:/io status:5xx worker:8712 slower:500ms wait>1s`. Terms are joined by "and", a leading "-" negates a term, a
 * word without a field is looked for in the route. A request that lacks a value does not pass a term about it.
 */
import { isIPv4 } from 'node:net';
import type { Names } from '../core/batch.ts';
import type { Dictionary } from '../core/dictionary.ts';
import type { Placement } from '../core/snapshot.ts';
import type { RequestTable } from '../core/table.ts';
import { hashOfClient } from '../ingest/client-hash.ts';

/** What a filter is applied to. */
export interface FilterInput {
  readonly requests: RequestTable;
  readonly placement: Placement;
  readonly names: Names;
  readonly sources: readonly string[];
}

export type RowTest = (row: number) => boolean;

export interface Filter {
  readonly text: string;
  /** true: it selects by outcome (status, duration, wait, size), not only by who asked for what and where. */
  readonly picksOutcome: boolean;
  /** Builds the test for one picture. */
  over(input: FilterInput): RowTest;
}

/** Fields about the outcome of a request. */
const outcomes = new Set(['status', 'slower', 'faster', 'duration', 'wait', 'bytes']);

type Term = (input: FilterInput) => RowTest;
type Comparison = '<' | '>' | '<=' | '>=';

/** Field → description of its values, for completion and help. */
export const filterFields: Readonly<Record<string, string>> = {
  route: 'part of the route, * stands for anything: route:/users/*',
  method: 'method:POST',
  status: 'status:5xx, status:404, status>=400',
  worker: 'worker:8712',
  thread: 'name of the thread',
  client: 'whole address as the log has it: client:10.0.0.7',
  slower: 'service time above: slower:500ms',
  faster: 'service time below: faster:20ms',
  duration: 'duration>1s',
  wait: 'time in front of the worker: wait>200ms',
  bytes: 'size of the response: bytes>100k',
  file: 'part of the path of the input',
};

const units: Readonly<Record<string, number>> = { us: 1, µs: 1, ms: 1e3, s: 1e6, m: 60e6, h: 3600e6 };
const sizes: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1e3, kb: 1e3, m: 1e6, mb: 1e6, g: 1e9, gb: 1e9 };

/** µs of "500ms", "1.5s", "2m"; a bare number is in seconds. NaN: not a duration. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(us|µs|ms|s|m|h)?$/.exec(text);
  return match ? Number(match[1]) * units[match[2] ?? 's'] : Number.NaN;
}

const parseSize = (text: string): number => {
  const match = /^(\d+(?:\.\d+)?)([a-z]*)$/.exec(text.toLowerCase());
  const unit = match ? sizes[match[2]] : undefined;
  return match && unit !== undefined ? Number(match[1]) * unit : Number.NaN;
};

const compares: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

/** The error message for a value of a comparison. A bare number may be meant in ms or in s, so the message asks which. */
function misread(field: string, column: string, sign: string, value: string): string {
  if (column === 'bytes') return `"${value}" is no size, as 100k is`;
  if (/^\d+(?:\.\d+)?$/.test(value))
    return `"${value}" has no unit: ${field}${sign}${value}ms or ${field}${sign}${value}s?`;
  return `"${value}" is no duration, as 500ms is`;
}

/** µs of a duration with a unit, which only 0 may lack; otherwise NaN. */
const parseLimit = (text: string): number => (Number(text) > 0 ? Number.NaN : parseDuration(text));

/** A case-insensitive test of a text: contains the pattern, whose parts between "*" must occur in order. */
function textTest(pattern: string): (text: string) => boolean {
  const wanted = pattern.toLowerCase();
  if (!wanted.includes('*')) return (text) => text.toLowerCase().includes(wanted);
  const parts = wanted.split('*');
  return (text) => {
    const seen = text.toLowerCase();
    let at = 0;
    for (const part of parts) {
      at = seen.indexOf(part, at);
      if (at < 0) return false;
      at += part.length;
    }
    return true;
  };
}

/** A test of an interned column: every distinct text is tested once. */
function namesTest(dictionary: Dictionary, test: (text: string) => boolean): (id: number) => boolean {
  const known: (boolean | undefined)[] = [];
  return (id) => {
    if (id < 0) return false;
    const answer = known[id];
    if (answer !== undefined) return answer;
    const fresh = test(dictionary.text(id));
    known[id] = fresh;
    return fresh;
  };
}

export const methodOf = (route: string): string => /^([A-Z]+) /.exec(route)?.[1] ?? '';

/** Columns that can be compared, with the syntax of their bounds. */
const numeric: Readonly<
  Record<string, { parse: (text: string) => number; value: (input: FilterInput) => (row: number) => number }>
> = {
  // Service time as drawn: logged, or inferred if the log has stamps only.
  duration: {
    parse: parseLimit,
    value:
      ({ placement }) =>
      (row) =>
        placement.end[row] - placement.start[row],
  },
  wait: {
    parse: parseLimit,
    value:
      ({ placement }) =>
      (row) =>
        placement.wait[row],
  },
  bytes: {
    parse: parseSize,
    value:
      ({ requests }) =>
      (row) =>
        requests.bytes[row],
  },
};

function numberTerm(field: string, comparison: Comparison, bound: number): Term {
  const passes = compares[comparison];
  return (input) => {
    const value = numeric[field].value(input);
    return (row) => passes(value(row), bound);
  };
}

function statusTerm(value: string, comparison: Comparison | ':'): Term | string {
  const family = /^([1-5])xx$/i.exec(value);
  if (family && comparison === ':') {
    const wanted = Number(family[1]);
    return ({ requests }) =>
      (row) =>
        Math.floor(requests.status[row] / 100) === wanted;
  }
  if (!/^\d{3}$/.test(value)) return `"${value}" is no status: try 5xx, 404 or >=400`;
  const code = Number(value);
  if (comparison === ':')
    return ({ requests }) =>
      (row) =>
        requests.status[row] === code;
  const passes = compares[comparison];
  return ({ requests }) =>
    (row) =>
      requests.status[row] > 0 && passes(requests.status[row], code);
}

/** The table keeps only a hash of the address, so it can only be compared as a whole. */
function clientTerm(address: string): Term | string {
  if (address.includes('*') || (/^[\d.]+$/.test(address) && !isIPv4(address)))
    return `"${address}" is no whole address, as client:10.0.0.7 is`;
  const wanted = hashOfClient(address);
  return ({ requests }) =>
    (row) =>
      requests.client[row] === wanted;
}

function termOf(field: string, comparison: Comparison | ':', value: string): Term | string {
  if (value === '') return `"${field}${comparison}" lacks a value`;
  if (field === 'status') return statusTerm(value, comparison);
  const limit = field === 'slower' ? '>' : field === 'faster' ? '<' : null;
  const column = limit ? 'duration' : field;
  if (column in numeric) {
    const bound = numeric[column].parse(value);
    if (Number.isNaN(bound)) return misread(field, column, comparison, value);
    return numberTerm(column, limit ?? (comparison === ':' ? '>=' : comparison), bound);
  }
  if (comparison !== ':') return `"${field}" is not a number: write ${field}:${value}`;
  if (field === 'client') return clientTerm(value);
  const test = textTest(value);
  switch (field) {
    case 'route':
      return ({ requests, names }) => {
        const passes = namesTest(names.routes, test);
        return (row) => passes(requests.route[row]);
      };
    case 'method':
      return ({ requests, names }) => {
        const passes = namesTest(names.routes, (route) => methodOf(route) === value.toUpperCase());
        return (row) => passes(requests.route[row]);
      };
    case 'worker':
      return ({ requests, names }) => {
        const passes = namesTest(names.workers, value.includes('*') ? test : (name) => name === value);
        return (row) => passes(requests.worker[row]);
      };
    case 'thread':
      return ({ requests, names }) => {
        const passes = namesTest(names.threads, test);
        return (row) => passes(requests.thread[row]);
      };
    case 'file':
      return ({ requests, sources }) =>
        (row) =>
          test(sources[requests.source[row]] ?? '');
    default:
      return `there is no field "${field}": ${meantBy(field)}`;
  }
}

const words = /(?:[^\s"]|"[^"]*"?)+/g;

/** The word of a filter that is being typed; "" after a blank. */
export function lastWord(text: string): string {
  const last = text.match(words)?.at(-1) ?? '';
  return text.endsWith(last) ? last : '';
}

/** A term for one value, quoted if it contains blanks; null if it contains quotes itself. */
export function filterTerm(field: string, value: string): string | null {
  if (value.includes('"')) return null;
  return `${field}:${/\s/.test(value) ? `"${value}"` : value}`;
}

/** The error message for operators of other languages: how to write them here. */
function meantByOperator(field: string, operator: string, value: string): string {
  const meant = `${field.toLowerCase()}:${value}`;
  return operator.startsWith('!') ? `"${operator}" is written -${meant}` : `"${operator}" is written ${meant}`;
}

/** The one field with the same first two letters, or a list of all fields. */
function meantBy(field: string): string {
  const fields = Object.keys(filterFields);
  const alike = fields.filter((name) => name.startsWith(field.slice(0, 2)));
  return alike.length === 1 ? `did you mean ${alike[0]}?` : fields.join(', ');
}

/** Parses a filter; `error` is a sentence about what is wrong. An empty text is no filter (null). */
export function parseFilter(text: string): { filter: Filter | null; error: string | null } {
  const terms: Term[] = [];
  let picksOutcome = false;
  for (const word of text.match(words) ?? []) {
    const negated = word.length > 1 && word.startsWith('-');
    const body = (negated ? word.slice(1) : word).replaceAll('"', '');
    if (body === '') return { filter: null, error: 'nothing stands between the quotes' };
    const foreign = /^([a-z]+)(!=|!~|==?|=~|~)(.*)$/i.exec(body);
    if (foreign && foreign[1].toLowerCase() in filterFields)
      return { filter: null, error: meantByOperator(foreign[1], foreign[2], foreign[3]) };
    // Other languages write a colon before a comparison.
    const match = /^([a-z]+)(?::?(<=|>=|[<>])|:)(.*)$/i.exec(body);
    const term = match
      ? termOf(match[1].toLowerCase(), (match[2] ?? ':') as Comparison | ':', match[3])
      : termOf('route', ':', body);
    if (typeof term === 'string') return { filter: null, error: term };
    if (match && outcomes.has(match[1].toLowerCase())) picksOutcome = true;
    terms.push(
      negated
        ? (input) =>
            (
              (passes) => (row: number) =>
                !passes(row)
            )(term(input))
        : term,
    );
  }
  if (terms.length === 0) return { filter: null, error: null };
  return {
    filter: {
      text: text.trim(),
      picksOutcome,
      over(input) {
        const tests = terms.map((term) => term(input));
        return tests.length === 1 ? tests[0] : (row) => tests.every((test) => test(row));
      },
    },
    error: null,
  };
}
