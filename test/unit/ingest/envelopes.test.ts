// What collectors put around a line is taken off, in any nesting, and what it tells is used.
import { describe, expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';

const access = '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 6 "-" "curl \\"x\\""';
const uvicorn = 'INFO:     203.0.113.7:52134 - "GET /a HTTP/1.1" 200 OK';
const json = (value: unknown) => JSON.stringify(value);
const at = '2024-10-29T17:04:15.250000000Z';

const around: Record<string, (line: string) => string> = {
  docker: (line) => json({ log: `${line}\n`, stream: 'stdout', time: at }),
  cri: (line) => `${at} stdout F ${line}`,
  stamped: (line) => `${at} ${line}`,
  'kubectl+stamped': (line) => `[pod/web-abc/app] ${at} ${line}`,
  compose: (line) => `web-1  | ${line}`,
  'compose+stamped': (line) => `\u001b[36mweb-1  |\u001b[0m ${at} ${line}`,
  syslog: (line) => `<134>1 2024-10-29T17:04:15.25Z host app 8712 - - ${line}`,
  'docker+json': (line) =>
    json({ log: `${json({ message: line, asctime: '2024-10-29 17:04:15,250' })}\n`, stream: 'stdout', time: at }),
  'compose+json': (line) => `web_1    | ${json({ event: line, timestamp: '2024-10-29T17:04:15.250Z', level: 'info' })}`,
  ansi: (line) => `\u001b[32m${line}\u001b[0m`,
  bytes: (line) => `b'${line.replaceAll('\\', '\\\\')}\\x00'`,
};

describe('envelopes', () => {
  for (const [name, wrap] of Object.entries(around)) {
    it(name, () => {
      const text = Array.from({ length: 30 }, () => wrap(access)).join('\n');
      const { rows, report } = parse(`${text}\n`);
      expect(report).toMatchObject({ requests: 30, unparsed: 0, envelope: name });
      expect(rows[0]).toMatchObject({ route: 'GET /a', status: 200, bytes: 6 });
    });
  }

  it('give a time to lines that have none', () => {
    for (const name of ['docker', 'cri', 'syslog']) {
      const { rows, report } = parse(`${around[name](uvicorn)}\n`);
      expect(rows).toMatchObject([{ time: '2024-10-29T17:04:15.250+00:00', meaning: 'response-start' }]);
      expect(report.timestamp.resolution_seconds).toBe(name === 'syslog' ? 0.01 : 0.001);
    }
  });

  it('give a time no finer than they write it, and say no zone that they do not', () => {
    const second = (line: string, i: number) => `Oct 29 17:04:${15 + i} host web[811]: ${line}`;
    const fly = (line: string, i: number) => `2024-10-29T17:04:${15 + i}Z app[148ed599c23489] fra [info]${line}`;
    for (const [wrap, zone] of [
      [second, 'local'],
      [fly, '+00:00'],
    ] as const) {
      const bare = parse(`${Array.from({ length: 20 }, (_, i) => wrap(uvicorn, i)).join('\n')}\n`, { timezone: null });
      expect(bare.report.timestamp).toMatchObject({ resolution_seconds: 1, zone: expect.stringContaining(zone) });
      expect(bare.report.assumptions.join()).toMatch(zone === 'local' ? /without a zone are read as/ : /^(?!.*zone)/);
      const own = parse(
        `${Array.from({ length: 20 }, (_, i) => wrap(access.replace(':15 ', `:${15 + i} `), i)).join('\n')}\n`,
      );
      expect(own.report.timestamp.resolution_seconds).toBe(1);
    }
    // Neither stamp says its zone: the one tells nothing of that of the other.
    const local = (i: number) => `203.0.113.7:52134 - - [29/Oct/2024:17:04:${15 + i}] "GET /a" 200 6`;
    const { report } = parse(`${Array.from({ length: 20 }, (_, i) => second(local(i), i)).join('\n')}\n`, {
      timezone: null,
    });
    expect(report.assumptions.join()).not.toMatch(/which the stamps of the envelope show/);
  });

  it('sharpen a stamp of whole seconds where they lie in the same second', () => {
    const late = access.replace('17:04:15', '17:04:12');
    const text = [...Array.from({ length: 30 }, () => around.docker(access)), around.docker(late)].join('\n');
    const { rows, report } = parse(`${text}\n`);
    expect(rows.filter(({ time }) => time === '2024-10-29T17:04:15.250+00:00')).toHaveLength(30);
    expect(rows.filter(({ time }) => time === '2024-10-29T17:04:12+00:00')).toHaveLength(1);
    expect(report.timestamp.resolution_seconds).toBe(0.001);
  });

  it('may name the zone of their stamp', () => {
    for (const [zone, time] of [
      ['UTC', '2024-10-29T17:04:15+00:00'],
      ['CET', '2024-10-29T16:04:15+00:00'],
      ['PDT', '2024-10-30T00:04:15+00:00'],
      // Of a name that may mean two zones nothing is said: the one that was given holds.
      ['CST', '2024-10-29T11:34:15+00:00'],
    ]) {
      const line = `Tue 2024-10-29 17:04:15 ${zone} host web.service[8712]: ${uvicorn}\n`;
      expect(parse(line.repeat(5), { timezone: '+05:30' }).rows[0].time).toBe(time);
    }
  });

  it('tell the zone of stamps that have none', () => {
    const local = '203.0.113.7:52134 - - [29/Oct/2024:22:34:15] "GET /a" 200 6';
    const { rows, report } = parse(`${Array.from({ length: 20 }, () => around.docker(local)).join('\n')}\n`, {
      timezone: null,
    });
    expect(rows[0].time).toBe('2024-10-29T17:04:15.250+00:00');
    expect(report.timestamp.zone).toBe('+05:30');
    expect(report.assumptions.join()).toMatch(/\+05:30, which the stamps of the envelope show/);
  });

  it('give the pid of the writer, unless all lines have the same, which may be the master', () => {
    const line = (pid: number) => `Oct 29 17:04:15 host gunicorn[${pid}]: ${access}`;
    expect(parse(`${line(11)}\n${line(12)}\n`).rows.map(({ worker }) => worker)).toEqual(['11', '12']);
    const same = parse(`${line(11)}\n${line(11)}\n`);
    expect(same.rows.map(({ worker }) => worker)).toEqual([null, null]);
    expect(same.report.assumptions.join()).toMatch(/may be that of the master/);
    const booted =
      'Oct 29 17:04:14 host gunicorn[10]: [2024-10-29 17:04:14 +0000] [11] [INFO] Booting worker with pid: 11';
    expect(parse(`${booted}\n${line(11)}\n${line(11)}\n`).rows.map(({ worker }) => worker)).toEqual(['11', '11']);
  });

  it('of mod_wsgi give the process and the thread that ran the application, where its own lines name none', () => {
    const line = (i: number) =>
      `[Tue Oct 29 17:04:${15 + i}.252279 2024] [wsgi:error] [pid ${811 + (i % 2)}:tid 14${i % 3}] [remote 203.0.113.7:52138] GET /a 200 12ms`;
    const { rows, report } = parse(`${Array.from({ length: 30 }, (_, i) => line(i)).join('\n')}\n`);
    expect(report).toMatchObject({ requests: 30, unparsed: 0, envelope: 'apache-error' });
    expect(rows[1]).toMatchObject({ worker: '812', thread: '141', route: 'GET /a', duration: 12_000 });
    expect(rows[1].time).toBe('2024-10-29T17:04:16.252279+00:00');
  });

  it('take the pid of a proxy for no worker', () => {
    const line = (pid: number) =>
      `Oct 29 17:04:15 lb haproxy[${pid}]: 203.0.113.7:1 [29/Oct/2024:17:04:15.123] fe be/web1 0/35/1/120/156 200 512 - - ---- 9/9/8/4/0 0/3 "GET /a HTTP/1.1"`;
    expect(parse(`${line(1)}\n${line(2)}\n`).rows.map(({ worker }) => worker)).toEqual([null, null]);
  });

  it('keep workers of two hosts apart', () => {
    const line = (host: string, pid: number) => `${host}  | ${access} pid=<${pid}> us=1000`;
    const text = [line('web-1', 8), line('web-2', 8), line('web-1', 9), line('web-2', 8)].join('\n');
    expect(parse(`${text}\n`).rows.map(({ worker }) => worker)).toEqual(['8', 'web-2/8', '9', 'web-2/8']);
  });

  it('hold the lines of several streams', () => {
    const text = [
      `web-1    | ${access} pid=<8> us=1000`,
      'web-1    | Traceback (most recent call last):',
      `nginx-1  | ${access.replace('/a', '/b')} rt=0.010 urt="0.009"`,
      'web-1    |   File "/srv/app.py", line 1, in x',
      'web-1    | RuntimeError: boom',
      `web-1    | ${access} pid=<8> us=1000`,
      `nginx-1  | ${access.replace('/a', '/b')} rt=0.010 urt="0.009"`,
    ].join('\n');
    const { rows, report } = parse(`${text}\n`);
    expect(rows.map(({ format }) => format).sort()).toEqual(['gunicorn', 'gunicorn', 'nginx', 'nginx']);
    expect(report).toMatchObject({ requests: 4, continuation: 3, unparsed: 0 });
  });

  it('are of every kind that syslog and journald write', () => {
    const heads = [
      '<134>Oct 29 17:04:15 host app[12]: ',
      'Oct 29 17:04:15 host app[12]: ',
      'Oct  9 17:04:15 host app: ',
      'Oct 29 17:04:15.123456 host app[12]: ',
      '2024-10-29T17:04:15+0000 host app[12]: ',
      '2024-10-29T17:04:15.123456+00:00 host app: ',
      '2024-10-29T17:04:15.123456+00:00 app[web.1]: ',
      '1730221455.123456 host app[12]: ',
      '[   12.345678] host app[12]: ',
      'Tue 2024-10-29 17:04:15 UTC host app[12]: ',
      '<134>1 2024-10-29T17:04:15.123456Z host app 12 - - ',
      '<134>1 2024-10-29T17:04:15.123456Z host app 12 - [x@1 k="v\\]"] \ufeff',
      '217 <134>1 2024-10-29T17:04:15Z host app web.3 - ',
      '<14>gunicorn.site.access: [12] ',
    ];
    for (const head of heads) {
      const { rows, report } = parse(`${head}${access}\n`);
      expect(report, head).toMatchObject({ requests: 1, unparsed: 0, envelope: 'syslog' });
      expect(rows[0], head).toMatchObject({ route: 'GET /a', status: 200 });
    }
    expect(parse(`<14>gunicorn.site.access: [12] ${access}#000\n`).rows).toMatchObject([{ route: 'GET /a' }]);
    const coloured = 'Oct 29 17:04:15 host app[12]: #033[32mINFO#033[0m:     203.0.113.7:1 - "GET /a HTTP/1.1" 200 OK';
    expect(parse(`${coloured}\n`).rows).toMatchObject([{ route: 'GET /a' }]);
  });

  it('of journalctl -o json hold messages as text or as bytes', () => {
    const record = (message: unknown) =>
      json({ MESSAGE: message, __REALTIME_TIMESTAMP: '1730221455250000', _PID: '12', SYSLOG_IDENTIFIER: 'gunicorn' });
    const { rows, report } = parse(`${record(access)}\n${record([...Buffer.from(access)])}\n${record(null)}\n`);
    expect(rows).toMatchObject([
      { route: 'GET /a', time: '2024-10-29T17:04:15.250+00:00' },
      { route: 'GET /a', time: '2024-10-29T17:04:15.250+00:00' },
    ]);
    expect(report).toMatchObject({ requests: 2, unparsed: 1, format: 'gunicorn' });
  });

  it('of Docker may come without the newline, and with other keys, from those who collect them', () => {
    const inner = access.replace('curl \\"x\\"', 'curl');
    const records: ((line: string) => unknown)[] = [
      (line) => ({ log: line, stream: 'stdout', time: at }),
      (line) => ({ log: line, time: at, stream: 'stdout' }),
      (line) => ({ log: line, container_id: 'abc', container_name: '/web', source: 'stdout', time: at }),
      (line) => ({ log: line, stream: 'stdout', kubernetes: { pod_name: 'web-1' }, time: at }),
      (line) => ({ time: at, stream: 'stdout', _p: 'F', log: line }),
    ];
    for (const record of records) {
      const { rows, report } = parse(`${json(record(inner))}\n`.repeat(30));
      expect(report).toMatchObject({ requests: 30, unparsed: 0 });
      expect(rows[0]).toMatchObject({ route: 'GET /a', status: 200, time: '2024-10-29T17:04:15.250+00:00' });
    }
  });

  it('of Heroku give the dyno', () => {
    const line = (dyno: string) => `2024-10-29T17:04:15.123456+00:00 app[${dyno}]: ${access} pid=<4> us=9`;
    expect(parse(`${line('web.1')}\n${line('web.2')}\n`).rows.map(({ worker }) => worker)).toEqual(['4', 'web.2/4']);
  });

  it('may be a formatter of logging in any order', () => {
    const heads: [string, string | null, string | null][] = [
      ['INFO:werkzeug:', null, null],
      ['2024-10-29 17:04:15,250 - gunicorn.access - INFO - ', null, null],
      ['[2024-10-29 17:04:15,250] {glog.py:12} INFO - ', null, null],
      ['2024-10-29 17:04:15,250 8712 MainThread INFO gunicorn.access: ', '8712', 'MainThread'],
      ['INFO 2024-10-29 17:04:15,250 glogging 8712 140443927350144 ', '8712', '140443927350144'],
    ];
    for (const [head, worker, thread] of heads) {
      const { rows, report } = parse(`${`${head}${access}\n`.repeat(12)}`);
      expect(report, head).toMatchObject({ requests: 12, unparsed: 0 });
      expect(rows[0], head).toMatchObject({ route: 'GET /a', status: 200, worker, thread });
      if (head.includes(',250')) expect(rows[0].time, head).toBe('2024-10-29T17:04:15.250+00:00');
    }
  });
});
