/** All formats, in the order of detection: of two that take the same lines the earlier one is named. */
import type { LogFormat } from '../src/core/format.ts';
import article from './article.ts';
import combined from './combined.ts';
import gunicorn from './gunicorn.ts';
import hypercorn from './hypercorn.ts';
import uvicorn from './uvicorn.ts';
import uvicornWorker from './uvicorn-worker.ts';
import waitress from './waitress.ts';

export const formats: readonly LogFormat[] = [combined, gunicorn, hypercorn, uvicorn, uvicornWorker, waitress, article];
