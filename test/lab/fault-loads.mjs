/** Routes and loads that several faults are recorded with. */
export const api = [
  ['/api/users/{id}', 5, { dist: 'lognormal', mean: 0.12, cv: 0.5 }],
  ['/api/orders', 3, { dist: 'lognormal', mean: 0.25, cv: 0.8 }],
];
export const slower = [api[0], ['/api/orders', 3, { dist: 'lognormal', mean: 0.75, cv: 0.8 }]];
export const broken = api.map(([path, weight, work]) => [path, weight, { ...work, errors: 0.9 }]);
export const failing = [
  ['poisson', 6, 50, api.map(([path, weight, work]) => [path, weight, { ...work, errors: 0.25 }])],
];
export const storm = { clients: 40, retries: { most: 3, after: 0.3 } };
export const pinned = [['pinned', 7, 0.1, 40, api]];
export const timingOut = [
  ['/pay', 11, { dist: 'lognormal', mean: 0.3, cv: 0.6 }],
  ['/pay', 1, { mean: 3 }],
];
export const heavyTail = [['/pay', 1, { dist: 'lognormal', mean: 0.45, cv: 2 }]];
export const heavy = [['/net', 1, { dist: 'uniform', low: 0.1, high: 1, bytes: [4_000_000, 6_000_000] }]];
export const large = [['/download', 1, { mean: 0.05, bytes: [50_000, 14_000_000] }]];
