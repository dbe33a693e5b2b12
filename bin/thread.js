// Entry of the threads: runs the script of dist/ that the thread was started for.
'use strict';
const { workerData } = require('node:worker_threads');
const { runScript } = require('./run-script.js');

runScript(workerData.script, 'thread');
