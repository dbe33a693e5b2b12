import { describe, expect, it } from 'vitest';
import { formats } from '../../../parsers/index.ts';
import { UserError } from '../../../src/core/errors.ts';
import { createRandom } from '../../../src/core/random.ts';
import { createZone } from '../../../src/ingest/zone.ts';
import { parse } from '../../helpers/ingest.ts';

const wall = (text: string) => Date.parse(`${text}Z`) * 1000;
const iso = (micros: number) => new Date(micros / 1000).toISOString();

describe('zones', () => {
  it('are names, UTC or offsets', () => {
    expect(iso(createZone('UTC').toUtc(wall('2024-10-29T17:04:15')))).toBe('2024-10-29T17:04:15.000Z');
    expect(iso(createZone('+05:30').toUtc(wall('2024-10-29T17:04:15')))).toBe('2024-10-29T11:34:15.000Z');
    expect(iso(createZone('-0330').toUtc(wall('2024-10-29T17:04:15')))).toBe('2024-10-29T20:34:15.000Z');
    const paris = createZone('Europe/Paris');
    expect(iso(paris.toUtc(wall('2024-07-01T12:00:00')))).toBe('2024-07-01T10:00:00.000Z');
    expect(iso(paris.toUtc(wall('2024-12-01T12:00:00')))).toBe('2024-12-01T11:00:00.000Z');
    expect(() => createZone('Mars/Olympus')).toThrow(UserError);
    expect(() => createZone('+99:00')).toThrow(/Mars|not known/);
  });

  it('tell the two hours apart that have the same name when clocks are put back', () => {
    const line = (clock: string) =>
      `[29/Oct/2024 17:04:15] "GET /${clock} HTTP/1.1" 200 1`.replace('29/Oct/2024 17:04:15', clock);
    const clocks = [
      '27/Oct/2024 01:59:59',
      '27/Oct/2024 02:30:00',
      '27/Oct/2024 02:59:59',
      '27/Oct/2024 02:00:01',
      '27/Oct/2024 02:05:00',
      '27/Oct/2024 02:59:59',
      '27/Oct/2024 03:00:00',
    ];
    const { rows } = parse(`${clocks.map(line).join('\n')}\n`, { timezone: 'Europe/Paris' });
    expect(rows.map(({ time }) => time)).toEqual([
      '2024-10-26T23:59:59+00:00',
      '2024-10-27T00:30:00+00:00',
      '2024-10-27T00:59:59+00:00',
      '2024-10-27T01:00:01+00:00',
      '2024-10-27T01:05:00+00:00',
      '2024-10-27T01:59:59+00:00',
      '2024-10-27T02:00:00+00:00',
    ]);
  });

  it('take a line that is written some seconds late for one of the first of those hours', () => {
    const zone = createZone('Europe/Paris');
    const written = ['02:30:00', '02:29:58', '02:59:59', '02:59:30', '02:58:29'].map((clock) =>
      iso(zone.toUtc(wall(`2024-10-27T${clock}`))),
    );
    expect(written).toEqual([
      '2024-10-27T00:30:00.000Z',
      '2024-10-27T00:29:58.000Z',
      '2024-10-27T00:59:59.000Z',
      '2024-10-27T00:59:30.000Z',
      // More than a minute before the last one.
      '2024-10-27T01:58:29.000Z',
    ]);
  });

  it('keep the old offset in the hour that clocks skip', () => {
    const zone = createZone('Europe/Paris');
    expect(iso(zone.toUtc(wall('2024-03-31T01:59:59')))).toBe('2024-03-31T00:59:59.000Z');
    expect(iso(zone.toUtc(wall('2024-03-31T02:30:00')))).toBe('2024-03-31T01:30:00.000Z');
    expect(iso(zone.toUtc(wall('2024-03-31T03:00:00')))).toBe('2024-03-31T01:00:00.000Z');
  });

  it('of the machine are read with its own arithmetic as by name, also where hours come twice or never', () => {
    const { TZ } = process.env;
    const random = createRandom(7);
    try {
      for (const name of [
        'Europe/Paris',
        'America/New_York',
        'America/Sao_Paulo',
        'America/St_Johns',
        'Australia/Lord_Howe',
        'Asia/Kathmandu',
        'Pacific/Apia',
        'Africa/Casablanca',
        'Europe/Dublin',
        'Asia/Tehran',
        'Antarctica/Troll',
        'UTC',
      ]) {
        process.env.TZ = name;
        const local = createZone();
        const byName = createZone(name);
        expect(local.name).toBe(`local (${name})`);
        const expectSame = (wallClock: number) => {
          const [own, named] = [local.toUtc(wallClock), byName.toUtc(wallClock)];
          if (own !== named) expect(iso(own), `${name} ${iso(wallClock)}`).toBe(iso(named));
        };
        const day = 86_400e6;
        for (let at = wall('2010-01-01T12:00:00'); at < wall('2030-01-01T00:00:00'); at += day) {
          const offset = (utc: number) => new Date(utc / 1000).getTimezoneOffset();
          if (offset(at) === offset(at + day)) {
            if (random() < 0.02) expectSame(at + random() * day);
            continue;
          }
          // The hour that comes twice is run through twice, as a log does.
          for (let near = at - day; near < at + 2 * day; near += 900e6) {
            expectSame(near);
            if (random() < 0.1) expectSame(near - 3600e6);
          }
        }
      }
    } finally {
      if (TZ === undefined) delete process.env.TZ;
      else process.env.TZ = TZ;
    }
  });

  it('are said where a log does not tell', () => {
    const text = '[29/Oct/2024 17:04:15] "GET /a HTTP/1.1" 200 1\n';
    const local = parse(text, { timezone: null });
    expect(local.report.timestamp.zone).toMatch(/^local \(/);
    expect(local.report.assumptions.join()).toMatch(/--timezone/);
    const given = parse(text, { timezone: '+02:00' });
    expect(given.report.timestamp.zone).toBe('+02:00');
    expect(given.report.assumptions.join()).not.toMatch(/zone/);
    expect(given.rows[0].time).toBe('2024-10-29T15:04:15+00:00');
  });
});

describe('stamps', () => {
  it('of every shape are read', () => {
    const stamps: [string, string][] = [
      ['29/Oct/2024:17:04:15 +0100', '2024-10-29T16:04:15+00:00'],
      ['29/Oct/2024:17:04:15', '2024-10-29T17:04:15+00:00'],
      ['29/Oct/2024:17:04:15 CDT', '2024-10-29T17:04:15+00:00'],
    ];
    for (const [stamp, time] of stamps) {
      const { rows } = parse(`203.0.113.7 - - [${stamp}] "GET /a HTTP/1.1" 200 6 "-" "-"\n`);
      expect(rows[0]?.time, stamp).toBe(time);
    }
    const values: [string, string][] = [
      ['1730221455', '2024-10-29T17:04:15+00:00'],
      ['1730221455.25', '2024-10-29T17:04:15.250+00:00'],
      ['1730221455250', '2024-10-29T17:04:15.250+00:00'],
      ['1730221455250001', '2024-10-29T17:04:15.250001+00:00'],
      ['1730221455250001999', '2024-10-29T17:04:15.250001+00:00'],
      ['"2024-10-29T17:04:15.25Z"', '2024-10-29T17:04:15.250+00:00'],
      ['"2024-10-29 17:04:15,250"', '2024-10-29T17:04:15.250+00:00'],
      ['"2024-10-29T18:04:15+01:00"', '2024-10-29T17:04:15+00:00'],
      ['"Tue Oct 29 17:04:15 2024"', '2024-10-29T17:04:15+00:00'],
      ['"[29/Oct/2024:17:04:15 +0000]"', '2024-10-29T17:04:15+00:00'],
    ];
    for (const [stamp, time] of values) {
      const { rows } = parse(`{"time":${stamp},"method":"GET","path":"/a","status":200}\n`);
      expect(rows[0]?.time, stamp).toBe(time);
    }
  });

  it('that are none refuse the line', () => {
    for (const stamp of [
      '32/Oct/2024:17:04:15 +0000',
      '29/Okt/2024:17:04:15 +0000',
      '29/Oct/2024:25:04:15 +0000',
      '2',
    ]) {
      const text = `203.0.113.7 - - [${stamp}] "GET /a HTTP/1.1" 200 6 "-" "-"\n`;
      expect(parse(text, { formats: formats.filter(({ id }) => id === 'combined') }).rows, stamp).toEqual([]);
    }
  });

  it('that stamps name are theirs, whatever was asked for', () => {
    const lines = [
      (clock: string) => `${clock} UTC [811] INFO 203.0.113.7:52134 - "GET /a HTTP/1.1" 200`,
      (clock: string) => `[${clock} UTC] GET /a 200 31ms`,
      (clock: string) => JSON.stringify({ time: `${clock} UTC`, method: 'GET', path: '/a', status: 200 }),
      (clock: string) => `time="${clock} UTC" method=GET path=/a status=200 took=31ms`,
    ];
    for (const line of lines) {
      const text = Array.from({ length: 12 }, (_, i) => `${line(`2026-03-01 17:04:${15 + i}`)}\n`).join('');
      const { rows, report } = parse(text, { timezone: 'Europe/Berlin' });
      expect(rows.map(({ time }) => time)).toEqual(
        Array.from({ length: 12 }, (_, i) => `2026-03-01T17:04:${15 + i}+00:00`),
      );
      expect(report.timestamp.zone).toBe('+00:00');
    }
  });
});
