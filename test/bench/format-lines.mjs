/**
 * Logs for the table of speeds: a sample line of a format, repeated with other values in the fields that its layout shows; and envelopes
 * around gunicorn's line.
 */
import { generator } from '../lab/random.mjs';

const agents = [
  'curl/8.5.0',
  'python-requests/2.32.3',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2',
];
const statuses = [200, 200, 200, 200, 200, 200, 201, 304, 404, 500];
const names = ['users', 'orders', 'search', 'health', 'reports', 'items', 'carts', 'sessions'];
const two = (value) => String(value).padStart(2, '0');

/** Replaces the digits of numbers by as many others; the first one is only 0 if it was. */
const otherDigits = (text, random) =>
  text.replace(/\d+/g, (digits) =>
    Array.from(digits, (digit, i) =>
      i === 0 ? (digit === '0' ? 0 : 1 + Math.floor(random() * 9)) : Math.floor(random() * 10),
    ).join(''),
  );
const pick = (list, random) => list[Math.floor(random() * list.length)];

function otherPath(random) {
  const name = pick(names, random);
  const kind = random();
  if (kind < 0.4) return `/${name}`;
  return kind < 0.8 ? `/${name}/${Math.floor(random() * 90000)}` : `/${name}?page=${Math.floor(random() * 900)}`;
}

/**
 * Another value for a field with this name (from `logscope formats --explain`), in an answer with this status. Errors have the same size
 * each time, and some answers have no body. null: the field stays as it is.
 */
function otherValue(name, text, random, status = 200) {
  if (name === 'client') {
    return text.replace(/\d+\.\d+\.\d+\.\d+/, () => `10.4.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}`);
  }
  if (name === 'status') return text.replace(/^\d{3}/, String(status));
  if (name === 'bytes' && /^\d+$/.test(text)) {
    if (status === 304) return '0';
    return String(status >= 400 ? 2 * status : Math.floor(10 ** (1 + random() * 4.5)));
  }
  if (name === 'bytes') return text;
  if (name === 'pid' || name === 'worker') return text.replace(/\d\d?$/, () => 10 + Math.floor(random() * 16));
  if (/^(duration|wait|before)/.test(name)) return otherDigits(text, random);
  if (name === 'request' || name === 'path') {
    return text.replace(
      /((?:https?:\/\/[^\s/"]+)?)\/[^\s?"]*(\?[^\s"]*)?(?=[\s"]|$)/,
      (_, host) => host + otherPath(random),
    );
  }
  return null;
}

/**
 * At least `bytes` of log. The clock advances by a second every 1000 lines.
 * @param explained the line as `explainHead` labels it
 * @param wrap puts an envelope around the line
 */
export function logOf(line, explained, bytes, wrap = (text) => text) {
  const random = generator(1);
  const head = line.slice(0, line.lastIndexOf(explained.text));
  const tail = line.slice(head.length + explained.text.length);
  const pieces = [];
  let at = 0;
  for (const { from, to, name } of [...explained.labels].sort((a, b) => a.from - b.from)) {
    if (from < at || otherValue(name, explained.text.slice(from, to), random) === null) continue;
    pieces.push({ text: explained.text.slice(at, from) }, { text: explained.text.slice(from, to), name });
    at = to;
  }
  pieces.push({ text: explained.text.slice(at) });
  const lines = [];
  let size = 0;
  for (let i = 0; size < bytes; i++) {
    const second = Math.floor(i / 1000);
    const clock = `${two(Math.floor(second / 3600) % 24)}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
    const status = pick(statuses, random);
    const text = pieces.map(({ text, name }) => (name ? otherValue(name, text, random, status) : text)).join('');
    // Between blanks (IIS), a user agent has plus signs in place of its blanks.
    const whole = `${head}${text}${tail}`.replace(/(?<before> ?)curl\/8\.5\.0(?<behind> ?)/, (_, before, behind) => {
      const agent = pick(agents, random);
      return `${before}${before && behind ? agent.replaceAll(' ', '+') : agent}${behind}`;
    });
    const stamped = wrap(whole)
      .replaceAll('17:04:15', clock)
      .replaceAll('1730221455', String(1730221455 + second));
    lines.push(`${stamped}\n`);
    size += Buffer.byteLength(stamped) + 1;
  }
  return Buffer.from(lines.join(''));
}

/** gunicorn's combined line with pid and duration in µs. */
export const gunicornLine =
  '203.0.113.7 - - [29/Oct/2024:17:04:15 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8.5.0" pid=<8712> us=30123';

const inJson = (text) => JSON.stringify(text).slice(1, -1);
/** As Go writes it, so that no browser takes it for HTML. */
const inGoJson = (text) => inJson(text).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e');
const pidOf = (text) => /pid=<(\d+)>/.exec(text)[1];
export const envelopes = {
  'docker json-file': (text) =>
    `{"log":"${inGoJson(text)}\\n","stream":"stdout","time":"2024-10-29T17:04:15.123456789Z"}`,
  'docker logs -t': (text) => `2024-10-29T17:04:15.123456789Z ${text}`,
  CRI: (text) => `2024-10-29T17:04:15.123456789Z stdout F ${text}`,
  'docker compose': (text) => `web-1  | ${text}`,
  'kubectl --prefix': (text) => `[pod/web-abc/app] ${text}`,
  stern: (text) => `web-7f9c4d5b6-x2x9z app ${text}`,
  'fly logs': (text) => `2024-10-29T17:04:15Z app[148ed599c23489] fra [info]${text}`,
  'journald short': (text) => `Oct 29 17:04:15 host gunicorn[${pidOf(text)}]: ${text}`,
  'RFC 5424': (text) => `<134>1 2024-10-29T17:04:15.123456Z host app ${pidOf(text)} - - ${text}`,
  Heroku: (text) => `2024-10-29T17:04:15.123456+00:00 app[web.1]: ${text}`,
  'logging prefix': (text) => `2024-10-29 17:04:15,123 ${pidOf(text)} INFO gunicorn.access ${text}`,
  'ANSI colour': (text) => `\u001b[36m${text}\u001b[0m`,
  'python-json-logger': (text) =>
    `{"asctime": "2024-10-29 17:04:15,123", "levelname": "INFO", "process": ${pidOf(text)}, "message": "${inJson(text)}"}`,
};
