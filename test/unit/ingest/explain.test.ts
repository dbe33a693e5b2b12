import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { explanationText } from '../../../src/cli/explain-text.ts';
import { formatList, formatPage } from '../../../src/cli/format-text.ts';
import { explainHead } from '../../../src/ingest/explain.ts';

const explain = (text: string) => explainHead(Buffer.from(text), true, { formats, timezone: 'UTC' });
const usual = '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 6 "-" "curl" pid=<7> us=1001';

describe('an explanation', () => {
  it('labels the fields of the first line of each kind in place', () => {
    const { kinds } = explain(`${usual}\n${usual}\n`);
    expect(kinds).toHaveLength(1);
    expect(kinds[0]).toMatchObject({ format: 'gunicorn', lines: 2, facts: { stampMeaning: 'end', zone: '+00:00' } });
    const { text, labels } = kinds[0].first;
    const found = Object.fromEntries(labels.map(({ from, to, name }) => [name, text.slice(from, to)]));
    expect(found).toEqual({
      client: '203.0.113.7',
      'time (end)': '29/Oct/2024:17:04:15 +0000',
      request: 'GET /a HTTP/1.1',
      status: '200',
      bytes: '6',
      pid: '<7>',
      'duration (us)': '1001',
    });
  });

  it('puts each label right below its field, however short the fields beside it are', () => {
    const explanation = explain(`${usual}\n${usual}\n`);
    const { text, labels } = explanation.kinds[0].first;
    const rows = explanationText('access.log', explanation, 200).split('\n');
    const line = rows.findIndex((row) => row.endsWith(text));
    const indent = rows[line].length - text.length;
    expect(labels.length).toBeGreaterThan(5);
    for (const { from, name } of labels) {
      const below = rows.slice(line + 1, line + 5).filter((row) => row.startsWith(`^${name}`, indent + from));
      expect(below, name).toHaveLength(1);
    }
  });

  it('labels a stamp with the meaning that the order of the lines shows', () => {
    const line = (second: number, millis: number) =>
      `203.0.113.7 - - [29/Oct/2024:17:04:${10 + second} +0000] "GET /a HTTP/1.1" 200 6 "-" "curl" ${millis}ms`;
    const lines = Array.from({ length: 40 }, (_, i) => (i % 4 === 3 ? line(i - 2, 3000 + i) : line(i, 100 + i)));
    const { kinds } = explain(`${lines.join('\n')}\n`);
    expect(kinds[0].facts.stampMeaning).toBe('start');
    expect(kinds[0].first.labels.map(({ name }) => name)).toContain('time (start)');
  });

  it('reads records of several lines as the whole log does', () => {
    const record = JSON.stringify({ textPayload: usual, timestamp: '2024-10-29T17:04:15.123Z' }, null, 2);
    const { kinds, continuation, unparsed } = explain(`[\n${`${record},\n`.repeat(3)}]\r\n`);
    expect(kinds).toMatchObject([{ format: 'gunicorn', lines: 3 }]);
    expect(kinds[0].first).toMatchObject({ number: 2, text: usual });
    expect({ continuation, unparsed }).toEqual({ continuation: 11, unparsed: 0 });
    const inOne = explain(`[${[1, 2, 3].map(() => JSON.stringify({ textPayload: usual })).join(',')}]\n`);
    expect(inOne.kinds[0].first).toMatchObject({ number: 1, text: usual });
  });

  it('shows where the best layout stopped, with a caret under the byte', () => {
    const stuck = usual.replace('17:04:15', '17:xx:15');
    const explanation = explain(`${usual}\n${stuck}\n${usual}\n`);
    expect(explanation).toMatchObject({ lines: 3, unparsed: 1 });
    expect(explanation.stuck).toMatchObject([{ number: 2, at: stuck.indexOf('29/Oct') }]);
    const rows = explanationText('access.log', explanation, 200).split('\n');
    const caret = rows.findIndex((text) => text.includes('stopped here'));
    expect(rows[caret - 1][rows[caret].indexOf('^')]).toBe('2');
    expect(rows[caret]).toMatch(/\^ gunicorn, .* stopped here, expecting a time \(end\)/);
  });

  it('shows a layout that reached the end of the line there', () => {
    const text = '2024-10-29 17:04:15,123 INFO  [req0] GET /api/users/4748';
    const { stuck } = explain(`${text}\n`);
    expect(stuck).toMatchObject([{ number: 1, best: expect.any(String), at: text.length }]);
  });

  it('counts every kind of line, with envelopes and what was assumed', () => {
    const text = [
      'web-1  | [2024-10-29 17:04:15 +0000] [1] [INFO] Booting worker with pid: 7',
      `web-1  | ${usual}`,
      'web-1  | Traceback (most recent call last):',
      'web-1  |   File "/srv/app.py", line 1, in x',
      'web-1  | RuntimeError: boom',
      'web-1  | 203.0.113.7:1 - - [29/Oct/2024:17:04:15] "GET /d" 200 6',
    ].join('\n');
    const explanation = explainHead(Buffer.from(text), true, { formats });
    expect(explanation).toMatchObject({ lines: 6, continuation: 3, unparsed: 0 });
    expect(explanation.kinds.map(({ format, facts }) => [format, facts.envelope])).toEqual([
      ['gunicorn', 'compose'],
      ['daphne', 'compose'],
    ]);
    expect(explanation.own).toMatchObject([{ format: 'gunicorn', lines: 1 }]);
    const shown = explanationText('access.log', explanation, 100);
    expect(shown).toMatch(/6 lines looked at/);
    expect(shown).toMatch(/inside compose/);
    expect(shown).toMatch(/Assumed:/);
  });

  it('lets no control character through', () => {
    const explanation = explain(`${usual.replace('/a', '/a\u001b[31m')}\n\u001b]0;x\u0007junk\n`);
    expect(explanationText('x', explanation, 80)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it('fits its labels into any width', () => {
    for (const width of [40, 80, 200]) {
      const rows = explanationText('x', explain(`${usual}\n`), width).split('\n');
      expect(rows.some((row) => row.includes('^client'))).toBe(true);
      expect(rows.some((row) => row.includes('^duration (us)'))).toBe(true);
    }
  });
});

describe('the pages of the formats', () => {
  it('say of each directive what it gives, its unit too, and of those that give nothing nothing', () => {
    const pageOf = (id: string) => formatPage(formats.find((format) => format.id === id)!);
    expect(pageOf('uwsgi')).toMatch(/^ {2}duration in us +micros$/m);
    expect(pageOf('uwsgi')).toMatch(/^ {2}duration in ms +msecs$/m);
    expect(pageOf('haproxy')).toMatch(/^ {2}time in the queue, in ms +Tw$/m);
    expect(pageOf('haproxy')).not.toContain('passed over');
  });

  it('show every format with an example, and how to make its server log more', () => {
    const list = formatList(formats, 160);
    for (const format of formats) {
      expect(list).toContain(`${format.id} `);
      const page = formatPage(format);
      expect(page).toContain(format.title);
      for (const { how } of format.enable) expect(page).toContain(how);
      expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f]|undefined|\[object/);
    }
  });
});
