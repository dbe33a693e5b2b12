/** The verdict, always visible: one sentence in the colour of its severity, with its confidence. */
import type { Verdict } from '../../core/snapshot.ts';
import type { Canvas } from '../canvas.ts';
import { shortPercent } from '../numbers.ts';
import { definePanel, type View } from '../panel.ts';
import { shownPart } from '../shown-findings.ts';
import { clipWords, wrap } from '../width.ts';
import { readingText } from '../words.ts';

const badges = { ok: ' OK ', info: ' NOTE ', warning: ' WARNING ', critical: ' CRITICAL ' } as const;

/** Shown while there are requests but no examination yet. */
const reading = (snapshot: View['snapshot']): Verdict => ({
  severity: 'info',
  sentence: readingText(snapshot),
  confidence: 0,
});

/** Shown while the requests that pass the filter are not judged yet. */
const filtering: Verdict = { severity: 'info', sentence: 'Working out what passes…', confidence: 0 };

/**
 * The sentence with wide numbers in place of its own. A live sentence is chosen so that this fits; otherwise it would change its wording as
 * its numbers change.
 */
const withRoom = (sentence: string): string =>
  sentence.replace(/\b\d+(\.\d)? (ms|s|min|h)\b/g, '0.0 min').replace(/\b\d+(\.\d)? req/g, '0.0 req');

/** Draws a verdict; returns the number of rows used. */
function drawVerdict({ theme, snapshot }: View, canvas: Canvas, verdict: Verdict, badge: string, before = ''): number {
  const { severity, sentence, shorter = [], confidence } = verdict;
  const looks = theme.severity(severity);
  const left = canvas.text(0, 0, badge, looks.badge) + 1;
  const sure =
    confidence > 0 && confidence < 0.995 && snapshot.summary.requests.total > 0
      ? ` (${shortPercent(confidence)}\u00a0sure)`
      : '';
  const linesOf = (words: string) => wrap(`${before}${words}`, canvas.columns - left - 1);
  const rowsOf = (words: string) => linesOf(snapshot.live ? withRoom(words) : words).length;
  // The sentence is shortened before anything is cut; in the end the confidence is dropped before the words that would be cut.
  const briefest = shorter.at(-1) ?? sentence;
  const wordings = [...[sentence, ...shorter].map((words) => `${words}${sure}`), briefest];
  const lines = linesOf(wordings.find((words) => rowsOf(words) <= canvas.rows) ?? briefest);
  for (let row = 0; row < Math.min(lines.length, canvas.rows); row++) {
    const isLast = row === canvas.rows - 1 && lines.length > canvas.rows;
    const text = isLast ? clipWords(lines.slice(row).join(' '), canvas.columns - left - 1) : lines[row];
    canvas.text(left, row, text, before === '' ? looks.text : theme.quiet);
  }
  return Math.min(lines.length, canvas.rows);
}

export default definePanel({
  id: 'verdict',
  title: 'Verdict',
  place: 'fixed',
  draw(view, canvas) {
    const { snapshot, ui } = view;
    const isRead = snapshot.summary.requests.total > 0 || snapshot.total === 0;
    const verdict = isRead ? snapshot.verdict : reading(snapshot);
    if (ui.filter === '') {
      drawVerdict(view, canvas, verdict, badges[verdict.severity]);
      return;
    }
    // First the requests that pass; then the pool, whose verdict is about all requests and says so.
    const part = shownPart(view)?.verdict ?? filtering;
    const half = canvas.region(0, 0, canvas.columns, Math.ceil(canvas.rows / 2));
    const above = drawVerdict(view, half, part, ' FILTER ');
    const below = canvas.region(0, above, canvas.columns, canvas.rows - above);
    drawVerdict(view, below, verdict, badges[verdict.severity], 'All requests: ');
  },
});
