/** Why nothing takes a line. */
import { looksLikeRequest, tellsOfRequest } from './detect/free-form.ts';
import { isOutgoing } from './detect/key-meanings.ts';

export const NO_FORMAT = 'no known format takes it';

/** Such a line is missing from no number: an application logged it, or a server did, about itself and in words that no rule lists. */
export const NO_REQUEST = 'tells of no request';

/** What journalctl prints in place of a line with control characters. */
const withheld = /^\[\d+(\.\d+)?[BKMG] blob data\]$/;

/**
 * @param text without its envelopes
 * @param whole with them, as a JSON record may itself be the request
 * @param known the format of most other lines
 */
export function reasonFor(text: string, whole: string, known: string | undefined): string {
  if (withheld.test(text)) return 'withheld by the journal: use journalctl -a or -o json';
  if (isOutgoing(text)) return 'a request that the server made itself';
  const asked = [text, whole].filter(looksLikeRequest);
  if (asked.length > 0 && !asked.some(tellsOfRequest)) return 'tells of a request, not how it was answered';
  if (known === undefined) return NO_FORMAT;
  return asked.length === 0 ? NO_REQUEST : `not a line of ${known}`;
}
