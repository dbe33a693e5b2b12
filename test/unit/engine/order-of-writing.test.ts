import { expect, it } from 'vitest';
import { inOrderOfWriting } from '../../../src/engine/order-of-writing.ts';

it.each([
  [
    ['access.log', 'access.log.1', 'access.log.2.gz', 'access.log.10.gz'],
    ['access.log.10.gz', 'access.log.2.gz', 'access.log.1', 'access.log'],
  ],
  [
    ['access.log', 'access.log-20261126.gz', 'access.log-20261127'],
    ['access.log-20261126.gz', 'access.log-20261127', 'access.log'],
  ],
  [
    ['app.log', 'app.log.2026-11-27', 'app.log.2026-11-26_23'],
    ['app.log.2026-11-26_23', 'app.log.2026-11-27', 'app.log'],
  ],
  [
    ['web/access.log', 'web/error.log', 'web/access.log.1', '-', 'api/access.log'],
    ['web/access.log.1', 'web/error.log', 'web/access.log', '-', 'api/access.log'],
  ],
  [
    ['b.log', 'a.log'],
    ['b.log', 'a.log'],
  ],
])('%j', (given, wanted) => {
  expect(inOrderOfWriting(given)).toEqual(wanted);
  expect(
    inOrderOfWriting(given.toReversed())
      .filter((path) => path !== '-')
      .sort(),
  ).toEqual(given.filter((path) => path !== '-').sort());
});
