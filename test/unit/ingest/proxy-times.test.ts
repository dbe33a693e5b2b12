// nginx's $request_time and $upstream_response_time, appended without names.
import { expect, it } from 'vitest';
import { partialOfTexts } from '../../helpers/infer-log.ts';

const line = (second: number, times: string) =>
  `127.0.0.1 - - [28/Nov/2026:13:19:${second} +0000] "GET /a HTTP/1.1" 200 3 "-" "curl/8" ${times}\n`;
const log = (times: (k: number) => string) => Array.from({ length: 30 }, (_, k) => line(10 + k, times(k))).join('');
const factsOf = (text: string) => partialOfTexts(text).streams[0].facts;

it('are a proxy that times the wait as well', () => {
  const both = log((k) => `${(0.1 + k / 100).toFixed(3)} ${(0.1 + k / 100 - (k % 2) / 1000).toFixed(3)}`);
  expect(factsOf(both)).toMatchObject({ format: 'nginx', durationCovers: 'response' });
  const answeredItself = log((k) => `${(0.1 + k / 100).toFixed(3)} ${k === 3 ? '-' : (0.1 + k / 100).toFixed(3)}`);
  expect(factsOf(answeredItself)).toMatchObject({ durationCovers: 'response' });
});

it('hold the wait as well where there is one with three decimals, as no server behind it writes', () => {
  const seconds = (decimals: number) => log((k) => (0.1 + k / 100 + k / 7e5).toFixed(decimals));
  expect(factsOf(seconds(3))).toMatchObject({ format: 'combined', durationCovers: 'response' });
  expect(factsOf(seconds(6))).toMatchObject({ durationCovers: 'service' });
  const withPid = log((k) => `${(0.1 + k / 100).toFixed(3)} <${4711 + (k % 3)}>`);
  expect(factsOf(withPid)).toMatchObject({ durationCovers: 'service' });
});

it('are not two times of which one is no part of the other, nor a single one', () => {
  const unrelated = log((k) => `${(0.1 + k / 100).toFixed(3)} ${(0.5 - k / 100).toFixed(3)}`);
  expect(factsOf(unrelated).format).not.toBe('nginx');
  expect(factsOf(log((k) => (0.1 + k / 100).toFixed(3))).format).not.toBe('nginx');
});

it('are no times of Apache where the host stands in front: its stamp would be the start', () => {
  const hosted = (times: (k: number) => string) => log(times).replace(/^(?=127)/gm, 'shop.example.org:443 ');
  const both = hosted((k) => `${(0.1 + k / 100).toFixed(3)} ${(0.1 + k / 100).toFixed(3)}`);
  expect(factsOf(both)).toMatchObject({ format: 'nginx', stampMeaning: 'end', durationCovers: 'response' });
  const one = hosted((k) => (0.1 + k / 100).toFixed(3));
  expect(factsOf(one)).toMatchObject({ format: 'nginx', stampMeaning: 'end', durationCovers: 'response' });
  expect(factsOf(hosted((k) => `${100_000 + 10_007 * k}`))).toMatchObject({ format: 'apache', stampMeaning: 'start' });
});
