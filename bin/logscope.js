#!/usr/bin/env node
// Sets what must be set before the first import, then loads the bundle. React picks its production build by NODE_ENV.
import module from 'node:module';

process.env.NODE_ENV ??= 'production';
module.enableCompileCache?.();

try {
  await import('../dist/main.mjs');
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !String(error.message).includes('main.mjs')) throw error;
  process.stderr.write('logscope is not built yet: run "npm ci" (or "npm run build") in its folder first.\n');
  process.exitCode = 2;
}
