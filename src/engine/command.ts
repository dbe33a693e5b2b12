/** What the screen asks of the engine. */
export type EngineCommand =
  /** Replay: play or pause. */
  | { readonly type: 'toggle' }
  /** Replay: log seconds per second. */
  | { readonly type: 'speed'; readonly factor: number }
  | { readonly type: 'seek'; readonly to: number }
  /** Replay: jump over stretches without requests. */
  | { readonly type: 'skip-idle'; readonly on: boolean }
  | { readonly type: 'loop'; readonly range: { readonly from: number; readonly to: number } | null }
  /** What the screen filters by, "" nothing: what passes is judged too. */
  | { readonly type: 'filter'; readonly text: string }
  /** The stretch of time on the screen, µs since 1970 UTC: what must be held in memory. */
  | { readonly type: 'show'; readonly from: number; readonly to: number };
