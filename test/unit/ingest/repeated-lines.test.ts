/** Lines that repeat what others said are counted with them, and no request is counted twice. */
import { describe, expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';

const at = '[29/Oct/2024:17:04:15 +0000]';
const lines = (...text: string[]) => `${text.join('\n')}\n`;

describe('repeated lines', () => {
  it('headers of tail, repeated socket errors, the copy of a line that propagates to the root logger', () => {
    const usual = `203.0.113.7 - - ${at} "GET /a HTTP/1.1" 200 6 "-" "-"`;
    expect(parse(lines('==> access.log <==', usual, '', '==> error.log <==', usual)).report).toMatchObject({
      requests: 2,
      continuation: 3,
      unparsed: 0,
    });
    const flood = Array.from({ length: 1000 }, () => 'socket.send() raised exception.');
    expect(parse(lines(usual, ...flood, usual)).report).toMatchObject({ requests: 2, lifecycle: 1000 });
    const copied = [1, 2, 3, 4].flatMap((i) => {
      const line = `203.0.113.7 - - ${at} "GET /${'abcd'[i]} HTTP/1.1" 200 ${i} "-" "-"`;
      return [line, `INFO:gunicorn.access:${line}`];
    });
    expect(parse(lines(...copied)).report).toMatchObject({ requests: 4, continuation: 4, unparsed: 0 });
  });

  const hypercorn = (peer: string, status: string, rest = '', pid = 7) =>
    `[2024-10-29 17:04:15 +0000] [${pid}] [INFO] 203.0.113.7:${peer} - - ${at} "GET /a 1.1" ${status} "-" "-"${rest}`;

  it('hypercorn 0.15 and 0.16 close the stream of each answer with a line of its own', () => {
    const { rows, report } = parse(
      lines(
        hypercorn('5001', '200 6', ' pid=<7> us=110307'),
        hypercorn('5002', '200 6', ' pid=<7> us=120307'),
        hypercorn('5001', '- -', ' pid=<7> us=110755'),
        hypercorn('5002', '- -', ' pid=<7> us=120800'),
        // The same connection again: its client leaves half a second into its second request, and the answer comes later.
        hypercorn('5002', '- -', ' pid=<7> us=4000000'),
        hypercorn('5002', '200 6', ' pid=<7> us=5000000'),
      ),
    );
    expect(rows.map((row) => [row.status, row.duration])).toEqual([
      [200, 110_307],
      [200, 120_307],
      [200, 5_000_000],
    ]);
    expect(report).toMatchObject({ requests: 3, continuation: 3 });
    // Without durations, and wherever the input is cut.
    const plain = lines(
      ...Array.from({ length: 40 }, (_, i) => [
        hypercorn(`6${100 + i}`, '200 6'),
        hypercorn(`6${100 + i}`, '- -'),
      ]).flat(),
    );
    for (const chunkBytes of [150, 1000, 1 << 20]) {
      expect(parse(plain, { chunkBytes }).report).toMatchObject({ requests: 40, continuation: 40 });
    }
    // A client that left and was never answered is a request.
    expect(parse(lines(hypercorn('5001', '200 6'), hypercorn('5002', '- -'))).report).toMatchObject({ requests: 2 });
  });
});
