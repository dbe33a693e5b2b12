#!/usr/bin/env node
// Sets what must be set before anything is loaded, then runs the bundle. React picks its production build by NODE_ENV.
'use strict';
const { runProgram } = require('./run-script.js');

process.env.NODE_ENV ??= 'production';
try {
  runProgram(process.argv.slice(2));
} catch (error) {
  if (error?.code !== 'ENOENT' || !/[/\\]dist[/\\]\w+\.cjs$/.test(error.path)) throw error;
  process.stderr.write('logscope is not built yet: run "npm ci" (or "npm run build") in its folder first.\n');
  process.exitCode = 2;
}
