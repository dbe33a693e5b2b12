// What consoles and tools export: records over several lines, tables with a header, lines that were copied.
import { describe, expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';

const access = (i: number) =>
  `203.0.113.7 - - [29/Oct/2024:17:04:${15 + i} +0000] "GET /a HTTP/1.1" 200 6 "-" "curl/8.5.0" pid=<811> us=${1200 + i}`;
const uvicorn = 'INFO:     203.0.113.7:52134 - "GET /a HTTP/1.1" 200 OK';
const five = [0, 1, 2, 3, 4];
const csv = (text: string) => `"${text.replaceAll('"', '""')}"`;

describe('records over several lines', () => {
  it('reads what aws logs get-log-events writes', () => {
    const events = five.map((i) => ({
      timestamp: 1730221455123 + 1000 * i,
      message: access(i),
      ingestionTime: 1730221456000,
    }));
    const { rows, report } = parse(JSON.stringify({ events, nextForwardToken: 'f/1' }, null, 4));
    expect(rows.map(({ duration }) => duration)).toEqual([1200, 1201, 1202, 1203, 1204]);
    expect(rows[0]).toMatchObject({ time: '2024-10-29T17:04:15.123+00:00', worker: '811', route: 'GET /a' });
    expect(report).toMatchObject({ requests: 5, unparsed: 0 });
  });

  it('reads a list of records of Cloud Logging', () => {
    const records = five.map((i) => ({
      insertId: `x${i}`,
      labels: { a: 'b' },
      timestamp: `2024-10-29T17:04:15.${100 + i}Z`,
      textPayload: uvicorn,
    }));
    const { rows } = parse(JSON.stringify(records, null, 2));
    expect(rows.map(({ time }) => time)).toEqual(five.map((i) => `2024-10-29T17:04:15.${100 + i}+00:00`));
  });

  it('reads a list in one line, or a record in each', () => {
    const records = five.map((i) =>
      JSON.stringify({ textPayload: access(i), timestamp: `2024-10-29T17:04:${15 + i}Z` }),
    );
    for (const log of [`[${records.join(',')}]`, `[${records.join(',\n')}]\n`, `[\n${records.join('\n,')}\n]\n`]) {
      const { rows, report } = parse(log);
      expect(rows.map(({ duration }) => duration)).toEqual([1200, 1201, 1202, 1203, 1204]);
      expect(report).toMatchObject({ requests: 5, unparsed: 0 });
    }
  });

  it.each(['events', 'logEvents'])('reads the %s that one line of CloudWatch holds', (key) => {
    const records = five.map((i) => ({ timestamp: 1730221455000 + 1000 * i, message: access(i) }));
    for (const about of [{}, { owner: '1', logGroup: '/ecs/web', subscriptionFilters: ['all'] }]) {
      const { rows, report } = parse(`${JSON.stringify({ ...about, [key]: records, nextForwardToken: 'f/1' })}\n`);
      expect(rows.map(({ duration }) => duration)).toEqual([1200, 1201, 1202, 1203, 1204]);
      expect(report).toMatchObject({ requests: 5, unparsed: 0 });
    }
  });

  it('reads the results of a query of CloudWatch, in many lines or one', () => {
    const row = (i: number) => [
      { field: '@timestamp', value: `2024-10-29 17:04:${15 + i}.250` },
      { field: '@message', value: i % 2 === 0 ? access(i) : uvicorn },
      { field: '@ptr', value: 'CloKIg' },
    ];
    const results = five.map(row);
    for (const log of [
      JSON.stringify({ results, statistics: { recordsMatched: 5 }, status: 'Complete' }, null, 4),
      `${results.map((one) => JSON.stringify(one)).join('\n')}\n`,
    ]) {
      const { rows, report } = parse(log, { timezone: 'America/New_York' });
      rows.sort((a, b) => a.offset - b.offset);
      expect(rows.map(({ time }) => time)).toEqual(five.map((i) => `2024-10-29T17:04:${15 + i}.250+00:00`));
      expect(rows[0]).toMatchObject({ duration: 1200, worker: '811' });
      expect(report).toMatchObject({ requests: 5, unparsed: 0 });
    }
  });

  it('leaves a record that lists other events whole', () => {
    const record = (i: number) => ({
      ts: 1730221455 + i,
      method: 'GET',
      path: `/a/${i}`,
      status: 200,
      duration_ms: 12.5,
      events: [{ name: 'read' }, { name: 'written' }],
    });
    const { rows } = parse(`${five.map((i) => JSON.stringify(record(i))).join('\n')}\n`);
    expect(rows).toHaveLength(5);
  });

  it('reads JSON lines behind jq', () => {
    const { rows, report } = parse(
      five
        .map((i) =>
          JSON.stringify(
            { ts: 1730221455 + i, method: 'GET', path: `/a/${i}`, status: 200, duration_ms: 12.5 },
            null,
            2,
          ),
        )
        .join('\n'),
    );
    expect(rows).toHaveLength(5);
    expect(rows[1]).toMatchObject({ route: 'GET /a/{id}', duration: 12_500, time: '2024-10-29T17:04:16+00:00' });
    expect(report).toMatchObject({ lines: 35, requests: 5, continuation: 30, unparsed: 0 });
  });

  it('says of what line an error of a record that never ends is', () => {
    const { rows, report } = parse(`${five.map(access).join('\n')}\n{\n  "a": 1,\nwhat is this\n${access(5)}\n`);
    expect(rows).toHaveLength(6);
    expect(report.unparsed_examples.map(({ line, text }) => [line, text])).toEqual([
      [6, '{'],
      [8, 'what is this'],
    ]);
  });
});

describe('tables with a header', () => {
  const tables: readonly (readonly [string, string, (line: string, i: number) => string, string | null])[] = [
    ['CloudWatch', 'timestamp,message', (line, i) => `${1730221455123 + i},${csv(line)}`, '15.123'],
    [
      'a query of CloudWatch',
      '@timestamp,@message,@log',
      (line) => `2024-10-29 17:04:15.123,${csv(line)},1:/web`,
      '15.123',
    ],
    [
      'Datadog',
      '"Date","Host","Service","Message"',
      (line) => `"2024-10-29T17:04:15.123Z","h","web",${csv(line)}`,
      '15.123',
    ],
    ['Kibana', '\ufeff"@timestamp",message', (line) => `"Oct 29, 2024 @ 17:04:15.123",${csv(line)}`, '15.123'],
    [
      'Log Analytics',
      'TenantId,"TimeGenerated [UTC]",LogEntry',
      (line) => `t,"2024-10-29T17:04:15.123Z",${csv(line)}`,
      '15.123',
    ],
    ['no quotes', 'timestamp,level,message', (line) => `2024-10-29T17:04:15.123Z,INFO,${line} a="b,c"`, '15.123'],
    ['tabs', 'time\tline', (line) => `2024-10-29T17:04:15.123Z\t${line}`, '15.123'],
  ];
  for (const [name, header, row, second] of tables) {
    it(name, () => {
      const lines = (line: (i: number) => string) => `${header}\n${five.map((i) => row(line(i), i)).join('\n')}\n`;
      const { rows, report } = parse(lines(access));
      expect(rows.map(({ duration }) => duration)).toEqual([1200, 1201, 1202, 1203, 1204]);
      expect(rows[0]).toMatchObject({ worker: '811', route: 'GET /a', status: 200 });
      expect(report).toMatchObject({ requests: 5, unparsed: 0 });
      const timed = parse(lines(() => uvicorn)).rows;
      expect(timed).toHaveLength(5);
      expect(timed[0].time).toBe(`2024-10-29T17:04:${second}+00:00`);
    });
  }

  it('reads messages that end in a newline, and those of several lines', () => {
    const failed =
      '[2024-10-29 17:04:15 +0000] [811] [ERROR] Error handling request /a\nTraceback (most recent call last):\nKeyError: 1';
    const row = (text: string) => `1730221455123,${csv(text)}\n`;
    const { rows, report } = parse(
      `timestamp,message\n${five.map((i) => row(`${access(i)}\n`) + row(failed)).join('')}`,
    );
    expect(rows.map(({ duration }) => duration)).toEqual([1200, 1201, 1202, 1203, 1204]);
    expect(report).toMatchObject({ format: 'gunicorn', requests: 5, lifecycle: 5, unparsed: 0 });
  });

  it('reads a table of requests as what it is', () => {
    const { rows } = parse(
      `timestamp,method,path,status,duration_ms,message\n${five.map((i) => `2024-10-29T17:04:15.123Z,GET,/a/${i},200,${12 + i}.5,ok`).join('\n')}\n`,
    );
    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatchObject({ route: 'GET /a/{id}', status: 200 });
  });
});

describe('lines that were copied', () => {
  it('are read behind what an archive of Papertrail writes', () => {
    const row = (line: string) =>
      `7711561783320576\t2024-10-29T17:04:15Z\t2024-10-29T17:04:16Z\t2\tweb1\t203.0.113.9\tUser\tInfo\tgunicorn\t${line}`;
    const { rows } = parse(`${five.map((i) => row(access(i))).join('\n')}\n`);
    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatchObject({ worker: '811', duration: 1200 });
    expect(parse(`${five.map(() => row(uvicorn)).join('\n')}\n`).rows[0]).toMatchObject({
      worker: null,
      time: '2024-10-29T17:04:15+00:00',
    });
  });

  it('have no duration that is the number of a line', () => {
    const lines = Array.from({ length: 40 }, (_, i) => `${i + 1}:${uvicorn}`);
    const { rows } = parse(`${lines.join('\n')}\n`);
    expect(rows).toHaveLength(40);
    expect(rows.every(({ duration, worker }) => duration === null && worker === null)).toBe(true);
  });

  it('name their file', () => {
    const { rows } = parse(
      `${five.flatMap((i) => [`a.log:${i + 1}:${access(i)}`, `b.log:${i + 1}:${access(i)}`]).join('\n')}\n`,
    );
    expect(rows).toHaveLength(10);
    expect(new Set(rows.map(({ worker }) => worker)).size).toBe(2);
  });

  it('may be escaped inside of a record whose names are not known', () => {
    const lines = five.map((i) =>
      JSON.stringify({ entries: [{ text: JSON.stringify({ method: 'GET', path: `/a/${i}`, status: 200 }) }] }),
    );
    for (const { route } of parse(`${lines.join('\n')}\n`).rows) expect(route).toBe('GET /a/{id}');
  });
});
