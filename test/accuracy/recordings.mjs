/** The recordings on which accuracy is measured, and the four levels at which a log can be read. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const withoutPid = (text) => text.replace(/ pid=<\d+>/g, '');
const withoutDuration = (text) => text.replace(/ us=-?\d+/g, '');

/** The same log without some columns, as a server with another log format would have written it. */
export const LEVELS = {
  'pid + duration': (text) => text,
  pid: withoutDuration,
  duration: withoutPid,
  neither: (text) => withoutPid(withoutDuration(text)),
};
/** Logs in other formats are read unchanged. */
const AS_WRITTEN = 'as written';
export const LEVEL_NAMES = [...Object.keys(LEVELS), AS_WRITTEN];

/** Lines with a pid: ours, the article's, uWSGI's, hypercorn's, uvicorn's with a pid in front. */
const HAS_PID = /pid=<\d+>|\[pid-|\[pid: \d+\|| \[\d+\] (INFO|\[INFO\])/;
const HAS_DURATION = / us=\d+| in \d+ msecs| rt=\d/;

function viewsOf(name, truth, text) {
  const levels = / pid=<\d+> us=\d+/.test(text) ? Object.entries(LEVELS) : [[AS_WRITTEN, (same) => same]];
  return levels.map(([level, strip]) => {
    const log = strip(text);
    return { name, level, truth, log, sees: { pid: HAS_PID.test(log), duration: HAS_DURATION.test(log) } };
  });
}

const read = (path) => readFileSync(path, 'utf8');
const filled = (path) => existsSync(path) && statSync(path).size > 0;

/** Recordings in the lab's layout: one folder each, with truth.json. */
export function* folderViews(root) {
  for (const name of readdirSync(root).sort()) {
    const at = (file) => join(root, name, file);
    if (!existsSync(at('truth.json'))) continue;
    const truth = JSON.parse(read(at('truth.json')));
    yield* viewsOf(name, truth, read(filled(at('access.log')) ? at('access.log') : at('server.out')));
    if (filled(at('article.log'))) yield* viewsOf(`${name} (article)`, truth, read(at('article.log')));
    if (filled(at('nginx-access.log'))) yield* viewsOf(`${name} (nginx)`, truth, read(at('nginx-access.log')));
  }
}

/** The sample logs, whose truth is in a single file. */
export function* sampleViews() {
  const root = fileURLToPath(new URL('../../sample-logs/', import.meta.url));
  for (const [name, truth] of Object.entries(JSON.parse(read(join(root, 'truth.json')))))
    yield* viewsOf(name, truth, read(join(root, name)));
}
