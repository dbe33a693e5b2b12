// Every format keeps its promises: its samples give what it says, and it refuses what it must refuse.
import { describe, expect, it } from 'vitest';
import { formats } from '../../parsers/index.ts';
import type { SampleRow } from '../../src/core/format.ts';
import { parse, type Row } from '../helpers/ingest.ts';

const asDeclared = (row: Row): Required<SampleRow> => ({
  time: row.time,
  meaning: row.meaning as Required<SampleRow>['meaning'],
  durationMicros: row.duration,
  waitMicros: row.wait,
  arrival: row.arrival,
  worker: row.worker,
  thread: row.thread,
  route: row.route,
  status: row.status,
  bytes: row.bytes,
});

describe('formats', () => {
  for (const format of formats) {
    describe(format.id, () => {
      it('has samples, refusals and a way to log more', () => {
        expect(format.samples.length).toBeGreaterThan(0);
        expect(format.refuses.length).toBeGreaterThan(0);
        expect(format.notes.length).toBeGreaterThan(0);
      });

      if (format.proxy) {
        it('has durations that hold the wait for a worker: it is a proxy', () => {
          const directives = [format.language.directives, ...(format.keyed ?? []).map(({ fields }) => fields)]
            .flatMap((fields) => Object.values(fields))
            .flat();
          const covers = directives.flatMap((one) =>
            typeof one === 'object' && one.kind === 'duration' ? [one.covers] : [],
          );
          expect(covers.filter((what) => what !== 'response')).toEqual([]);
        });
      }

      for (const { line, row } of format.samples) {
        it(`takes ${line.slice(0, 100)}`, () => {
          const { rows, report } = parse(`${line}\n`);
          if (row === null) {
            expect({ lifecycle: report.lifecycle, requests: report.requests }).toEqual({ lifecycle: 1, requests: 0 });
            return;
          }
          expect(report).toMatchObject({ requests: 1, unparsed: 0, format: format.id });
          expect(asDeclared(rows[0])).toMatchObject(row);
        });
      }

      for (const line of format.refuses) {
        it(`refuses ${line.slice(0, 100)}`, () => {
          const { rows } = parse(`${line}\n`, { formats: [format] });
          expect(rows).toEqual([]);
        });
      }
    });
  }
});
