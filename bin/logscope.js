#!/usr/bin/env node
// Sets what must be set before anything is loaded, then runs the bundle. React picks its production build by NODE_ENV.
'use strict';
const { runScript } = require('./run-script.js');

process.env.NODE_ENV ??= 'production';
try {
  runScript('main', process.argv[2] ?? 'help');
} catch (error) {
  if (error?.code !== 'ENOENT' || !String(error.path).endsWith('main.cjs')) throw error;
  process.stderr.write('logscope is not built yet: run "npm ci" (or "npm run build") in its folder first.\n');
  process.exitCode = 2;
}
