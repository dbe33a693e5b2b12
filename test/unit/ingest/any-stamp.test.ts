// A stamp of any shape: what one reads does not depend on what was read before.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createStampReader } from '../../../src/ingest/stamps.ts';
import { createZone } from '../../../src/ingest/zone.ts';

const texts = [
  '2026-03-01T17:04:15.123Z',
  '2026-03-01 05:04:15 PM',
  '2026-03-01 05:04:15',
  '2026.03.01 17:04:15',
  '20260301 17:04:15',
  '20260301T170415',
  '01Mar2026 17:04:15',
  '01Mar2026 05:04:15 AM',
  'March 01, 2026 17:04:15',
  '26-03-01 17:04:15',
  '1772384655.123',
  '0.031',
  '12.34',
  '31',
  'null',
  'request finished',
  'March',
];

const cursor = { end: 0, digits: 0, offsetMinutes: Number.NaN };
const reader = () =>
  createStampReader('any', createZone('UTC'), cursor, { nowMicros: () => 0, isLive: false, firstClock: Number.NaN });
const bytesOf = (text: string) => Buffer.from(`${text}"}\n${'\0'.repeat(64)}`);
const viewOf = (b: Buffer) => new DataView(b.buffer, b.byteOffset, b.length);

it('reads a value as a reader does that has read no other', () => {
  const alone = new Map(
    texts.map((text) => {
      const b = bytesOf(text);
      return [text, reader()(b, viewOf(b), 0)] as const;
    }),
  );
  expect(alone.get('2026-03-01 05:04:15 PM')).toBe(Date.UTC(2026, 2, 1, 17, 4, 15) * 1000);
  expect(alone.get('01Mar2026 05:04:15 AM')).toBe(Date.UTC(2026, 2, 1, 5, 4, 15) * 1000);
  for (const none of ['0.031', '12.34', '31', 'null', 'request finished', 'March']) expect(alone.get(none)).toBeNaN();
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...texts), { maxLength: 12 }), (order) => {
      const read = reader();
      for (const text of order) {
        const b = bytesOf(text);
        expect(read(b, viewOf(b), 0)).toBe(alone.get(text));
      }
    }),
  );
});
