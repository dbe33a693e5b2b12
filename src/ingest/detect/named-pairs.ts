/** Keys and values of a line of named values: JSON or logfmt. */

const MAX_DEPTH = 4;
const MAX_KEYS = 300;

function flatten(value: unknown, path: string, into: Map<string, string>, depth: number): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    if (depth > MAX_DEPTH) return;
    for (const [key, inner] of Object.entries(value))
      flatten(inner, path === '' ? key : `${path}.${key}`, into, depth + 1);
    return;
  }
  if (into.size < MAX_KEYS && value !== null && !Array.isArray(value)) into.set(path, String(value));
}

/** Keys and values of a JSON object, nested ones with their path ("a.b"); null: the text is none. */
export function jsonPairs(text: string): Map<string, string> | null {
  if (!text.startsWith('{')) return null;
  try {
    const pairs = new Map<string, string>();
    flatten(JSON.parse(text.replace(/,\s*$/, '')), '', pairs, 0);
    return pairs;
  } catch {
    return null;
  }
}

const pair = /(?:^|\s)([A-Za-z_@][\w.@-]*)=(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"']*))(?=\s|,|$)/g;

export function logfmtPairs(text: string): Map<string, string> | null {
  const found = [...text.matchAll(pair)];
  return found.length < 3
    ? null
    : new Map(found.map(([, key, double, single, bare]) => [key, double ?? single ?? bare.replace(/,$/, '')]));
}
