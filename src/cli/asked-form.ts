/** Which form is asked for (screen, plain text or JSON stream), and whether the other options go with it. */
import { parseFilter } from '../engine/filter.ts';
import { type Form, formOf } from '../tui/capabilities.ts';
import { stdout } from './output.ts';
import type { ScreenOptions } from './screen-options.ts';
import { wrongUsage } from './wrong-usage.ts';

/** @throws UserError for a filter that cannot be parsed, or that has no effect in this form */
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
