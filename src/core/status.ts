/**
 * Statuses with which a proxy says that the server behind it did not answer: it could not be reached or broke off (502), or it was
 * considered down or refused callers (503). RFC 9110, 15.6.
 */
export const GATEWAY_ERRORS: ReadonlySet<number> = new Set([502, 503]);
