/**
 * Text from logs is not trusted: it is made printable here, once, before it reaches a screen, a report or JSON. Replaced are C0 and C1
 * controls (ESC among them), bidirectional controls, line and paragraph separators, and lone surrogates.
 */
const unprintable =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The text with every unprintable character replaced by "·", cut to `limit` characters with "…". */
export function printable(text: string, limit = 2000): string {
  const cut = text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
  return cut.replace(unprintable, '·');
}

/** The name of a route, as in the summary. */
export const routeText = (route: string): string => printable(route, 500);
