/** Everything that a key, a click or a panel can ask for. */
import type { ColourBy } from './scene/hues.ts';

export type Action =
  | TimeAction
  | ListAction
  | LookAction
  | PromptAction
  /** `interrupted`: true for Ctrl-C. */
  | { readonly type: 'quit'; readonly interrupted?: boolean }
  | { readonly type: 'suspend' }
  | { readonly type: 'redraw' }
  | { readonly type: 'escape' }
  | { readonly type: 'filter'; readonly text: string }
  | { readonly type: 'request'; readonly source: number; readonly offset: number }
  | { readonly type: 'what-if'; readonly workers: number; readonly threads: number }
  | { readonly type: 'message'; readonly text: string };

/** Moments are in µs since 1970 UTC, steps between them in µs. */
export type TimeAction =
  /** Tail: freeze the picture or go on; replay: pause or play. */
  | { readonly type: 'pause' }
  | { readonly type: 'zoom'; readonly by: 1 | -1 }
  | { readonly type: 'move-cursor'; readonly cells: number }
  | { readonly type: 'cursor-at'; readonly micros: number }
  /** Brings a moment onto the screen and puts the cursor there. */
  | { readonly type: 'show-moment'; readonly micros: number }
  | { readonly type: 'seek'; readonly micros: number }
  | { readonly type: 'seek-by'; readonly micros: number }
  /** By a share of the whole log. */
  | { readonly type: 'seek-share'; readonly by: number }
  | { readonly type: 'seek-edge'; readonly to: 'start' | 'end' }
  | { readonly type: 'step-finding'; readonly by: 1 | -1 }
  | { readonly type: 'step-request'; readonly by: 1 | -1 }
  | { readonly type: 'speed'; readonly by: 1 | -1 }
  | { readonly type: 'skip-idle' }
  | { readonly type: 'loop' };

export type ListAction =
  | { readonly type: 'tab'; readonly id: string }
  | { readonly type: 'next-tab'; readonly by: 1 | -1 }
  | { readonly type: 'focus'; readonly id: string }
  | { readonly type: 'select'; readonly by: number; readonly panel?: string }
  | { readonly type: 'select-line'; readonly panel: string; readonly line: number; readonly first?: number }
  | { readonly type: 'open' };

export type LookAction =
  | { readonly type: 'colour'; readonly by?: ColourBy }
  | { readonly type: 'lane-form' }
  | { readonly type: 'fold' }
  /** Index of the column to sort by; missing: the next one. */
  | { readonly type: 'sort'; readonly column?: number }
  | { readonly type: 'sort-direction' }
  | { readonly type: 'theme' }
  | { readonly type: 'mouse' }
  | { readonly type: 'help' }
  | { readonly type: 'scroll-help'; readonly by: number };

export type PromptAction =
  | { readonly type: 'prompt'; readonly kind: 'filter' | 'goto' | 'export' }
  | { readonly type: 'prompt-text'; readonly text: string }
  /** The next or the previous completion of the word at the end. */
  | { readonly type: 'prompt-complete'; readonly by: 1 | -1 }
  | { readonly type: 'prompt-accept' };
