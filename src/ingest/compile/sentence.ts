/** Finds a request in a sentence: "GET /a -> 200", "Completed POST /b?x=1 with status 201". */

const request =
  /(?<![A-Za-z])(?:GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS) (?:\/|https?:\/\/)[^\s"'|,;)\]>?]*(?:\?[^\s"'|,;)\]>]*)?/;
/** Not a time, a size, or a part of another number. */
const status = /(?<![\w.:/-])[1-5]\d\d(?![\w.:/-]| ?(?:[mun\u00b5]?s|sec|seconds|bytes|B)\b)/;

export interface SentenceRequest {
  /** Method and path without the query: [from, to) of the text. */
  readonly from: number;
  readonly to: number;
  /** 0: there is none. */
  readonly status: number;
}

/** null: there is no request in the text. */
export function requestInSentence(text: string): SentenceRequest | null {
  const found = request.exec(text);
  if (!found) return null;
  const [whole] = found;
  const query = whole.indexOf('?');
  const said = status.exec(text.slice(found.index + whole.length)) ?? status.exec(text.slice(0, found.index));
  const to = found.index + (query < 0 ? whole.length : query);
  return { from: found.index, to, status: said ? Number(said[0]) : 0 };
}
