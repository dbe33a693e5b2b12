// The findings: the selected one in full, the others in the order of their weight as far as there is room.
import { describe, expect, it } from 'vitest';
import findings from '../../../src/tui/panels/findings.ts';
import { finding, handSnapshot } from '../../helpers/snapshots.ts';
import { drawn, viewOf } from '../../helpers/views.ts';

const long = 'This is a line of the detail that is as long as the panel is wide, or nearly so. ';

describe('the list of findings', () => {
  it('unfolds the next in order, cut where the room ends, before a lesser one', () => {
    const snapshot = handSnapshot({
      requests: [{ start: -2, end: -1 }],
      findings: [
        finding({ title: 'First', detail: '', evidence: {} }),
        finding({ title: 'Second', detail: long.repeat(6), evidence: {} }),
        finding({ title: 'Third', detail: 'Small.', advice: '', evidence: {} }),
      ],
    });
    const text = drawn(findings, viewOf(snapshot, { columns: 100 }), 100, 8);
    expect(text[2]).toContain('Second');
    expect(text[3]).toContain('Do: Run 7 workers.');
    expect(text[6]).toMatch(/…$/);
    expect(text[7]).toContain('Third');
    expect(text.join('\n')).not.toContain('Small.');
  });

  it('does not say of a saved log that nothing was found before all of it is worked out', () => {
    const snapshot = { ...handSnapshot({ requests: [{ start: -2, end: -1 }] }), mode: 'replay' as const, live: false };
    const told = (status: string) => drawn(findings, viewOf({ ...snapshot, status }), 100, 8)[0];
    expect(told('a first look, a closer one follows')).toContain('Nothing found so far that');
    expect(told('')).toContain('Nothing found that');
  });

  it('tells a title that has no room in few words, and below it what these leave out', () => {
    const titled = (title: string, brief: string) =>
      handSnapshot({
        requests: [{ start: -2, end: -1 }],
        findings: [finding({ title, brief, detail: 'Detail.', from: '2026-11-20T11:59:30.600+00:00' })],
      });
    const text = (title: string, brief: string, columns: number) =>
      drawn(findings, viewOf(titled(title, brief), { columns }), columns, 8);
    const title = 'GET /slow starves the other routes: they wait 5 s behind it (p95, inferred)';
    const brief = 'GET /slow starves the other routes';
    expect(text(title, brief, 120)[0]).toContain(`${title} `);
    expect(text(title, brief, 120)[1]).toContain('Do: ');
    // To the second that the sentences have.
    expect(text(title, brief, 80)[0]).toMatch(/starves the other routes +11:59:31$/);
    expect(text(title, brief, 80)[1].trim()).toBe('They wait 5 s behind it (p95, inferred).');
    const other = 'From 12:06:43 to 12:31:44 UTC requests took 454 ms instead of 72 ms on GET /a and GET /b';
    const told = text(other, 'Requests took 454 ms instead of 72 ms for 25 min', 80);
    expect(told[0]).toContain('Requests took 454 ms instead of 72 ms for 25 min ');
    expect(`${told[1].trim()} ${told[2].trim()}`).toBe(`${other}.`);
  });

  it('leaves out of the evidence what was counted as none or is not known', () => {
    const evidence = { slots: 4, episodes: 0, wait_method: 'unknown', wait_p95_seconds: null, share: 0.5 };
    const snapshot = handSnapshot({ requests: [{ start: -2, end: -1 }], findings: [finding({ evidence })] });
    const text = drawn(findings, viewOf(snapshot), 100, 8).join('\n');
    expect(text).toContain('In numbers: slots 4 · share 50 %');
    expect(text).not.toMatch(/episodes|wait method/);
  });

  it('does not tell in the evidence what the sentences tell, but what has other units or is a part of a number', () => {
    const evidence = { slots: 4, saturated_ratio: 1, wait_p95_seconds: 3, service_mean_seconds: 1, episodes: 12 };
    const detail = 'All 4 slots were busy for 12 s (100 % of the time): mean 1.5 s, p95 3 s.';
    const snapshot = handSnapshot({ requests: [{ start: -2, end: -1 }], findings: [finding({ detail, evidence })] });
    const text = drawn(findings, viewOf(snapshot), 100, 8).join('\n');
    expect(text).toContain('In numbers: service mean 1 s · episodes 12');
  });

  it('does not tear a name and its number apart', () => {
    const evidence = { capacity_lost_seconds: 3, requests_per_life: 1600 };
    const snapshot = handSnapshot({ requests: [{ start: -2, end: -1 }], findings: [finding({ evidence })] });
    const text = drawn(findings, viewOf(snapshot, { columns: 50 }), 50, 8);
    expect(text.some((line) => line.includes('requests per life 1600'))).toBe(true);
  });

  it('names what follows from a finding', () => {
    const evidence = { symptoms: 'callers-queue, asgi-would-not-queue' };
    const snapshot = handSnapshot({ requests: [{ start: -2, end: -1 }], findings: [finding({ evidence })] });
    const text = drawn(findings, viewOf(snapshot), 100, 8).join('\n');
    expect(text).toContain('Follows from it: callers queue, ASGI would not queue');
  });
});

it('says under a filter in full why what passes is not judged', () => {
  const unasked =
    'a filter by status, duration, wait or size picks the outcome, so that findings would be about the filter.';
  const part = {
    filter: 'status:5xx',
    requests: 1,
    of: 2,
    verdict: { severity: 'info' as const, sentence: '', confidence: 1 },
    findings: [],
    unasked,
  };
  const snapshot = handSnapshot({ requests: [{ start: -2, end: -1 }], findings: [finding()], change: { part } });
  const text = drawn(findings, viewOf(snapshot, { columns: 80, ui: { filter: 'status:5xx' } }), 80, 6);
  expect(text.slice(0, 2).join(' ').replaceAll(/\s+/g, ' ').trim()).toBe(`Of what passes: ${unasked}`);
  expect(text[2]).toContain('Of all requests');
  expect(text[3]).toContain('All four workers were busy');
});
