// What stands in front of a log and is no part of it.
import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { explainHead } from '../../../src/ingest/explain.ts';
import { parse } from '../../helpers/ingest.ts';

describe('a mark of the encoding in front of a log', () => {
  const line = 'INFO:     203.0.113.7:52134 - "GET /a HTTP/1.1" 200 OK\n';

  it('is no part of the first line', () => {
    const { rows, report } = parse(`\ufeff${line}${line}`);
    expect(rows).toHaveLength(2);
    expect(report).toMatchObject({ lines: 2, unparsed: 0, continuation: 0 });
    const { kinds, unparsed } = explainHead(Buffer.from(`\ufeff${line}`), true, { formats, timezone: 'UTC' });
    expect(kinds).toMatchObject([{ format: 'uvicorn', lines: 1 }]);
    expect(unparsed).toBe(0);
  });
});

describe('the number that pm2 gives a process', () => {
  it('is no pid', () => {
    const record = (message: string) =>
      `${JSON.stringify({ message, timestamp: '2024-10-29T17:04:15.123Z', type: 'out', process_id: 0, app_name: 'web' })}\n`;
    const { rows } = parse(record('INFO:     203.0.113.7:52134 - "GET /a HTTP/1.1" 200 OK\n').repeat(3));
    expect(rows).toHaveLength(3);
    expect(rows.every(({ worker }) => worker === null)).toBe(true);
  });
});
