/** Prints an examination as a report or as JSON. */
import type { Examination } from '../engine/examine.ts';

export async function writeExamination(examination: Examination, options: { readonly json?: boolean }): Promise<void> {
  if (options.json) {
    const { jsonReport } = await import('../report/json.ts');
    process.stdout.write(jsonReport(examination.summary, process.stdout.isTTY === true));
    return;
  }
  const [{ textReport }, { paintFor }] = await Promise.all([import('../report/text.ts'), import('../report/style.ts')]);
  const width = Math.min(120, Math.max(60, process.stdout.columns ?? 100));
  process.stdout.write(textReport({ ...examination, width, paint: paintFor(process.stdout, process.env) }));
}
