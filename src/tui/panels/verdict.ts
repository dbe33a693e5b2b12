/** The verdict, always in sight: one sentence, in the colour of its severity, with how sure it is. */
import type { Verdict } from '../../core/snapshot.ts';
import { shortPercent } from '../numbers.ts';
import { definePanel } from '../panel.ts';
import { clip, wrap } from '../width.ts';

const badges = { ok: ' OK ', info: ' NOTE ', warning: ' WARNING ', critical: ' CRITICAL ' } as const;

/** There are requests, and nobody has looked at them yet. */
const reading: Verdict = { severity: 'info', sentence: 'Reading what is there…', confidence: 0 };

export default definePanel({
  id: 'verdict',
  title: 'Verdict',
  place: 'fixed',
  draw({ snapshot, theme, ui }, canvas) {
    const isRead = snapshot.summary.requests.total > 0 || snapshot.total === 0;
    const { severity, sentence, confidence } = isRead ? snapshot.verdict : reading;
    const looks = theme.severity(severity);
    const left = canvas.text(0, 0, badges[severity], looks.badge) + 1;
    const sure =
      confidence > 0 && confidence < 0.995 && snapshot.summary.requests.total > 0
        ? ` (${shortPercent(confidence)}\u00a0sure)`
        : '';
    const filtered = ui.filter === '' ? '' : ' All requests, filtered ones too.';
    const lines = wrap(`${sentence}${sure}${filtered}`, canvas.columns - left - 1);
    for (let row = 0; row < Math.min(lines.length, canvas.rows); row++) {
      const isLast = row === canvas.rows - 1 && lines.length > canvas.rows;
      const text = isLast ? clip(lines.slice(row).join(' '), canvas.columns - left - 1) : lines[row];
      canvas.text(left, row, text.replaceAll('\u00a0', ' '), looks.text);
    }
  },
});
