/** The findings: what is wrong, the evidence in numbers and what would fix it; enter jumps to the moment. */
import type { FilteredPart } from '../../core/part.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import type { FindingSummary } from '../../core/summary.ts';
import { printable } from '../../core/text.ts';
import { MICROS_PER_SECOND } from '../../core/time.ts';
import { capital, countText } from '../../core/words.ts';
import type { Canvas } from '../canvas.ts';
import { firstShown, selectedLine } from '../draw/list.ts';
import { evidenceText, symptomsText } from '../evidence-text.ts';
import { definePanel, type View } from '../panel.ts';
import { shownFindings, shownPart, timedFindings } from '../shown-findings.ts';
import { clockText, dayText } from '../time-axis.ts';
import { cellWidth, clipWords, wrap } from '../width.ts';
import { readingText } from '../words.ts';

/** "11:36:00", rounded to seconds as in the sentences; "11-21 11:36:00" if the log spans more than one day. */
function momentOf({ from }: FindingSummary, { summary: { window }, zoneMinutes }: Snapshot): string {
  if (from === null) return '';
  const [at, first, last] = [from, window.from, window.to].map((instant) => 1000 * Date.parse(instant ?? ''));
  const second = Math.round(at / MICROS_PER_SECOND) * MICROS_PER_SECOND;
  return `${dayText(second, first, last, zoneMinutes)}${clockText(second, zoneMinutes)}`;
}

interface BodyLine {
  readonly text: string;
  readonly kind: 'title' | 'detail' | 'evidence' | 'advice';
}

/** Width of the mark before a title, cells. */
const MARK = 5;

/** Cells for the title of a finding. */
function roomForTitle(finding: FindingSummary, snapshot: Snapshot, columns: number): number {
  const moment = momentOf(finding, snapshot);
  return columns - MARK - (moment === '' ? 0 : moment.length + 2);
}

/** The title, or its brief form if there is no room. */
const headOf = ({ title, brief = title }: FindingSummary, room: number): string =>
  cellWidth(title) <= room ? title : brief;

/** The part of the title that its brief form leaves out: the rest of it, or all of it; "": nothing. */
function untold(title: string, head: string): string {
  if (head === title) return '';
  const rest = title.startsWith(head) ? title.slice(head.length).replace(/^[:,;]? /, '') : title;
  return `${capital(rest)}.`;
}

/** All lines of a finding below its title. */
function bodyOf(finding: FindingSummary, snapshot: Snapshot, width: number): readonly BodyLine[] {
  const columns = width - MARK - 1;
  const kept = bodies.get(finding);
  if (kept?.columns === columns) return kept.lines;
  const part = (kind: BodyLine['kind'], label: string, text: string): BodyLine[] =>
    text === '' ? [] : wrap(`${label}${printable(text)}`, columns).map((line) => ({ text: line, kind }));
  const head = headOf(finding, roomForTitle(finding, snapshot, width));
  const lines = [
    ...part('title', '', untold(finding.title, head)),
    ...part('advice', 'Do: ', finding.advice),
    ...part('detail', '', finding.detail),
    ...part('evidence', 'In numbers: ', evidenceText(finding)),
    ...part('evidence', 'Follows from it: ', symptomsText(finding)),
  ];
  bodies.set(finding, { columns, lines });
  return lines;
}

/** Cache: a finding is drawn in many frames, mostly at the same width. */
const bodies = new WeakMap<FindingSummary, { readonly columns: number; readonly lines: readonly BodyLine[] }>();

export default definePanel({
  id: 'findings',
  title: 'Findings',
  place: 'tab',
  count: (view) => shownFindings(view).length,
  open(view, line) {
    const moment = timedFindings(view).find(({ index }) => index === line);
    return moment
      ? { type: 'show-moment', micros: moment.from }
      : { type: 'message', text: 'This finding holds for the whole log' };
  },
  draw(view, canvas) {
    const { snapshot, theme, ui } = view;
    const { findings, requests } = snapshot.summary;
    if (requests.total === 0 && snapshot.total > 0) {
      canvas.text(1, 0, readingText(snapshot), theme.quiet);
      return;
    }
    if (requests.total === 0 && snapshot.mode === 'tail') {
      drawWaiting(view, canvas);
      return;
    }
    // A saved log has a status until its examination is complete.
    const isGoingOn = snapshot.live || (snapshot.mode === 'replay' && snapshot.status !== '');
    const soFar = isGoingOn ? ' so far' : '';
    // "Nothing slows callers down" must not be said below a verdict that mentions a queue, however short.
    const what = snapshot.verdict.severity === 'ok' ? 'slows callers down' : 'calls for a change';
    const quiet = requests.total === 0 ? 'No requests.' : `Nothing found${soFar} that ${what}.`;
    if (ui.filter === '') {
      drawFindings(view, canvas, findings, 0, quiet);
      return;
    }
    const part = shownPart(view);
    const y = drawPart(view, canvas, part);
    if (y >= canvas.rows) return;
    canvas.text(1, y, 'Of all requests, whether they pass or not', theme.strong);
    const rest = canvas.region(0, y + 1, canvas.columns, canvas.rows - y - 1);
    drawFindings(view, rest, findings, part?.findings.length ?? 0, quiet);
  },
});

/** A live log without requests has no findings: says what it is waiting for, and what is in the way. */
function drawWaiting({ snapshot, theme }: View, canvas: Canvas): void {
  const { inputs } = snapshot.summary;
  const unparsed = inputs.reduce((sum, input) => sum + input.unparsed, 0);
  const name = inputs.length === 1 ? printable(inputs[0].path, 200) : 'the logs';
  const lines = [
    'Waiting for the first request: a server writes its line when it has answered.',
    ...(unparsed > 0
      ? [`${countText(unparsed, 'line')} of no known format so far; "logscope formats --explain ${name}" says why.`]
      : []),
  ];
  lines
    .flatMap((line) => wrap(line, canvas.columns - 2))
    .forEach((line, y) => {
      canvas.text(1, y, line, theme.quiet);
    });
}

/** Draws the findings of the requests that pass the filter; returns the row after them. Findings of all requests keep half of the room. */
function drawPart(view: View, canvas: Canvas, part: FilteredPart | null): number {
  const { theme } = view;
  const title = 'Of what passes';
  if (!part || part.findings.length === 0) {
    const why = !part ? 'working it out…' : part.unasked === '' ? 'nothing stands out.' : part.unasked;
    const lines = wrap(`${title}: ${why}`, canvas.columns - 2);
    lines.forEach((line, y) => {
      canvas.text(1, y, line, theme.quiet);
    });
    canvas.text(1, 0, title, theme.strong);
    return lines.length;
  }
  canvas.text(1, 0, title, theme.strong);
  const wanted = part.findings.reduce(
    (sum, finding) => sum + 1 + bodyOf(finding, view.snapshot, canvas.columns).length,
    0,
  );
  const rows = Math.min(wanted, Math.max(1, Math.floor((canvas.rows - 2) / 2)));
  drawFindings(view, canvas.region(0, 1, canvas.columns, rows), part.findings, 0, '');
  return 1 + rows;
}

/** `before`: number of findings above these. */
function drawFindings(
  view: View,
  canvas: Canvas,
  findings: readonly FindingSummary[],
  before: number,
  quiet: string,
): void {
  const { theme } = view;
  if (findings.length === 0) {
    canvas.text(1, 0, quiet, theme.quiet);
    return;
  }
  const chosen = selectedLine(view, 'findings', shownFindings(view).length) - before;
  const selected = Math.max(0, Math.min(findings.length - 1, chosen));
  const texts = findings.map((finding) => bodyOf(finding, view.snapshot, canvas.columns));
  const first = firstShown(selected, Math.max(1, canvas.rows - 4), findings.length);
  const shown = unfolded(
    texts.map((lines) => lines.length),
    selected,
    first,
    canvas.rows,
  );
  let y = 0;
  for (let index = first; index < findings.length && y < canvas.rows; index++) {
    drawHead(view, canvas, y, findings[index], view.isFocused && index === chosen);
    y++;
    const lines = shown.get(index) ?? 0;
    texts[index].slice(0, lines).forEach(({ text, kind }, i) => {
      const style = kind === 'advice' || kind === 'title' ? theme.text : theme.quiet;
      const x = canvas.text(MARK, y++, text, style);
      // Marks a text that is longer than its room.
      if (i === lines - 1 && lines < texts[index].length) canvas.text(x, y - 1, ` ${view.glyphs.ellipsis}`, style);
    });
  }
}

/** Lines of each body to show: the selected one first, then the others in order while there is room; the last one as far as it fits. */
function unfolded(sizes: readonly number[], selected: number, first: number, rows: number): Map<number, number> {
  const shown = new Map<number, number>();
  // The titles of two more findings stay visible below the selected one, and those of all before another finding is unfolded.
  const heads = Math.min(sizes.length - first, selected - first + 3);
  const chosen = Math.min(sizes[selected], Math.max(0, rows - heads));
  shown.set(selected, chosen);
  let room = rows - (sizes.length - first) - chosen;
  for (let index = first; index < sizes.length; index++) {
    if (index === selected) continue;
    const lines = Math.min(sizes[index], room);
    if (lines < Math.min(LEAST_UNFOLDED, sizes[index])) break;
    shown.set(index, lines);
    room -= lines;
  }
  return shown;
}

/** Fewer lines of a finding would say too little. */
const LEAST_UNFOLDED = 2;

function drawHead(view: View, canvas: Canvas, y: number, finding: FindingSummary, isSelected: boolean): void {
  const { snapshot, theme, glyphs } = view;
  const looks = theme.severity(finding.severity);
  const mark =
    finding.severity === 'critical' ? glyphs.cross : finding.severity === 'warning' ? glyphs.warn : glyphs.info;
  canvas.text(1, y, ` ${mark} `, looks.badge);
  const moment = momentOf(finding, snapshot);
  const room = roomForTitle(finding, snapshot, canvas.columns);
  const to = canvas.text(MARK, y, clipWords(headOf(finding, room), room), looks.text, room);
  if (moment !== '' && to < canvas.columns - moment.length - 1)
    canvas.textRight(canvas.columns, y, moment, theme.quiet);
  if (isSelected) canvas.restyle(MARK, y, canvas.columns - MARK, theme.selected);
}
