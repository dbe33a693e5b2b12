// Very many lines that nothing takes: the ones between them are read, and a format that begins among them is found.
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../src/core/random.ts';
import { parse } from '../../helpers/ingest.ts';

const words = 'lost the "name" of [core] <tag> user@host /var/log/x.py value=12 retry: in {json} while'.split(' ');
const nonsense = (random: Random) =>
  Array.from({ length: 4 + Math.floor(random() * 12) }, () => words[Math.floor(random() * words.length)]).join(' ');
const clock = (i: number) =>
  `${String(10 + Math.floor(i / 3600)).padStart(2, '0')}:${String(Math.floor(i / 60) % 60).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}`;
const gunicorn = (i: number) =>
  `10.0.0.${i % 250} - - [29/Oct/2024:${clock(i)} +0000] "GET /a/${i} HTTP/1.1" 200 512 "-" "curl/8.5.0" pid=<${10 + (i % 4)}> us=${30_000 + i}`;
const granian = (i: number) => `[2024-10-29 ${clock(i)} +0000] 10.0.0.7 - "GET /b HTTP/1.1" 200 ${(i % 90) + 1}.125`;

describe('lines that nothing takes', () => {
  it('do not hide the requests between them', () => {
    const random = createRandom(1);
    const lines = Array.from({ length: 6000 }, (_, i) => [gunicorn(i), nonsense(random)]).flat();
    const { report } = parse(lines.join('\n'));
    expect(report).toMatchObject({ requests: 6000, unparsed: 6000, lines: 12_000, format: 'gunicorn' });
  });

  it('do not hide a format that begins behind thousands of them', () => {
    const random = createRandom(2);
    const lines = [
      ...Array.from({ length: 2000 }, (_, i) => gunicorn(i)),
      ...Array.from({ length: 4000 }, () => nonsense(random)),
      ...Array.from({ length: 1000 }, (_, i) => granian(2000 + i)),
    ];
    const { rows, report } = parse(lines.join('\n'));
    expect(rows.filter(({ format }) => format === 'granian')).toHaveLength(1000);
    expect(report.requests).toBe(3000);
  });

  it('do not hide for long one that begins among them', () => {
    const random = createRandom(3);
    const lines = [
      ...Array.from({ length: 2000 }, (_, i) => gunicorn(i)),
      ...Array.from({ length: 4000 }, () => nonsense(random)),
      ...Array.from({ length: 1000 }, (_, i) => [nonsense(random), granian(2000 + i)]).flat(),
    ];
    const { rows } = parse(lines.join('\n'));
    expect(rows.filter(({ format }) => format === 'granian').length).toBeGreaterThan(900);
  });

  it('are not all looked at for every format there is', () => {
    const random = createRandom(4);
    const good = Array.from({ length: 3000 }, (_, i) => gunicorn(i));
    const half = good.flatMap((line) => [line, nonsense(random)]);
    /** µs of the processor, the least of several runs: others may be at work. */
    const time = (lines: string[]) => {
      const text = Buffer.from(lines.join('\n'));
      const runs = Array.from({ length: 4 }, () => {
        const before = process.cpuUsage();
        parse(text);
        const { user, system } = process.cpuUsage(before);
        return user + system;
      });
      return Math.min(...runs);
    };
    // A stream that begins with them tries every format on each.
    const few = Array.from({ length: 100 }, () => nonsense(random));
    const each = time(few) / few.length;
    const among = (time(half) - time(good)) / good.length;
    expect(among).toBeLessThan(0.75 * each);
  });
});
