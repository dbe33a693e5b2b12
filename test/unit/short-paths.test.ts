// Logs of the same name are told apart by the folders that they do not share.
import { expect, it } from 'vitest';
import { withoutSharedFolders } from '../../src/core/short-paths.ts';

const named = (...paths: string[]) => [...withoutSharedFolders(paths).values()];

it('leaves out the folders that all paths lie in', () => {
  expect(named('/srv/web1/access.log', '/srv/web2/access.log')).toEqual(['web1/access.log', 'web2/access.log']);
  expect(named('/srv/access.log', '/srv/web2/access.log')).toEqual(['access.log', 'web2/access.log']);
  expect(named('a/access.log', '/b/access.log')).toEqual(['a/access.log', '/b/access.log']);
  expect(named('/srv/web1/access.log')).toEqual(['access.log']);
  expect(named()).toEqual([]);
});
