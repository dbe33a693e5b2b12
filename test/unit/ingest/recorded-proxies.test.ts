// What Traefik 3.7, Envoy 1.39, HAProxy 2.6, Apache 2.4, Caddy 2.11, lighttpd 1.4 and hypercorn wrote for an application whose times are known.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';

/** The query of each request says how long the application slept for it (ms), how it answered, and with how many bytes. */
const asked = /(\w+) [^ ?"]+\?i=\d+&ms=([\d.]+)&st=(\d+)&n=(\d+)/;

/** How many of the rows have which field wrong: a duration shorter than the sleep, or much longer on the busy machine that it was. */
function heldAgainstTruth(name: string) {
  const bytes = readFileSync(new URL(`captures/${name}`, import.meta.url));
  const { rows, report } = parse(bytes, { timezone: 'UTC' });
  const wrong: string[] = [];
  let timed = 0;
  for (const row of rows) {
    const line = bytes.toString('utf8', row.offset, bytes.indexOf(10, row.offset)).replaceAll('\\u0026', '&');
    const [, method, slept, status, size] =
      asked.exec(line.replace(/"method":"(\w+)".*?"uri":"|"RequestMethod":"(\w+)","RequestPath":"/, '$1$2 ')) ?? [];
    if (method === undefined) continue;
    const body = method === 'HEAD' || status === '204' ? 0 : Number(size);
    if (row.status !== Number(status)) wrong.push(`status ${row.status}: ${line}`);
    if (row.bytes !== null && (row.bytes < body || row.bytes > body + 300)) wrong.push(`bytes ${row.bytes}: ${line}`);
    if (row.worker !== null) wrong.push(`worker ${row.worker}: ${line}`);
    if (row.duration === null) continue;
    timed++;
    const least = Number(slept) * 1000;
    if (row.duration < least - 1500 || row.duration > least + 1_200_000) wrong.push(`${row.duration} us: ${line}`);
  }
  return { wrong, timed, report };
}

it.each([
  ['traefik-clf-beside-its-own-lines.log', 'traefik', 'start', 44],
  ['traefik-json-few-fields.log', 'traefik', 'start', 20],
  ['envoy-1.39-default.log', 'envoy', 'start', 49],
  ['haproxy-timed.log', 'haproxy', 'start', 48],
  ['apache-common-and-micros.log', 'combined', null, 120],
  ['caddy-milliseconds.log', 'caddy', 'end', 25],
  ['lighttpd-micros.log', 'lighttpd', 'end', 60],
])('%s: each field is right or absent', (name, format, meaning, least) => {
  const { wrong, timed, report } = heldAgainstTruth(name);
  expect(wrong).toEqual([]);
  expect(timed).toBeGreaterThanOrEqual(least);
  expect(report).toMatchObject({ format, timestamp: { meaning } });
});

it('are not missing lines where a proxy speaks of itself', () => {
  const { report } = heldAgainstTruth('traefik-clf-beside-its-own-lines.log');
  expect(report.unrelated).toBe(report.unparsed);
  expect(report.unparsed).toBeGreaterThan(10);
});

it('have routes without the version where hypercorn writes that of HTTP/2 as a number alone', () => {
  const { rows } = parse(readFileSync(new URL('captures/hypercorn-http2.log', import.meta.url)));
  expect(rows).toHaveLength(23);
  expect(rows.filter(({ route }) => !/^[A-Z]+ \/\S*$/.test(route ?? ''))).toEqual([]);
});
