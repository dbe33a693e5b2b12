// Loaded into the program by a test: the system lets it start no threads, as a container with a limit of processes does.
import { createRequire, syncBuiltinESMExports } from 'node:module';

const threads = createRequire(import.meta.url)('node:worker_threads');
threads.Worker = class {
  constructor() {
    throw new Error('EAGAIN');
  }
};
syncBuiltinESMExports();
