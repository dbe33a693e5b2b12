// The fast way to a route gives the same names as the slow one, or leaves the line to it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNames } from '../../../src/core/names.ts';
import { createRuntime } from '../../../src/ingest/compile/runtime.ts';
import { routeId, routeOfPath, routeOfRequestLine } from '../../../src/ingest/route-name.ts';
import { writeRouteTemplate } from '../../../src/ingest/route-template.ts';
import { createZone } from '../../../src/ingest/zone.ts';

const encoder = new TextEncoder();
const out = new Uint8Array(4096);

const template = (line: string): string | null => {
  const bytes = encoder.encode(line);
  const length = writeRouteTemplate(bytes, 0, bytes.length, out);
  return length < 0 ? null : new TextDecoder().decode(out.subarray(0, length));
};

const slowly = (line: string): string | null => {
  const names = createNames();
  const bytes = encoder.encode(line);
  const id = routeOfRequestLine(names, bytes, 0, bytes.length);
  return id < 0 ? null : names.routes.text(id);
};

it('a request line without a method has its path, and one with HTTP/2 as a number no version in it', () => {
  expect(slowly('- /ws/3?x=1 HTTP/1.1')).toBe('/ws/{id}');
  expect(slowly('- http://h:80- -')).toBeNull();
  expect(slowly('GET /items/77 2')).toBe('GET /items/{id}');
});

describe('writeRouteTemplate', () => {
  it('names ids, UUIDs, hashes and dates', () => {
    expect(template('GET /users/42/orders/7')).toBe('GET /users/{id}/orders/{id}');
    expect(template('GET /d/123e4567-e89b-12d3-a456-426614174000')).toBe('GET /d/{uuid}');
    expect(template('POST /blob/9f86d081884c7d659a2feaa0c55ad015')).toBe('POST /blob/{hash}');
    expect(template('GET /report/2024-10-29')).toBe('GET /report/{date}');
    expect(template('GET /')).toBe('GET /');
  });

  it('takes nothing for a hash, a date or an id that only looks a little like one', () => {
    // 16 digits and letters up to f, some of each, are a hash.
    expect(template('GET /b/9f86d081884c7d65')).toBe('GET /b/{hash}');
    for (const name of ['9f86d081884c7d6', 'deadbeefdeadbeef', '9f86d081884c7d6g', '2024-10-2', '2024-10-299', '1-2'])
      for (const way of [template, slowly]) expect(way(`GET /b/${name}`)).toBe(`GET /b/${name}`);
  });

  it('leaves what is not plain to the slow way', () => {
    for (const line of [
      'GET /a b HTTP/1.1',
      'GET http://h/a HTTP/1.1',
      'GET /é HTTP/1.1',
      '\u0016\u0003',
      'GET',
      'get /x HTTP/1.1',
    ]) {
      expect(template(line)).toBeNull();
    }
  });

  it('agrees with the slow way on any request line', () => {
    const segment = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.nat().map(String),
      fc.uuid(),
      fc.stringMatching(/^[0-9a-f]{14,40}$/),
      fc.stringMatching(/^-?\d{1,4}-\d\d-\d\d(T[\d:.Z]{0,12})?$/),
      fc.constantFrom('', '-', '-5', '--', '%2F', '2024-10-29T17:04:15Z', 'deadbeefdeadbeef', '{id}'),
    );
    const line = fc
      .tuple(
        fc.constantFrom('GET', 'POST', 'get', 'M-SEARCH', ''),
        fc.array(segment, { maxLength: 4 }),
        fc.constantFrom('', '?a=1', '#f', '?q=/1/2'),
      )
      .map(([verb, segments, query]) => `${verb} /${segments.join('/')}${query}`);
    fc.assert(
      fc.property(line, (text) => {
        const fast = template(text);
        if (fast !== null) expect(slowly(fast)).toBe(slowly(text));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('routes seen lately', () => {
  it('are those that the slow way finds, whatever came before', () => {
    const segment = fc.constantFrom(
      'users',
      'orders',
      'v1',
      '1',
      '42',
      '1234567890123456789012345',
      '7a',
      '-5',
      '',
      'é',
      '1.5',
    );
    const path = fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`);
    const line = fc
      .tuple(fc.constantFrom('GET', 'POST', 'get'), path, fc.constantFrom('', 'x'.repeat(70), '\\'))
      .map(([method, target, tail]) => `${method} ${target}${tail}`);
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 60 }), (lines) => {
        const names = createNames();
        const runtime = createRuntime(names, createZone('UTC'), () => 0);
        for (const text of lines) {
          const bytes = Buffer.from(`${text} HTTP/1.1"${' '.repeat(64)}`);
          const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
          const id = runtime.route(bytes, view, 0, Buffer.byteLength(text));
          expect(names.routes.text(id)).toBe(slowly(text));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a method and a target that stand apart', () => {
  it('have the route that the slow way finds, whatever came before', () => {
    const segment = fc.constantFrom(
      'users',
      'v1',
      '1',
      '42',
      '-5',
      '',
      'é',
      'a b',
      '%2F',
      '\\x',
      '"',
      '2024-10-29',
      'a.b',
    );
    const host = fc.constantFrom(
      '',
      '',
      '',
      'web.onrender.com',
      'http://h:8000',
      'https://a.b',
      'a.b:80',
      'h',
      'a..b',
      '.a.b',
      'a.b:',
    );
    const target = fc
      .tuple(host, fc.array(segment, { maxLength: 4 }), fc.constantFrom('', '?a=1', '#f'))
      .map(([before, segments, query]) => `${before}/${segments.join('/')}${query}`);
    const verb = fc.constantFrom('GET', 'POST', 'get', 'M-SEARCH', '', '-');
    fc.assert(
      fc.property(fc.array(fc.tuple(verb, target), { minLength: 1, maxLength: 12 }), (requests) => {
        const names = createNames();
        const runtime = createRuntime(names, createZone('UTC'), () => 0);
        const nameOf = (id: number, of = names) => (id < 0 ? null : of.routes.text(id));
        for (const [method, path] of requests) {
          const bytes = encoder.encode(`${method}  ${path} 200\n`);
          const from = encoder.encode(method).length;
          const to = from + 2 + encoder.encode(path).length;
          const id = runtime.joinRoute(bytes, new DataView(bytes.buffer), 0, from, from + 2, to);
          const own = createNames();
          const asked = path.replace(/\?.*$/s, '');
          const slow = method === '' ? routeOfPath(own, asked) : routeId(own, method, asked);
          expect(nameOf(id), `${method} ${path}`).toBe(nameOf(slow, own));
        }
      }),
      { numRuns: 1000 },
    );
  });
});
