/** Commands of the screen to the engine. */
export type EngineCommand =
  /** Replay: play or pause. */
  | { readonly type: 'toggle' }
  /** Replay: log seconds per second. */
  | { readonly type: 'speed'; readonly factor: number }
  | { readonly type: 'seek'; readonly to: number }
  /** Replay: jump over times without requests. */
  | { readonly type: 'skip-idle'; readonly on: boolean }
  | { readonly type: 'loop'; readonly range: { readonly from: number; readonly to: number } | null }
  /** Text of the screen's filter, "" for none: the requests that pass are examined as well. */
  | { readonly type: 'filter'; readonly text: string }
  /** The time range on the screen, µs since 1970 UTC: its requests must be held in memory. */
  | { readonly type: 'show'; readonly from: number; readonly to: number };
