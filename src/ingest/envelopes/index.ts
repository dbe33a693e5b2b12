/** All envelopes, in the order in which they are tried at each level. */
import type { Runtime } from '../compile/runtime.ts';
import { apacheError } from './apache-error.ts';
import { colour } from './colour.ts';
import { consoleLabel } from './console.ts';
import { copied } from './copied.ts';
import { dockerJson } from './docker-json.ts';
import { fluent } from './fluent.ts';
import { journalRecord } from './journal-record.ts';
import { jsonMessage } from './json-message.ts';
import { jsonTail } from './json-tail.ts';
import type { Envelope } from './line.ts';
import { platform } from './platform.ts';
import { compose, cri, kubectlPrefix, stamped } from './prefixes.ts';
import { pythonBytes } from './python-bytes.ts';
import { pythonDict } from './python-dict.ts';
import { queryResult } from './query-result.ts';
import { quoted } from './quoted.ts';
import { syslog } from './syslog.ts';
import { table } from './table.ts';

export const createEnvelopes = (runtime: Runtime): readonly Envelope[] => [
  dockerJson(runtime),
  table(runtime),
  copied(runtime),
  queryResult(runtime),
  jsonMessage(runtime),
  compose(runtime),
  colour(),
  consoleLabel(runtime),
  pythonBytes(),
  kubectlPrefix(runtime),
  cri(runtime),
  journalRecord(runtime),
  platform(runtime),
  syslog(runtime),
  stamped(runtime),
  apacheError(runtime),
  fluent(runtime),
  jsonTail(runtime),
  pythonDict(runtime),
  quoted(runtime),
];
