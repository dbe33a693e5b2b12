// Bytes that are no text, ends of lines of all kinds and lines beyond measure: what stands around them is read.
import { expect, it } from 'vitest';
import { parse } from '../../helpers/ingest.ts';

const at = '[29/Oct/2024:17:04:15 +0000]';
const lines = (...text: string[]) => `${text.join('\n')}\n`;

it('bytes that are no text, no newline at the end, CRLF, BOM, over-long lines', () => {
  const line = Buffer.from(`203.0.113.7 - - ${at} "GET /a\xff\x00 HTTP/1.1" 200 6 "-" "\xfe"`, 'latin1');
  expect(parse(line).report).toMatchObject({ requests: 1, unparsed: 0 });
  const usual = `203.0.113.7 - - ${at} "GET /a HTTP/1.1" 200 6 "-" "-"`;
  expect(parse(`\ufeff${usual}\r\n${usual}\r\n\r\n${usual}`).report).toMatchObject({ requests: 3, unparsed: 0 });
  const long = parse(`${usual}\n${'x'.repeat(3_000_000)}\n${usual}\n`);
  expect(long.report).toMatchObject({ lines: 3, requests: 2, unparsed: 1 });
  expect(long.report.unparsed_examples[0]).toMatchObject({
    line: 2,
    reason: expect.stringMatching(/longer than 1 MiB/),
  });
  const traceback = lines(
    usual,
    '--- Logging error ---',
    'Traceback (most recent call last):',
    '  File "/usr/lib/python3/logging/__init__.py", line 1, in emit',
    "UnicodeEncodeError: 'ascii' codec can't encode",
    'Call stack:',
    '  File "/srv/app.py", line 1, in x',
    "Message: '%(h)s'",
    "Arguments: {'h': '127.0.0.1', 'D': 1}",
    usual,
  );
  expect(parse(traceback).report).toMatchObject({ requests: 2, continuation: 8, unparsed: 0 });
  expect(parse(`${usual}\n${'\0'.repeat(5000)}${usual}\n${usual}\n`).report.requests).toBeGreaterThanOrEqual(2);
});
