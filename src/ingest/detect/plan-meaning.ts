/** What the stamps of a layout mean: what its format declares, or what the lines show where formats disagree. */
import type { StampMeaning } from '../../core/batch.ts';
import type { LogFormat } from '../../core/format.ts';
import type { Columns } from '../compile/columns.ts';
import { columnsOf, fieldsOf, type Recipe } from '../compile/recipe.ts';
import type { Found } from './detect.ts';
import type { Measured } from './measured-lines.ts';
import { stampMeaning } from './stamp-meaning.ts';
import { ownStamps } from './trial.ts';

/** Beginning of the sentence about it. */
export const STAMP_ASSUMED = 'stamps are taken as the ';
const stampAssumed = (meaning: StampMeaning, why: string, because: string): string =>
  `${STAMP_ASSUMED}${meaning === 'response-start' ? 'start of a response' : `${meaning} of a request`}: ${why} (${because})`;
/** Whether the name of the stamp says what it means. */
function isNamedStamp(recipe: Recipe, { time }: Columns): boolean {
  const field = fieldsOf(recipe)[time];
  return field?.kind === 'time' && field.named === true;
}

export interface PlannedMeaning {
  /** null: the lines have no stamp of their own. */
  readonly meaning: StampMeaning | null;
  /** What is said if nothing proves the meaning; null: nothing. */
  readonly assumption: string | null;
}

/** @param isSeen lines were seen that only `format` writes */
export function plannedMeaning(
  found: Found,
  format: LogFormat,
  recipe: Recipe,
  columns: Columns,
  measured: Measured,
  resolutionMicros: number,
  isSeen: boolean,
): PlannedMeaning {
  const declared = columns.stampMeaning;
  if (declared === null) return { meaning: null, assumption: null };
  const evidenceOfLines = () => stampMeaning(measured.stamps, measured.durations, resolutionMicros);
  if (found.candidate.loose && !format.ambiguousStamp) {
    const { meaning: shown, proven, because } = evidenceOfLines();
    // Another server may have written the lines: what they show beats what their likely writer does.
    const meaning = proven && (shown === 'start') !== (declared === 'start') ? shown : declared;
    const isAssumed = !proven && new Set(ownStamps(format).map(({ means }) => means)).size > 1;
    const assumption = isAssumed ? stampAssumed(meaning, `${format.id} has stamps of both kinds`, because) : null;
    return { meaning, assumption };
  }
  // Formats that write the same line may mean different things by its stamp.
  const isDisputed = found.rivals.some(
    (rival) => columnsOf(recipe, rival.written).stampMeaning !== null && rival.stamp !== format.stamp,
  );
  if (!format.ambiguousStamp && !(isDisputed && !isSeen && format.id !== 'combined'))
    return { meaning: declared, assumption: null };
  const { meaning: shown, proven, because } = evidenceOfLines();
  if (proven) return { meaning: shown, assumption: null };
  if (isNamedStamp(recipe, columns)) return { meaning: declared, assumption: null };
  const why = 'the lines do not say whether they mean its start or its end';
  return { meaning: shown, assumption: stampAssumed(shown, why, because) };
}
