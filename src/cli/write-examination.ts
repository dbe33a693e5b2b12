/** Prints an examination as a report or as JSON. */
import type { Examination } from '../engine/examine.ts';
import { output, print } from './output.ts';

export async function writeExamination(examination: Examination, options: { readonly json?: boolean }): Promise<void> {
  if (options.json) {
    const { jsonReport } = await import('../report/json.ts');
    print(jsonReport(examination.summary, output().isTTY));
    return;
  }
  const [{ textReport }, { paintFor }] = await Promise.all([import('../report/text.ts'), import('../report/style.ts')]);
  const to = output();
  const width = Math.min(120, Math.max(60, to.columns ?? 100));
  print(textReport({ ...examination, width, paint: paintFor(to, process.env) }));
}
