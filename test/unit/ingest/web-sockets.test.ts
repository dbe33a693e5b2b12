// Handshakes and closes of WebSockets, as servers and proxies wrote them.
import { describe, expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';

const clf = '29/Oct/2024:17:04:15 +0000';

describe('lines of WebSockets', () => {
  it('say how long a connection was open, which is no time of work', () => {
    const logs = {
      nginx: [
        `203.0.113.7 - - [${clf}] "GET /a HTTP/1.1" 200 5 "-" "curl" rt=0.031 urt="0.031"`,
        `203.0.113.7 - - [${clf}] "GET /ws/room3 HTTP/1.1" 101 3000 "-" "Mozilla" rt=61.250 urt="61.250"`,
      ],
      gunicorn: [`[${clf}] <811> 31000 "GET /a 1.1" 200 5`, `[${clf}] <811> 61250000 "GET /ws/room3 1.1" 101 3000`],
      envoy: [
        '[2024-10-29T17:04:15.123Z] "GET /a HTTP/1.1" 200 - 0 512 31 31 "-" "curl" "id" "h" "10.0.0.2:8000"',
        '[2024-10-29T17:04:15.123Z] "GET /ws/room3 HTTP/1.1" 101 - 21 48 61250 - "-" "Python" "id" "h" "10.0.0.2:8000"',
      ],
    };
    for (const [format, lines] of Object.entries(logs)) {
      const { rows, report } = parse(`${lines.join('\n')}\n`);
      expect(rows).toMatchObject([
        { format, route: 'GET /a', duration: 31_000 },
        { format, route: 'GET /ws/room3', status: 101, duration: null },
      ]);
      expect(report.assumptions.join()).toMatch(/how long a WebSocket was open/);
    }
    const { report } = parse(`${logs.nginx[0]}\n`);
    expect(report.assumptions.join()).not.toMatch(/WebSocket/);
  });

  it("and of uWSGI's own proxy are the server's own", () => {
    const { report } = parse(
      [
        'uWSGI http bound on 127.0.0.1:9866 fd 4',
        'spawned uWSGI master process (pid: 2670)',
        'spawned uWSGI worker 1 (pid: 2683, cores: 1)',
        'spawned uWSGI http 1 (pid: 2685)',
        '[uwsgi-http key: h client_addr: 127.0.0.1 client_port: 18645] hr_instance_read(): Connection reset by peer [plugins/http/http.c line 647]',
        'gateway "uWSGI http 1" has been buried (pid: 2685)',
        '',
      ].join('\n'),
    );
    expect(report).toMatchObject({ lifecycle: 6, unparsed: 0 });
    const daphne = parse(
      [
        '2024-10-29 17:04:15,171 INFO     Listening on TCP address 127.0.0.1:8000',
        "2024-10-29 17:04:15,988 DEBUG    WebSocket incoming frame on ['127.0.0.1', 37596]",
        '',
      ].join('\n'),
    );
    expect(daphne.report).toMatchObject({ lifecycle: 2, unparsed: 0 });
  });

  it("of uvicorn are the server's own, and a refused handshake is a request", () => {
    const { rows, report } = parse(
      [
        'INFO:     Started server process [811]',
        'INFO:     203.0.113.7:52134 - "GET /a HTTP/1.1" 200 OK',
        'INFO:     203.0.113.7:52136 - "WebSocket /ws/room3?token=x" [accepted]',
        'INFO:     connection open',
        'INFO:     203.0.113.7:52138 - "WebSocket /wsno3?token=x" 403',
        'INFO:     connection failed (403 Forbidden)',
        'INFO:     connection rejected (403 Forbidden)',
        'INFO:     connection closed',
        '',
      ].join('\n'),
    );
    expect(rows.map(({ status }) => status)).toEqual([200, 403]);
    expect(report).toMatchObject({ lifecycle: 6, unparsed: 0 });
  });
});
