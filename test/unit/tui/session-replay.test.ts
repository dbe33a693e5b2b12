// The controls of a replay.
import { afterEach, describe, expect, it } from 'vitest';
import type { Snapshot } from '../../../src/core/snapshot.ts';
import { closeScreens, openScreen } from '../../helpers/screen.ts';
import { fullPool, NOON } from '../../helpers/snapshots.ts';

const SECOND = 1_000_000;

afterEach(closeScreens);

describe('the screen of a replay', () => {
  const replay = (): Snapshot => ({
    ...fullPool(),
    mode: 'replay',
    live: false,
    playing: true,
    speed: 10,
    from: NOON - 60 * SECOND,
    to: NOON,
    now: NOON - 30 * SECOND,
    overview: {
      from: NOON - 60 * SECOND,
      stepMicros: SECOND,
      requests: new Float64Array(60).fill(4),
      errors: new Float64Array(60),
    },
  });

  it('has a transport bar with the rate, the findings and the position', async () => {
    const { screen } = await openScreen(replay());
    const bar = screen.rows().findIndex((row) => row.startsWith('11:59:00'));
    expect(screen.rows()[bar]).toMatch(/█.*12:00:00$/);
    expect(screen.rows()[bar + 1]).toContain('◆');
    expect(screen.rows()[bar + 1]).toContain('30s/60s');
    expect(screen.rows()[0]).toContain('▶ x10');
  });

  it('asks the engine to play, to seek and to change its speed', async () => {
    const { screen, engine } = await openScreen(replay());
    await screen.press(' ', '\x1b[C', '\x1b[D', 'g', 'G', '>', '<', ',', ')', 'n', 'i');
    const asked = engine.commands.filter(({ type }) => type !== 'show');
    expect(asked).toEqual([
      { type: 'toggle' },
      { type: 'seek', to: NOON - 20 * SECOND },
      { type: 'seek', to: NOON - 40 * SECOND },
      { type: 'seek', to: NOON - 60 * SECOND },
      { type: 'seek', to: NOON },
      { type: 'speed', factor: 20 },
      { type: 'speed', factor: 5 },
      { type: 'seek', to: NOON - 31 * SECOND },
      { type: 'seek', to: NOON - 24 * SECOND },
      { type: 'skip-idle', on: true },
    ]);
    expect(screen.session.ui.message).toBe('');
  });

  it('goes to a time', async () => {
    const { screen, engine } = await openScreen(replay());
    await screen.press(':', ...'11:59:20', '\r');
    expect(engine.commands.at(-1)).toEqual({ type: 'seek', to: NOON - 40 * SECOND });
  });
});
