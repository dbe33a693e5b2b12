/** How a fixed scenario of the lab is written down: one server, one load, one seed, and a name that says what it shows. */

export const scenario = (name, note, server, workers, threads, load, more = {}) => ({
  name,
  note,
  server,
  workers,
  threads,
  load,
  seed: 1,
  clients: 1,
  options: {},
  ...more,
});
/** The most common case: gunicorn with sync workers. */
export const sync = (name, note, workers, load, options = {}, more = {}) =>
  scenario(name, note, 'gunicorn-sync', workers, 1, load, { ...more, options });
