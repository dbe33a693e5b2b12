/** Whether a screen, plain text or a stream of JSON is asked for, and whether what else is asked for goes with it. */
import { parseFilter } from '../engine/filter.ts';
import { type Form, formOf } from '../tui/capabilities.ts';
import { stdout } from './output.ts';
import type { ScreenOptions } from './screen-options.ts';
import { wrongUsage } from './wrong-usage.ts';

/** @throws UserError for a filter that cannot be read, or that nothing would follow */
export function askedForm(options: ScreenOptions): Form {
  const form = formOf({ stdout: stdout(), env: process.env }, options);
  const { filter } = options;
  if (filter === undefined) return form;
  const { error } = parseFilter(filter);
  if (error !== null) throw wrongUsage(`--filter: ${error}`);
  if (form === 'screen') return form;
  const what = form === 'json' ? 'the stream of JSON' : 'the plain report';
  throw wrongUsage(`--filter is for the screen, and ${what} tells of all requests: leave it out`);
}
