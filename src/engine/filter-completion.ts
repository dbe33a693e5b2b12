/** Completions of a word of a filter: fields, and values that occur in the picture. */
import type { Names } from '../core/batch.ts';
import type { RequestTable } from '../core/table.ts';
import { type FilterInput, filterFields, filterTerm, lastWord, methodOf } from './filter.ts';

/** Completions of the word before the caret: fields, or values that occur in the picture, the most frequent first. */
export function completeFilter(text: string, input: FilterInput, limit = 6): string[] {
  const word = lastWord(text);
  const negation = word.startsWith('-') ? '-' : '';
  const body = word.slice(negation.length);
  const match = /^([a-z]+):(.*)$/i.exec(body);
  if (!match) {
    return Object.keys(filterFields)
      .filter((field) => field.startsWith(body.toLowerCase()))
      .slice(0, limit)
      .map(
        (field) => `${negation}${field}${field === 'wait' || field === 'duration' || field === 'bytes' ? '>' : ':'}`,
      );
  }
  const field = match[1].toLowerCase();
  const begun = match[2].replaceAll('"', '').toLowerCase();
  const counts = new Map<string, number>();
  const { requests, names, sources } = input;
  const from = Math.max(0, requests.length - 20_000);
  for (let row = from; row < requests.length; row++) {
    const value = fieldText(field, row, requests, names, sources);
    if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .filter(([value]) => value.toLowerCase().includes(begun))
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, limit)
    .map(([value]) => filterTerm(field, value))
    .filter((term) => term !== null)
    .map((term) => `${negation}${term}`);
}

function fieldText(
  field: string,
  row: number,
  requests: RequestTable,
  names: Names,
  sources: readonly string[],
): string {
  switch (field) {
    case 'route':
      return names.routes.text(requests.route[row]).replace(/^[A-Z]+ /, '');
    case 'method':
      return methodOf(names.routes.text(requests.route[row]));
    case 'status':
      return requests.status[row] > 0 ? String(requests.status[row]) : '';
    case 'worker':
      return requests.worker[row] >= 0 ? names.workers.text(requests.worker[row]) : '';
    case 'thread':
      return requests.thread[row] >= 0 ? names.threads.text(requests.thread[row]) : '';
    case 'file':
      return sources[requests.source[row]] ?? '';
    default:
      return '';
  }
}
