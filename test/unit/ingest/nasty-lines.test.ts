// Lines that real servers have written, and what must become of them.
import { describe, expect, it } from 'vitest';
import { hashOfClient } from '../../../src/ingest/client-hash.ts';
import { parse } from '../../helpers/ingest.ts';

const at = '[29/Oct/2024:17:04:15 +0000]';
const iso = '2024-10-29T17:04:15+00:00';
const lines = (...text: string[]) => `${text.join('\n')}\n`;

describe('nasty lines', () => {
  it('1: TLS bytes on a plain port are a request without a route', () => {
    const { rows, report } = parse(lines(`203.0.113.7 - - ${at} "\\x16\\x03\\x01\\x02\\x00\\x01" 400 157 "-" "-"`));
    expect(rows).toMatchObject([{ time: iso, route: null, status: 400, bytes: 157 }]);
    expect(report.unparsed).toBe(0);
    expect(
      parse(
        lines(
          "203.0.113.7 - - [29/Oct/2024 17:04:15] code 400, message Bad request syntax ('\\x16\\x03')",
          '203.0.113.7 - - [29/Oct/2024 17:04:15] "\u001b[31m\u001b[1m\\x16\\x03\u001b[0m" 400 -',
        ),
      ),
    ).toMatchObject({
      rows: [{ route: null, status: 400 }],
      report: { lifecycle: 1, unparsed: 0, format: 'werkzeug' },
    });
    expect(parse(lines(`203.0.113.7 ${at} "UNKNOWN / HTTP/1.0" 400 223 "-" "-"`)).rows).toMatchObject([
      { status: 400 },
    ]);
    expect(parse(lines('WARNING:  Invalid HTTP request received.')).report).toMatchObject({
      lifecycle: 1,
      unparsed: 0,
    });
  });

  it('2: no client on a unix socket shifts no field', () => {
    for (const client of ['', "b''", 'None']) {
      const { rows } = parse(lines(`${client} - - ${at} "GET /u HTTP/1.1" 200 6 "-" "-"`));
      expect(rows).toMatchObject([{ route: 'GET /u', status: 200, bytes: 6, time: iso }]);
    }
    expect(parse(lines('INFO:      - "GET /u HTTP/1.1" 200 OK')).rows).toMatchObject([
      { route: 'GET /u', status: 200 },
    ]);
  });

  it('3: IPv6 clients, with and without a port', () => {
    const client = (line: string) => parse(lines(line)).rows.map((row) => row.client);
    const plain = client(`::ffff:10.0.0.9 - - ${at} "GET /a HTTP/1.1" 200 6`);
    expect(plain).toHaveLength(1);
    expect(client('::1:39280 - "GET /a HTTP/1.1" 200')).toEqual(client('::1:39281 - "GET /a HTTP/1.1" 200'));
    expect(client('::1:39280 - "GET /a HTTP/1.1" 200')).not.toEqual(client('::2:39280 - "GET /a HTTP/1.1" 200'));
    expect(client(`[2001:db8::1]:443 - - [29/Oct/2024:17:04:15] "GET /a" 200 6`)).toHaveLength(1);
  });

  it.each([
    ['9.9.9.9', `9.9.9.9 - - ${at} "GET /a HTTP/1.1" 200 6`],
    ['203.0.113.207', `203.0.113.207 - - ${at} "GET /a HTTP/1.1" 200 6`],
    ['2001:db8:0:1::17', `2001:db8:0:1::17 - - ${at} "GET /a HTTP/1.1" 200 6`],
    ['10.0.0.7', 'INFO:     10.0.0.7:39280 - "GET /a HTTP/1.1" 200 OK'],
    ['10.0.0.7', JSON.stringify({ time: iso, remote_addr: '10.0.0.7', method: 'GET', path: '/a', status: 200 })],
  ])('%s is found by the address that somebody writes', (address, line) => {
    // More than a few lines of one kind are read by what was compiled for them.
    const { rows } = parse(lines(...Array<string>(40).fill(line)));
    expect(rows).toHaveLength(40);
    expect(new Set(rows.map(({ client }) => client))).toEqual(new Set([hashOfClient(address)]));
  });

  it('4: a list of forwarded addresses; offsets in hundredths of an hour', () => {
    const { rows } = parse(
      lines(`9.9.9.9, 8.8.8.8, 10.0.0.1 - - [29/Oct/2024:17:04:15 +0200] "GET / HTTP/1.1" 200 - "-" "-"`),
    );
    expect(rows).toMatchObject([{ route: 'GET /', status: 200, bytes: null, time: '2024-10-29T15:04:15+00:00' }]);
    const india = parse(lines('1.2.3.4 - - [29/Oct/2024:17:04:15 +0550] "GET / HTTP/1.1" 200 1 "-" "-"'));
    expect(india.rows[0].time).toBe('2024-10-29T11:34:15+00:00');
  });

  it('5: an unescaped backslash before the closing quote', () => {
    const usual = `127.0.0.1 - - ${at} "GET /a HTTP/1.1" 200 6 "-" "curl" pid=<9> us=100`;
    const odd = `127.0.0.1 - - ${at} "GET / HTTP/1.1" 200 6 "-" "A \\"q\\" \\ end\\\\" rest" pid=<9> us=200`;
    const { rows, report } = parse(lines(usual, odd, usual));
    expect(rows.map((row) => [row.route, row.worker, row.duration])).toEqual([
      ['GET /a', '9', 100],
      ['GET /', '9', 200],
      ['GET /a', '9', 100],
    ]);
    expect(report.unparsed).toBe(0);
  });

  it('6: raw quotes in referer and user agent', () => {
    const { rows } = parse(
      lines(`127.0.0.1 - - ${at} "GET / HTTP/1.1" 200 177 "http://x/"y"" "A "quoted" \\ back\\" z"`),
    );
    expect(rows).toMatchObject([{ route: 'GET /', status: 200, bytes: 177 }]);
  });

  it('7: a newline inside the request line', () => {
    const usual = `127.0.0.1 - - ${at} "GET /x HTTP/1.1" 200 6 "-" "-"`;
    const { rows, report } = parse(lines(usual, `127.0.0.1 - - ${at} "GET /a`, 'b HTTP/1.1" 200 7 "-" "-"', usual));
    expect(rows).toHaveLength(3);
    expect(rows.find((row) => row.bytes === 7)).toMatchObject({ status: 200 });
    expect(rows.find((row) => row.bytes === 7)?.route).not.toMatch(/[\u0000-\u001f]/);
    expect(report).toMatchObject({ requests: 3, continuation: 1, unparsed: 0 });
  });

  it('7: and a colour behind it', () => {
    const line = (path: string) =>
      `[2024-10-29 17:04:15 +0000] [7665] [INFO] 127.0.0.1:53710 - - ${at} "GET ${path} 1.1" 200 5 "-" "-"`;
    const { rows, report } = parse(lines(line('/a'), line('/n\nevil\u001b[31m'), line('/b')));
    expect(rows.map(({ status, worker }) => ({ status, worker }))).toEqual(
      Array(3).fill({ status: 200, worker: '7665' }),
    );
    expect(report.unparsed).toBe(0);
  });

  it('8: a line forged through a newline in the user name counts once and breaks nothing', () => {
    const usual = `127.0.0.1 - - ${at} "GET /x HTTP/1.1" 200 6 "-" "-"`;
    const { report } = parse(
      lines(
        usual,
        '127.0.0.1 - foo',
        `1.2.3.4 - - ${at} "GET /admin HTTP/1.1" 200 1 "-" "-" ${at} "GET /real HTTP/1.1" 401 6 "-" "-"`,
        usual,
      ),
    );
    expect(report.requests).toBe(3);
    expect(report.unparsed + report.continuation).toBe(1);
  });

  it('9: "None" and then 500 are one request', () => {
    const { rows, report } = parse(
      lines(
        `127.0.0.1 ${at} "GET /ok HTTP/1.1" 200 6 p=<9> D=400`,
        `127.0.0.1 ${at} "GET /x HTTP/1.1" None 0 p=<9> D=300297`,
        `127.0.0.1 ${at} "GET /x HTTP/1.1" 500 0 p=<9> D=1670`,
        `127.0.0.1 ${at} "GET /ok HTTP/1.1" 200 6 p=<9> D=410`,
      ),
    );
    expect(rows.map((row) => [row.route, row.status, row.duration])).toEqual([
      ['GET /ok', 200, 400],
      ['GET /x', 500, 300_297],
      ['GET /ok', 200, 410],
    ]);
    expect(report).toMatchObject({ requests: 3, continuation: 1 });
  });

  it('10: a killed request has no known duration', () => {
    const { rows, events } = parse(
      lines(
        `127.0.0.1 - - ${at} "GET /fast HTTP/1.1" 200 6 "-" "-" pid=<7> us=900`,
        '[2024-10-29 17:04:45 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:7)',
        `127.0.0.1 - - [29/Oct/2024:17:04:45 +0000] "GET /slow HTTP/1.1" 500 0 "-" "-" pid=<7> us=1681`,
      ),
    );
    expect(events).toMatchObject([{ kind: 'timeout', worker: '7' }]);
    expect(rows.map((row) => row.duration)).toEqual([900, null]);
  });

  it('11: durations of nearly a day show a clock that was put back', () => {
    const { rows, report } = parse(lines(`127.0.0.1 - - ${at} "GET /a HTTP/1.1" 200 6 "-" "-" pid=<7> us=86399750000`));
    expect(rows).toMatchObject([{ duration: null, route: 'GET /a' }]);
    expect(report.assumptions.join()).toMatch(/clock was put back/);
    expect(parse(lines('[I 241029 17:04:15 web:2446] 200 GET /a (203.0.113.7) -0.25ms')).rows).toMatchObject([
      { duration: null, route: 'GET /a' },
    ]);
  });

  it('12: several attempts upstream', () => {
    const head = `203.0.113.7 - - ${at} "GET /retry HTTP/1.1" 200 6 "-" "curl"`;
    for (const tail of ['rt=0.003 urt="-, 0.004" us="502, 200"', 'rt=0.300 urt="0.1 : 0.2" us="200 : 200"']) {
      const usual = `${head} rt=0.100 urt="0.100" us="200"`;
      const { rows, report } = parse(lines(usual, usual, usual, `${head} ${tail}`));
      expect(report).toMatchObject({ requests: 4, unparsed: 0, format: 'nginx' });
      expect(rows[3].duration).toBe(tail.startsWith('rt=0.003') ? 3000 : 300_000);
    }
  });

  it('13: HAProxy without an interval in the application, and cut at 1024 bytes', () => {
    const head = '203.0.113.7:52134 [29/Oct/2024:17:04:15.123] fe';
    const none = parse(lines(`${head} be/<NOSRV> -1/-1/-1/-1/7312 -1 0 - - CR-- 4/4/0/0/0 0/0 ""`));
    expect(none.rows).toMatchObject([{ duration: null, wait: null, status: 0, time: '2024-10-29T17:04:15.123+00:00' }]);
    const partial = parse(lines(`${head} be/web1 3/0/1/22/+26 200 +311 - - ---- 9/9/8/4/0 0/0 "GET /very/long/ur`));
    expect(partial.rows).toMatchObject([{ duration: null, status: 200, route: 'GET /very/long/ur' }]);
  });

  it('14: a load balancer without a target', () => {
    const { rows } = parse(
      lines(
        'http 2024-10-29T17:04:15.123456Z app/lb/50dc 203.0.113.7:52134 - -1 -1 -1 504 - 310 0 "- http://h:80- -" "-" - - arn "Root" "-" "-" 0 2024-10-29T17:04:15.074000Z "forward" "-" "-" "-" "-" "-" "-"',
      ),
    );
    expect(rows).toMatchObject([{ duration: null, wait: null, route: null, status: 504 }]);
  });

  it('15: two lines torn into each other give two requests', () => {
    const usual = `127.0.0.1 - - ${at} "GET /x HTTP/1.1" 200 5 "-" "-"`;
    const long = 'a'.repeat(4000);
    const { rows, report } = parse(
      lines(
        usual,
        `127.0.0.1 - - ${at} "GET /${long}127.0.0.1 - - ${at} "GET /b HTTP/1.1" 200 6 "-" "-"`,
        `${long} HTTP/1.1" 200 7 "-" "-"`,
        usual,
      ),
    );
    expect(report).toMatchObject({ requests: 4, unparsed: 0 });
    expect(rows.map((row) => row.bytes).sort()).toEqual([5, 5, 6, 7]);
    expect(parse(lines('OSErrorworker 2 killed successfully (pid: 124)', ': write error')).report.requests).toBe(0);
  });

  it('16: long lines in several records of a container log are one', () => {
    const record = (text: string, stream: string) =>
      JSON.stringify({ log: text, stream, time: '2024-10-29T17:04:15.5Z' });
    const path = 'x'.repeat(17_000);
    const docker = parse(
      lines(
        record(`203.0.113.7 - - ${at} "GET /${path}`, 'stdout'),
        record('[2024-10-29 17:04:15 +0000] [1] [INFO] Booting worker with pid: 7\n', 'stderr'),
        record(' HTTP/1.1" 200 6 "-" "-"\n', 'stdout'),
      ),
    );
    expect(docker.report).toMatchObject({
      requests: 1,
      lifecycle: 1,
      continuation: 1,
      unparsed: 0,
      envelope: 'docker',
    });
    const cri = parse(
      lines(
        `2024-10-29T17:04:15.5Z stdout P 203.0.113.7 - - ${at} "GET /long`,
        '2024-10-29T17:04:15.5Z stderr F [2024-10-29 17:04:15 +0000] [1] [INFO] Booting worker with pid: 7',
        '2024-10-29T17:04:15.5Z stdout F er HTTP/1.1" 200 6 "-" "-"',
      ),
    );
    expect(cri.rows).toMatchObject([{ route: 'GET /longer', status: 200 }]);
    expect(cri.report).toMatchObject({ lifecycle: 1, continuation: 1, unparsed: 0, envelope: 'cri' });
  });

  it('17: what journald withholds is counted with its reason', () => {
    const line = `Oct 29 17:04:15 host gunicorn[123]: 127.0.0.1 - - ${at} "GET /a HTTP/1.1" 200 6 "-" "-"`;
    const { report } = parse(lines(line, 'Oct 29 17:04:15 host gunicorn[123]: [98B blob data]', line));
    expect(report).toMatchObject({ requests: 2, unparsed: 1 });
    expect(report.unparsed_examples[0].reason).toMatch(/journal/);
  });

  it('18: escape sequences in a file never reach a name', () => {
    const { rows } = parse(
      lines(
        '203.0.113.7 - - [29/Oct/2024 17:04:15] "\u001b[31m\u001b[1mGET /f HTTP/1.1\u001b[0m" 403 -',
        '203.0.113.7 - - [29/Oct/2024 17:04:15] "GET /a\u001b[31mb HTTP/1.1" 200 -',
        '203.0.113.7 - - [29/Oct/2024 17:04:15] "GET /\u001b]0;title\u0007\u009b31m HTTP/1.1" 200 -',
      ),
    );
    expect(rows.map((row) => row.status)).toEqual([403, 200, 200]);
    expect(rows[0].route).toBe('GET /f');
    for (const { route } of rows) expect(route).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });

  it('19: request lines of every kind', () => {
    const routes = (...requests: string[]) =>
      parse(lines(...requests.map((request) => `203.0.113.7 - - ${at} "${request}" 200 6 "-" "-"`))).rows.map(
        (row) => row.route,
      );
    expect(
      routes('GET /a HTTP/0.9', 'GET /old', 'get /x HTTP/1.1', 'GET /a b c HTTP/1.1', 'GET  HTTP/1.1', '-', ''),
    ).toEqual(['GET /a', 'GET /old', 'get /x', 'GET /a b c', 'GET /', null, null]);
    expect(
      parse(
        lines(
          '[pid: 19600|app: 0|req: 5/11] 127.0.0.1 () {22 vars in 221 bytes} [Fri Nov 20 14:10:31 2026] GET /a => generated 6 bytes in 0 msecs (b c HTTP/1.1 200) 2 headers in 68 bytes (1 switches on core 1)',
          '[pid: 19600|app: 0|req: 8/16] 127.0.0.1 () {22 vars in 223 bytes} [Fri Nov 20 14:10:31 2026] FOO"BAR /wm => generated 6 bytes in 0 msecs (HTTP/1.1 200) 2 headers in 64 bytes (1 switches on core 1)',
        ),
      ).rows,
    ).toMatchObject([
      { route: 'GET /a', status: 200 },
      { route: null, status: 200 },
    ]);
  });
});
