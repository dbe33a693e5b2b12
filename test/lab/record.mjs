/**
 * Records real servers under known loads.
 *   node test/lab/record.mjs --seed 7 --count 20 --out DIR [--family sync|pools|loops|kin|mixed|all] [--jobs 2]
 *   node test/lab/record.mjs --scenarios bursts,waitress,hypercorn,whatif,faults,fronted --out DIR [--only NAME]
 * Everything runs on loopback, at most --jobs servers at once, and stops by itself. Folders that exist are kept.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { draw } from './draw.mjs';
import { record } from './run.mjs';
import { scenarios } from './scenarios.mjs';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    count: { type: 'string', default: '10' },
    family: { type: 'string', default: 'all' },
    scenarios: { type: 'string' },
    only: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    out: { type: 'string' },
  },
});
if (!values.out) throw new Error('--out DIR says where the recordings go');

const first = Number(values.from);
const wanted = values.scenarios
  ? values.scenarios.split(',').flatMap((group) => scenarios[group])
  : Array.from({ length: Number(values.count) }, (_, i) => draw(Number(values.seed), first + i, values.family));
const queue = wanted.filter(
  ({ name }) => (!values.only || name === values.only) && !existsSync(join(values.out, name, 'truth.json')),
);

let failures = 0;
async function worker() {
  for (let config = queue.shift(); config; config = queue.shift()) {
    try {
      const truth = await record(config, values.out);
      const { wait_seconds: wait, service_seconds: service } = truth;
      console.log(
        `${config.name}: ${truth.answered} requests, ${truth.throughput_rps}/s, service ${service.mean} s, wait ${wait.mean} s`,
      );
    } catch (error) {
      failures += 1;
      console.error(`${config.name}: ${error.message}`);
    }
  }
}
await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
process.exitCode = failures ? 1 : 0;
