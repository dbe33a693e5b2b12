/** Where everything is on a screen of a given size: a pure function, used by Ink and the painter. */
import type { Rect } from './canvas.ts';
import { type Lists, type PlacedList, placeLists } from './lists.ts';

export interface Layout {
  readonly columns: number;
  readonly rows: number;
  /** true: no other field is valid. */
  readonly tooSmall: boolean;
  readonly header: Rect;
  readonly verdict: Rect;
  /** The queue above the lanes; no rows if no wait is known. */
  readonly queue: Rect;
  readonly lanes: Rect;
  readonly pool: Rect;
  /** The row of the tab names, drawn by Ink. */
  readonly tabsRow: number;
  readonly tab: Rect;
  /** The tab first, then the lists below and beside it. */
  readonly lists: readonly PlacedList[];
  readonly transport: Rect | null;
  readonly status: Rect;
  /** The last row, drawn by Ink: keys, or the line that is being typed. */
  readonly footerRow: number;
}

export const SMALLEST = { columns: 48, rows: 14 } as const;
/** Rows from which the charts are drawn taller. */
const TALL = 48;

export interface LayoutInput {
  readonly columns: number;
  readonly rows: number;
  readonly mode: 'tail' | 'replay';
  /** true: no request has a time, so there is no axis for lanes and charts, and nothing to play. */
  readonly isTimeless?: boolean;
  /** Rows that would show every lane. */
  readonly lanesWanted: number;
  /** How many of the given rows the lanes use; missing: all. */
  readonly lanesUse?: (rows: number) => number;
  /** true: the log shows waits. */
  readonly hasQueue: boolean;
  /** Number of charts below the lanes. */
  readonly strips: number;
  /** true: a filter is active, so the requests that pass have a verdict above that of all requests. */
  readonly filtered?: boolean;
  /** Least number of rows for the panel below the tabs; 0: it takes what there is. */
  readonly panelWanted?: number;
  /** The tab, and the lists that go with it. */
  readonly lists: Lists;
}

/** Rows from which some parts get an additional row. */
const ROOMY = 20;

/** The usual height of a terminal. */
const USUAL = 24;

/** Rows from which a narrow screen has two rows for the verdict. */
const TWO_ROWS = 16;
/** On narrower screens the verdict does not fit into one row. */
const NARROW = 100;
/** On narrower screens even two rows cut off the end of the verdict. */
const NARROWEST = 70;

/** On a wide screen the verdict fits into one row; with a filter there are two verdicts. */
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

/** Rows that the panel and the charts give up to the lanes at most. */
const PANEL_GIVES = 2;
const POOL_GIVES = 1;

/** Rows that the panel below the tabs needs to be useful. */
const leastPanel = (rows: number): number => (rows >= USUAL ? 4 : 3);

/** Up to three rows per lane if there is room: the lanes are the main thing on the screen. */
function rowsPerLane(lanesWanted: number, room: number): number {
  if (lanesWanted > 8) return 1;
  return Math.max(1, Math.min(3, Math.floor((room * 0.36) / Math.max(1, lanesWanted))));
}

/** Rows of the lanes without times: a title, and a line saying that there is nothing to draw. */
const TOLD_TIMELESS = 2;

/** Divides the rows between the bands of fixed height among the lanes, the charts and the panel below the tabs. */
function shareOut(room: number, input: LayoutInput) {
  const { rows, lanesWanted, lanesUse, strips, panelWanted = 0 } = input;
  if (input.isTimeless) return { lanes: TOLD_TIMELESS, pool: 0, panel: Math.max(0, room - TOLD_TIMELESS) };
  const isTall = rows >= TALL;
  const poolUsual = rows >= ROOMY && panelWanted === 0 ? 4 : 2;
  const panelUsual = Math.max(leastPanel(rows), Math.floor(room * 0.36), Math.min(panelWanted, room - poolUsual - 4));
  // The panel and the charts give up rows only if that makes all lanes visible.
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
