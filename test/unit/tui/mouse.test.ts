import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitKeys } from '../../../src/tui/key-stream.ts';
import { type MouseEvent, MouseFilter } from '../../../src/tui/mouse.ts';

describe('MouseFilter', () => {
  it('tells presses, drags and the wheel, in cells from 0', () => {
    const { keys, events } = new MouseFilter().split(
      'a\x1b[<0;10;5M\x1b[<0;10;5m\x1b[<32;11;5M\x1b[<64;1;1M\x1b[<65;1;1Mq',
    );
    expect(keys).toBe('aq');
    expect(events).toEqual([
      { kind: 'press', x: 9, y: 4, by: 0 },
      { kind: 'drag', x: 10, y: 4, by: 0 },
      { kind: 'wheel', x: 0, y: 0, by: -1 },
      { kind: 'wheel', x: 0, y: 0, by: 1 },
    ]);
  });

  it('leaves the escape key and arrows alone', () => {
    const filter = new MouseFilter();
    expect(filter.split('\x1b')).toEqual({ keys: '\x1b', events: [] });
    expect(filter.split('\x1b[A\x1b[1;2D')).toEqual({ keys: '\x1b[A\x1b[1;2D', events: [] });
  });

  it('gives the same events however the bytes are cut after the beginning of a report', () => {
    const stream = 'x\x1b[<0;10;5My\x1b[<64;3;4Mz';
    const whole = new MouseFilter().split(stream);
    fc.assert(
      fc.property(fc.integer({ min: 4, max: stream.length }), (cut) => {
        // Cut inside the first three bytes of a report it may be a key: there nothing is promised.
        fc.pre(!/\x1b(\[)?$/.test(stream.slice(0, cut)));
        const filter = new MouseFilter();
        const [a, b] = [filter.split(stream.slice(0, cut)), filter.split(stream.slice(cut))];
        expect(a.keys + b.keys).toBe(whole.keys);
        expect([...a.events, ...b.events] as MouseEvent[]).toEqual(whole.events);
      }),
    );
  });
});

describe('splitKeys', () => {
  it('takes apart what came at once', () => {
    expect(splitKeys('G2')).toEqual(['G', '2']);
    expect(splitKeys('\x1b[A\x1b[1;2Dq\r')).toEqual(['\x1b[A', '\x1b[1;2D', 'q', '\r']);
    expect(splitKeys('\x1bOP\x1b[15~\x1bx')).toEqual(['\x1bOP', '\x1b[15~', '\x1bx']);
    expect(splitKeys('\x1b')).toEqual(['\x1b']);
    expect(splitKeys('日👍')).toEqual(['日', '👍']);
  });

  it('loses nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\x1b', '[', 'O', 'A', '1', ';', '~', 'é', '\r') }), (text) => {
        expect(splitKeys(text).join('')).toBe(text);
      }),
    );
  });
});
