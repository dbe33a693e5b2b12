// Several servers together, and the slots of a pool: what is known of the parts decides what is said of the whole.
import { describe, expect, it } from 'vitest';
import {
  atLeast,
  exactly,
  inAll,
  type ShownOfPool,
  slotsOfAll,
  structureOfServers,
  within,
} from '../../../../src/analysis/structure/structure.ts';

describe('numbers of several servers', () => {
  it('are added, and as sure as the least sure of them', () => {
    expect(inAll([exactly(3, 0.9, 'pids'), within(4, 4, 6, 0.5, 'a hedge')])).toEqual(within(7, 7, 9, 0.5, 'a hedge'));
  });

  it('have the lower bound of those that have one, and no number where one has none', () => {
    const unknown = { ...atLeast(0, 'no pids'), low: null };
    expect(inAll([exactly(3, 0.9, 'pids'), unknown])).toEqual(atLeast(3, 'no pids'));
    expect(inAll([unknown, unknown]).low).toBeNull();
  });
});

it('the slots of a pool are at least those of a worker, times the fewest workers', () => {
  const workers = within(4, 3, 5, 0.5, 'pids');
  expect(slotsOfAll(within(2, 2, 4, 0.8, 'threads'), workers)).toMatchObject({
    value: 8,
    low: 6,
    high: 20,
    confidence: 0.5,
  });
  expect(slotsOfAll(atLeast(2, 'threads'), workers)).toMatchObject({ value: null, low: 6, high: null, confidence: 0 });
});

describe('several servers', () => {
  const sync: ShownOfPool = {
    model: 'sync',
    modelConfidence: 0.9,
    modelMethod: 'never two at once',
    threads: exactly(1, 0.9, 'never two at once'),
    capacity: exactly(2, 0.9, 'pids'),
    unbounded: false,
  };
  const loop: ShownOfPool = {
    model: 'async',
    modelConfidence: 0.8,
    modelMethod: 'levels rise',
    threads: { ...atLeast(0, 'no slots'), low: null },
    capacity: { ...atLeast(0, 'no slots'), low: null },
    unbounded: true,
  };
  const unknown: ShownOfPool = { ...sync, model: 'unknown', modelConfidence: 0, threads: atLeast(1, 'too few') };
  const told = (...servers: ShownOfPool[]) => structureOfServers(servers.map((inference) => ({ inference })));

  it('are not one', () => expect(told(sync)).toBeNull());

  it('of one kind are of that kind, as sure as the least sure, with the slots of all', () => {
    const both = told(sync, { ...sync, modelConfidence: 0.7, modelMethod: 'few requests' });
    expect(both).toMatchObject({ model: 'sync', confidence: 0.7, method: 'few requests', unbounded: false });
    expect([both!.threads.value, both!.capacity.value]).toEqual([1, 4]);
  });

  it('are a hedge where one does not show its kind, whose threads are not told', () => {
    const both = told(sync, unknown);
    expect(both!.model).toBe('sync');
    expect(both!.confidence).toBeLessThan(0.6);
    expect(both!.threads.value).toBeNull();
  });

  it('are of no kind where kinds differ, or none shows its own', () => {
    expect(told(sync, loop)).toMatchObject({ model: 'unknown', unbounded: false });
    expect(told(sync, loop)!.method).toMatch(/different kinds: sync, async/);
    expect(told(unknown, unknown)).toMatchObject({ model: 'unknown', confidence: 0 });
  });

  it('have no slots only where none of them has', () => {
    expect(told(loop, loop)!.unbounded).toBe(true);
    expect(told(loop, { ...loop, unbounded: false })!.unbounded).toBe(false);
  });
});
