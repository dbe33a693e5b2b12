// What is wrong beside a full pool: told when it lasts, so that the sentence above the lanes does not alternate.
import { expect, it } from 'vitest';
import { SteadyCause } from '../../../src/engine/steady-cause.ts';
import { finding } from '../../helpers/snapshots.ts';

const SECOND = 1e6;
const step = finding({ id: 'latency-step', severity: 'warning' });

/** What is told at each second at which somebody looked; `found` by seconds. */
function told(found: Readonly<Record<number, ReturnType<typeof finding> | null>>, isFirst = false): string[] {
  const cause = new SteadyCause();
  return Object.entries(found).map(([second, one]) => cause.find(one, Number(second) * SECOND, isFirst)?.id ?? '');
}

it('is not told of one look among others that do not find it', () => {
  expect(told({ 0: null, 5: step, 10: null, 15: step, 20: null })).toEqual(['', '', '', '', '']);
});

it('is told once it has lasted, and stays for a while when a look does not find it', () => {
  const looks = { 0: step, 5: step, 10: step, 15: null, 20: step, 25: null, 31: null };
  expect(told(looks)).toEqual(['', '', 'latency-step', 'latency-step', 'latency-step', 'latency-step', '']);
});

it('is told at once where it is critical, or where nothing was said before', () => {
  expect(told({ 0: finding({ id: 'worker-timeouts', severity: 'critical' }) })).toEqual(['worker-timeouts']);
  expect(told({ 0: step }, true)).toEqual(['latency-step']);
});

it('gives way to another one that lasts', () => {
  const drift = finding({ id: 'latency-drift', severity: 'warning' });
  expect(told({ 0: step, 10: step, 15: drift, 20: drift, 25: drift })).toEqual([
    '',
    'latency-step',
    'latency-step',
    'latency-step',
    'latency-drift',
  ]);
});
