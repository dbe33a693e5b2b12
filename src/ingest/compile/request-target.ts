/** Finds the path in a request target, and makes a request line from a method and a target that are separate fields. */

const isHostByte = (c: number): boolean =>
  (c > 47 && c < 58) || (c > 64 && c < 91) || (c > 96 && c < 123) || c === 45 || c === 95;

/** Where the path of the URL at b[from] starts ("http://h:8000/a", "h.example.com/a"); -1: there is no URL, or it has no path. */
export function pathOfUrl(b: Uint8Array, from: number, to: number): number {
  if (b[from] !== 104 || b[from + 1] !== 116 || b[from + 2] !== 116 || b[from + 3] !== 112)
    return behindHost(b, from, to);
  let p = from + 4;
  if (b[p] === 115) p++;
  if (b[p] !== 58 || b[p + 1] !== 47 || b[p + 2] !== 47) return behindHost(b, from, to);
  for (p += 3; p < to && b[p] !== 47; p++) if (b[p] <= 32 || b[p] === 63 || b[p] === 35) return -1;
  return p < to ? p : -1;
}

/** Position of the slash behind the name of a host, which must contain a dot, and its port; -1: there is something else. */
function behindHost(b: Uint8Array, from: number, to: number): number {
  let p = from;
  let dots = 0;
  for (; p < to && b[p] !== 47 && b[p] !== 58; p++) {
    if (b[p] === 46 && p > from && isHostByte(b[p - 1])) dots++;
    else if (!isHostByte(b[p])) return -1;
  }
  if (dots === 0 || b[p - 1] === 46) return -1;
  if (b[p] === 58) {
    const port = ++p;
    while (p < to && b[p] > 47 && b[p] < 58) p++;
    if (p === port) return -1;
  }
  return p < to && b[p] === 47 ? p : -1;
}

const BLANK = 32;

/** Writes "METHOD /path" and a newline into `into`. @returns its length; -1: method or path are not plain, or they are too long */
export function joinRequest(
  b: Uint8Array,
  [methodFrom, methodTo]: readonly [number, number],
  [from, to]: readonly [number, number],
  into: Uint8Array,
): number {
  if (methodTo === methodFrom || methodTo - methodFrom + to - from + 2 > into.length) return -1;
  let k = 0;
  for (let p = methodFrom; p < methodTo; p++) {
    if (b[p] < 65 || b[p] > 90) return -1;
    into[k++] = b[p];
  }
  into[k++] = BLANK;
  for (let p = from; p < to; p++) {
    const c = b[p];
    if (c <= BLANK || c === 34 || c === 92 || c > 126) return -1;
    into[k++] = c;
  }
  into[k] = 10;
  return k;
}
