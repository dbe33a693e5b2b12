/** Why a line is left that nothing takes. */
import { looksLikeRequest, tellsOfRequest } from './detect/free-form.ts';
import { isOutgoing } from './detect/key-meanings.ts';

/** What journalctl prints for a line with control characters. */
const withheld = /^\[\d+(\.\d+)?[BKMG] blob data\]$/;

/** @param known the format of most other lines */
export function reasonFor(text: string, known: string | undefined): string {
  if (withheld.test(text)) return 'withheld by the journal: use journalctl -a or -o json';
  if (isOutgoing(text)) return 'a request that the server made itself';
  if (known === undefined) return 'no known format takes it';
  if (looksLikeRequest(text) && !tellsOfRequest(text)) return 'tells of a request, not how it was answered';
  return looksLikeRequest(text) ? `not a line of ${known}` : 'tells of no request';
}
