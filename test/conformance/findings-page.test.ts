// docs/findings.md says what the rules say: run with `-u` after a finding has changed.
import { expect, it } from 'vitest';
import type { FindingRule } from '../../src/core/finding.ts';
import { findingRules } from '../../src/findings/index.ts';

const intro = `# Findings

What logscope can find in a log, with the test behind each, what guards it against false alarms, and how to mend it. The
same text is in the program: \`logscope findings\` lists them, \`logscope findings pool-saturated\` explains one.

How they behave:

- A finding speaks when its test is met **and** its guards are; otherwise it is silent. A false alarm costs more than silence.
- It is a pure function of the facts: the summary, the requests, what was inferred of them, what the server said. It needs
  certain columns; without them it is not asked.
- It shows its evidence in numbers and computes its advice: the number of workers comes from replaying the log's own load
  through a simulation of the pool (see what-if.md).
- Findings are ranked by severity, then by the seconds that callers lost. A cause silences its symptoms and lists them in its
  evidence (\`symptoms\`), so that two findings never say the same thing twice or contradict each other.
- In \`tail\` a finding opens after it has been seen for 3 s (a critical one at once) and closes when it has been gone for 10 s; one
  whose own end lies a minute back counts as gone, though the window of the log (five minutes) still shows it.
- What the server says counts as the cause of something only where such events are rare: workers that come and go all the time
  coincide with anything.
- \`from\` and \`to\` say when; null means the whole log.
- What a log cannot tell from other causes is hedged, and named among them: requests of several processes that wait for one lock (a file, a row
  of the database, an advisory lock) take longer while more of them run, as they do beside a slow backend or on too few cores. With stamps finer
  than the requests are long \`threads-would-not-help\` tells of it; with coarser ones a full pool says how much longer requests took in it, and its
  number of workers holds only unless they wait for each other.
- The logs named are in \`sample-logs/\`; those under \`faults/\` are in \`test/faults/\`, recorded in the lab with the real fault, or
  (\`-not\`) with what only looks like it.

To add one: a file in \`src/findings/\` with a default export of \`defineFinding({ … })\`, a line in \`src/findings/index.ts\`,
and samples on which it speaks and stays quiet. \`test/conformance/findings.test.ts\` holds every finding to that.

How often they are right: recordings of real servers (gunicorn, uvicorn, hypercorn, granian, waitress, uWSGI) with one known cause each, by
the first finding. The first two rows were judged by earlier versions, and findings were mended after them. The last two are 25 recordings on a host whose cores were
busy: as the version before them judged them, and as this one does, which was mended on 22 of them; of three that had no part in that (a pool of two connections, views that ask
an API with a quota again, a server stopped with SIGSTOP) it told three.

| recordings | first finding is the cause | its symptom, or the kind without the route | silent | another cause |
|---|---|---|---|---|
| 23 from before, with a cause | 17 | 2 | 4 | 0 |
| 21 fresh ones of an earlier version | 13 | 4 | 4 | 0 |
| 25 fresh ones, by the version before | 6 | 10 | 5 | 4 |
| the same, by this version | 17 | 5 | 2 | 1 |

Of 29 quiet recordings one had a false alarm (workers that health checks alone call at night; mended); the last seven had none, nor did 84 older recordings get another finding than before but one that names the route it lacked.
The number of slots was told with a confidence of 0.9 and more in 12 of the 25 and 2 of the quiet ones, and was true in all 14; the true mean wait lay in the range told in 22 of 24.

Told as a full pool: a quota of CPU (cgroup) that is used up, other work that takes the cores of the host (of which waits can be told far too short, and out of their range). Told as a time-out of 5 s: views that call their own server
and take the slots that the inner calls need. Told as a slow backend: a list that is asked for more, where the log has no sizes of answers. Told as a proxy's queue: waitress, whose middleware writes lines as nginx does. Told as unbalanced workers: two processes
that collect garbage for a second or two each. A pool of connections that is full while all threads wait for it is told as routes that take longer since more callers come; the advice names it. Silent: swapping, uploads and slow readers that hold a few workers, a background thread that takes the GIL of one process, connections that
waitress leaves in the socket's queue, and queues in logs without process ids.

`;

const lines = (text: string): string =>
  text
    .split('\n')
    .map((line, i, all) => (i > 0 && /[.;:]$/.test(all[i - 1]) ? `\n${line}` : line))
    .join(' ')
    .replace(/ \n/g, '\n')
    .replace(/</g, '&lt;');

function section({ id, title, needs, silences, explain, fires, quiet }: FindingRule): string {
  const logs = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');
  const facts = [
    `Needs: ${needs.length > 0 ? needs.join(', ') : 'nothing but lines'}.`,
    silences && silences.length > 0 ? `Silences: ${silences.join(', ')}.` : null,
    fires.length > 0 ? `Speaks on ${logs(fires)}.` : 'Tested on seeded simulations: no sample log shows it.',
    `Quiet on ${logs(quiet)}.`,
  ].filter((text) => text !== null);
  const fixes = Object.entries(explain.fix).map(([server, fix]) => `| ${server} | ${fix.replace(/\|/g, '\\|')} |`);
  return [
    `## ${id}`,
    '',
    `${title}.`,
    '',
    `**Test.** ${lines(explain.test)}`,
    '',
    `**Guards.** ${lines(explain.guards)}`,
    '',
    facts.join(' '),
    '',
    '| server | what to change |',
    '|---|---|',
    ...fixes,
    '',
  ].join('\n');
}

it('docs/findings.md is up to date', async () => {
  const page = `${intro}${findingRules.map(section).join('\n')}`;
  await expect(page).toMatchFileSnapshot('../../docs/findings.md');
});
