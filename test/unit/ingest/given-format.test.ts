// --log-format: a format in a server's own directives, from the command line or its configuration.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';

const row = (line: string, logFormat: string) => {
  const { rows, report } = parse(`${line}\n`, { logFormat });
  expect(report.unparsed).toBe(0);
  return { ...rows[0], format: report.format };
};

describe('--log-format', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'logscope-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads the directives of every server that has them', () => {
    expect(
      row(
        '127.0.0.1 446 [29/Oct/2024:17:04:15 +0000] GET /a?x=1 200',
        'gunicorn:%(h)s %(D)s %(t)s %(m)s %(U)s?%(q)s %(s)s',
      ),
    ).toMatchObject({
      format: 'gunicorn',
      meaning: 'end',
      duration: 446,
      route: 'GET /a',
      status: 200,
    });
    expect(
      row('1730221455.123|GET|/a?b|0.031|200', 'nginx:$msec|$request_method|$request_uri|$request_time|$status'),
    ).toMatchObject({
      format: 'nginx',
      duration: 31_000,
      route: 'GET /a',
    });
    expect(row('[29/Oct/2024:17:04:15 +0000] 31 "GET /a HTTP/1.1" 200', 'apache:%t %{ms}T "%r" %>s')).toMatchObject({
      format: 'apache',
      meaning: 'start',
      duration: 31_000,
    });
    expect(row('12 3 GET /a 200', 'uwsgi:%(pid) %(msecs) %(method) %(uri) %(status)')).toMatchObject({
      worker: '12',
      duration: 3000,
    });
    expect(row('203.0.113.7 <8> 0.1234 "GET /a HTTP/1.1" 200', 'aiohttp:%a %P %Tf "%r" %s')).toMatchObject({
      worker: '8',
      duration: 123_400,
    });
    expect(
      row(
        '[2024-10-29 17:04:15 +0000] [8] [INFO] GET /a 200 31',
        'hypercorn:[%(asctime)s] [%(process)d] [%(levelname)s] %(m)s %(U)s %(s)s %(D)s',
      ),
    ).toMatchObject({ worker: '8', duration: 31, route: 'GET /a' });
    expect(
      row('203.0.113.7:1 [29/Oct/2024:17:04:15.123] 35 156 200 GET /a?x', 'haproxy:%ci:%cp [%tr] %Tw %Ta %ST %HM %HU'),
    ).toMatchObject({ wait: 35_000, duration: 121_000, route: 'GET /a' });
  });

  it('reads what a server has several directives for as one field', () => {
    expect(
      row('2024-10-29 17:04:15.123 31 GET /a?x=1 200', 'apache:%{%Y-%m-%d %H:%M:%S}t.%{msec_frac}t %{ms}T %m %U%q %>s'),
    ).toMatchObject({ time: '2024-10-29T17:04:15.123+00:00', meaning: 'start', duration: 31_000, route: 'GET /a' });
    const url = '$msec $request_method $scheme://$host:$server_port$request_uri $status $request_time';
    expect(row('1730221455.123 GET http://h:8000/a?x=1 200 0.031', `nginx:${url}`)).toMatchObject({
      duration: 31_000,
      route: 'GET /a',
    });
    expect(row('1730221455.123 GET /a?x=1 200', 'nginx:$msec $request_method $uri$is_args$args $status').route).toBe(
      'GET /a',
    );
  });

  it('may have its quotes escaped, as in the configuration', () => {
    expect(row('"GET /a HTTP/1.1" 200 31', 'apache:\\"%r\\" %>s %{ms}T')).toMatchObject({
      duration: 31_000,
      format: 'apache',
    });
  });

  it('names workers by their number where there is no pid', () => {
    const line = 'worker 2 GET /a 200 0.031';
    expect(row(line, 'uwsgi:worker %(wid) %(method) %(uri) %(status) %(secs)').worker).toBe('2');
    expect(row(`${line} 811`, 'uwsgi:worker %(wid) %(method) %(uri) %(status) %(secs) %(pid)').worker).toBe('811');
  });

  it('is found in the configuration of the server', () => {
    const line = '[29/Oct/2024:17:04:15 +0000] <8> 446 GET /a 200';
    const configurations: [string, string, string][] = [
      ['gunicorn.conf.py', `bind = ":8000"\naccess_log_format = '%(t)s %(p)s %(D)s %(m)s %(U)s %(s)s'\n`, '@'],
      ['split.conf.py', `access_log_format = (\n  '%(t)s %(p)s '\n  "%(D)s %(m)s %(U)s %(s)s"\n)\n`, 'gunicorn:@'],
      ['uwsgi.ini', '[uwsgi]\nlog-format = [%(ltime2)] <%(pid)> %(micros) %(method) %(uri) %(status)\n', 'uwsgi:@'],
    ];
    for (const [name, text, prefix] of configurations) {
      const path = join(folder, name);
      writeFileSync(path, text);
      expect(row(line, `${prefix}${path}`), name).toMatchObject({
        duration: 446,
        worker: '8',
        route: 'GET /a',
        status: 200,
      });
    }
    const nginx = join(folder, 'nginx.conf');
    writeFileSync(
      nginx,
      `http { log_format one '$status'; log_format two escape=json '$msec $request_time '\n  '"$request" $status'; }`,
    );
    expect(row('1730221455.123 0.031 "GET /a HTTP/1.1" 200', `@${nginx}`)).toMatchObject({
      format: 'nginx',
      duration: 31_000,
    });
    const apache = join(folder, 'apache.conf');
    const uwsgi = join(folder, 'uwsgi.ini');
    writeFileSync(
      uwsgi,
      '[uwsgi]\nlog-format  = [%(ltime)] "%(method) %(uri) %(proto)" %(status) %(msecs)ms pid=%(pid)\n',
    );
    expect(row('[29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 31ms pid=811', `@${uwsgi}`)).toMatchObject({
      duration: 31_000,
      worker: '811',
      status: 200,
    });
    writeFileSync(apache, 'LogFormat "%{usec}t %D \\"%r\\" %>s" scope\n');
    expect(row('1730221455123456 31000 "GET /a HTTP/1.1" 200', `@${apache}`)).toMatchObject({
      format: 'apache',
      duration: 31_000,
    });
  });

  it('leaves lines of other kinds to the formats that are known', () => {
    const { report } = parse('GET /a 200 446\n[2024-10-29 17:04:15 +0000] [1] [INFO] Booting worker with pid: 7\n', {
      logFormat: 'gunicorn:%(m)s %(U)s %(s)s %(D)s',
    });
    expect(report).toMatchObject({ requests: 1, lifecycle: 1, unparsed: 0 });
  });

  it('says in one sentence what is wrong with it', () => {
    for (const [text, message] of [
      ['%(h)s', /whose directives/],
      ['nonsense:%h', /"nonsense" is no format/],
      ['gunicorn:%(h)s%(D)s', /two fields follow each other/],
      ['gunicorn:@/no/such/file', /cannot be read/],
      ['gunicorn:%(h)s "%(r)s" %(D', /'%\(D' is no directive of gunicorn; gunicorn writes its format as in '%\(h\)s/],
      ['gunicorn:%h "%r" %s', /'%h' is no directive of gunicorn/],
      ['nginx:%h "%r"', /'%h' is no directive of nginx/],
      ['apache:%(h)s', /'%\(h\)s' is no directive of apache/],
      ['gunicorn:%(h)s %(t)s %(D)s', /no directive of gunicorn for a request, its path or its status/],
      ['gunicorn:', /no directive of gunicorn for a request/],
      [
        'nginx:$remote_adr [$time_local] "$request" $status',
        /'\$remote_adr' is no directive of nginx: '\$remote_addr' is$/,
      ],
      [
        'nginx:$msec $reqeust_time "$request" $status',
        /'\$reqeust_time' is no directive of nginx: '\$request_time' is$/,
      ],
      ['hypercorn:%(h)s %(t)s "%(r)s" %(s)s %(L)', /'%\(L\)' is no directive of hypercorn: '%\(L\)s' is/],
      ['aiohttp:%t %P "%r" %>s %b', /'%>s' is no directive of aiohttp: '%s' is/],
      ['uwsgi:%(addr) %(methd) %(uri) %(status)', /'%\(methd\)' is no directive of uwsgi: '%\(method\)' is$/],
    ] as const) {
      expect(() => parse('x\n', { logFormat: text })).toThrow(message);
    }
  });

  it('that fits no line is said to, with the place where the first line leaves it', () => {
    const line = '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.5.0" 31250\n';
    const wrong = parse(line.repeat(20), { logFormat: 'apache:%h %l %u %t "%r" %>s %b' }).report;
    expect(wrong.requests).toBe(20);
    expect(wrong.assumptions[0]).toBe(
      'the format given by --log-format fits none of the lines, which are read without it: it stops behind "00] "GET /a HTTP/1.1" 200 512 ", where the end of the line should stand',
    );
    const unknown = parse(line.repeat(20), { logFormat: 'nginx:[$my_own] $host "$request" $status' }).report;
    expect(unknown.assumptions[0]).toMatch(
      /fits none of the lines, which are read without it: the first of them begins with "203\.0\.113\.7 - - .*; '\$my_own' in it, of which nothing is known, may be misspelt/,
    );
    // A letter that is none of the server's takes anything; variables of nginx are more than are listed.
    const letter = 'gunicorn:%(h)s - - %(t)s "%(r)s" %(S)s %(b)s "%(f)s" "%(a)s" %(D)s';
    expect(parse(line.repeat(20), { logFormat: letter }).report.assumptions[0]).toMatch(
      /^of '%\(S\)s' in the format given by --log-format nothing is known: it may be misspelt/,
    );
    const variable =
      'nginx:$remote_addr - - [$time_local] "$request" $status $my_bytes "-" "$http_user_agent" $my_time';
    expect(parse(line.repeat(20), { logFormat: variable }).report.assumptions.join()).not.toMatch(/nothing is known/);
    const right = 'apache:%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %D';
    expect(parse(line.repeat(20), { logFormat: right }).report.assumptions.join()).not.toMatch(/fits none/);
    // Plain digits are no pid of gunicorn, which writes it in <>.
    const { rows } = parse(line.repeat(20), {
      logFormat: 'gunicorn:%(h)s %(l)s %(u)s %(t)s "%(r)s" %(s)s %(b)s "%(f)s" "%(a)s" %(p)s',
    });
    expect(rows[0].worker).toBeNull();
  });
});
