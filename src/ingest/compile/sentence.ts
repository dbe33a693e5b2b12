/** A request that a text tells of: "GET /a -> 200", "Completed POST /b?x=1 with status 201". */

const request =
  /(?<![A-Za-z])(?:GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS) (?:\/|https?:\/\/)[^\s"'|,;)\]>?]*(?:\?[^\s"'|,;)\]>]*)?/;
/** No time, no size and no part of another number. */
const status = /(?<![\w.:/-])[1-5]\d\d(?![\w.:/-]| ?(?:[mun\u00b5]?s|sec|seconds|bytes|B)\b)/;

export interface SentenceRequest {
  /** The method and the path, without the query: [from, to) of the text. */
  readonly from: number;
  readonly to: number;
  /** 0 where there is none. */
  readonly status: number;
}

/** null: the text tells of no request. */
export function requestInSentence(text: string): SentenceRequest | null {
  const found = request.exec(text);
  if (!found) return null;
  const [whole] = found;
  const query = whole.indexOf('?');
  const said = status.exec(text.slice(found.index + whole.length)) ?? status.exec(text.slice(0, found.index));
  const to = found.index + (query < 0 ? whole.length : query);
  return { from: found.index, to, status: said ? Number(said[0]) : 0 };
}
