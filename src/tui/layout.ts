/** Where everything stands on a screen of a given size: pure, and used by Ink and the painter alike. */
import type { Rect } from './canvas.ts';
import { type Lists, type PlacedList, placeLists } from './lists.ts';

export interface Layout {
  readonly columns: number;
  readonly rows: number;
  /** Nothing else is valid then. */
  readonly tooSmall: boolean;
  readonly header: Rect;
  readonly verdict: Rect;
  /** The queue above the lanes; no rows where no wait is known. */
  readonly queue: Rect;
  readonly lanes: Rect;
  readonly pool: Rect;
  /** The row of the tab names, drawn by Ink. */
  readonly tabsRow: number;
  readonly tab: Rect;
  /** The tab first, and the lists that stand below it and beside it. */
  readonly lists: readonly PlacedList[];
  readonly transport: Rect | null;
  readonly status: Rect;
  /** The last row: keys, or the line that is being typed; drawn by Ink. */
  readonly footerRow: number;
}

export const SMALLEST = { columns: 48, rows: 14 } as const;
/** From so many rows on the charts are drawn taller. */
const TALL = 48;

export interface LayoutInput {
  readonly columns: number;
  readonly rows: number;
  readonly mode: 'tail' | 'replay';
  /** No request has a time: there is no axis for lanes and charts, and nothing to play. */
  readonly isTimeless?: boolean;
  /** Rows that would show every lane. */
  readonly lanesWanted: number;
  /** Rows that they take of so many; all when missing. */
  readonly lanesUse?: (rows: number) => number;
  /** The log tells of a queue. */
  readonly hasQueue: boolean;
  /** Charts under the lanes. */
  readonly strips: number;
  /** A filter is on: what passes has a verdict of its own above that of all requests. */
  readonly filtered?: boolean;
  /** Rows that the panel under the tabs cannot do without; 0 when it takes what there is. */
  readonly panelWanted?: number;
  /** The tab, and what should stand with it. */
  readonly lists: Lists;
}

/** From this height on there is a row to spare here and there. */
const ROOMY = 20;

/** The usual height of a terminal. */
const USUAL = 24;

/** From this height on a narrow screen has two rows for the sentence. */
const TWO_ROWS = 16;
/** Narrower screens have no room for a sentence in one row. */
const NARROW = 100;
/** In two rows of narrower screens what would end the queue is cut off. */
const NARROWEST = 70;

/** On a wide screen the sentence fits into one line; under a filter there are two of them. */
function verdictRowsOf({ columns, rows, filtered = false }: LayoutInput): number {
  if (columns < NARROWEST && rows >= ROOMY && !filtered) return 3;
  const rowsForTwo = filtered ? 24 : columns < NARROW ? TWO_ROWS : ROOMY;
  const sentenceRows = columns < 160 && rows >= rowsForTwo ? 2 : 1;
  return filtered && rows >= ROOMY ? 2 * sentenceRows : sentenceRows;
}

function transportRowsOf({ mode, rows, isTimeless }: LayoutInput): number {
  if (mode !== 'replay' || isTimeless) return 0;
  return rows >= ROOMY ? 2 : 1;
}

function queueRowsOf({ hasQueue, rows, isTimeless }: LayoutInput): number {
  if (!hasQueue || isTimeless) return 0;
  if (rows >= 48) return 4;
  if (rows >= 34) return 3;
  return rows >= 28 ? 2 : 1;
}

/** Rows that a panel, and the charts, leave to the lanes at most. */
const PANEL_GIVES = 2;
const POOL_GIVES = 1;

/** Rows of the panel under the tabs that say something. */
const leastPanel = (rows: number): number => (rows >= USUAL ? 4 : 3);

/** Three rows a lane where there is room: the lanes are what people come for. */
function rowsPerLane(lanesWanted: number, room: number): number {
  if (lanesWanted > 8) return 1;
  return Math.max(1, Math.min(3, Math.floor((room * 0.36) / Math.max(1, lanesWanted))));
}

/** A title, and that there is nothing to draw. */
const TOLD_TIMELESS = 2;

/** The rows between the bands of fixed height: lanes, the pool over time, the panel under the tabs. */
function shareOut(room: number, input: LayoutInput) {
  const { rows, lanesWanted, lanesUse, strips, panelWanted = 0 } = input;
  if (input.isTimeless) return { lanes: TOLD_TIMELESS, pool: 0, panel: Math.max(0, room - TOLD_TIMELESS) };
  const isTall = rows >= TALL;
  const poolUsual = rows >= ROOMY && panelWanted === 0 ? 4 : 2;
  const panelUsual = Math.max(leastPanel(rows), Math.floor(room * 0.36), Math.min(panelWanted, room - poolUsual - 4));
  // A row or two from the panel, and one from the charts, where they show all lanes.
  const missing = Math.max(0, 1 + lanesWanted + panelUsual + poolUsual - room);
  const panelGives = panelWanted > 0 ? 0 : Math.min(PANEL_GIVES, missing, panelUsual - leastPanel(rows));
  const poolGives = panelWanted > 0 ? 0 : Math.min(POOL_GIVES, missing - panelGives);
  const isEnough = panelGives + poolGives === missing;
  const panelLeast = panelUsual - (isEnough ? panelGives : 0);
  const poolLeast = poolUsual - (isEnough ? poolGives : 0);
  const lanesMost = Math.max(2, room - panelLeast - poolLeast);
  const lanesGiven = Math.min(1 + lanesWanted * rowsPerLane(lanesWanted, room), lanesMost);
  const lanes = 1 + (lanesUse?.(lanesGiven - 1) ?? lanesGiven - 1);
  const poolMost = Math.max(6, Math.floor(room * (isTall ? 0.3 : 0.24)));
  const pool = Math.max(poolLeast, Math.min(poolMost, room - lanes - panelLeast, strips * (isTall ? 4 : 3) + 1));
  return { lanes, pool, panel: Math.max(0, room - lanes - pool) };
}

export function layoutOf(input: LayoutInput): Layout {
  const { columns, rows } = input;
  const tooSmall = columns < SMALLEST.columns || rows < SMALLEST.rows;
  const verdictRows = verdictRowsOf(input);
  const transportRows = transportRowsOf(input);
  const queueRows = queueRowsOf(input);
  // Header, tab names, status and footer take a row each.
  const room = Math.max(0, rows - 4 - verdictRows - transportRows - queueRows);
  const { lanes, pool, panel } = shareOut(room, input);

  let y = 0;
  const band = (height: number): Rect => {
    const rect = { x: 0, y, columns, rows: height };
    y += height;
    return rect;
  };
  const header = band(1);
  const verdict = band(verdictRows);
  const queue = band(queueRows);
  const lanesRect = band(lanes);
  const poolRect = band(pool);
  const tabsRow = band(1).y;
  const whole = band(panel);
  const transport = transportRows > 0 ? band(transportRows) : null;
  const status = band(1);
  const placed = placeLists(whole, input.lists);
  return {
    columns,
    rows,
    tooSmall,
    header,
    verdict,
    queue,
    lanes: lanesRect,
    pool: poolRect,
    tabsRow,
    tab: placed[0].rect,
    lists: placed,
    transport,
    status,
    footerRow: rows - 1,
  };
}
