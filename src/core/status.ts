/**
 * Statuses by which a proxy tells that the server behind it did not answer: it could not be reached or broke off (502), was taken for
 * dead or turned callers away (503). RFC 9110, 15.6.
 */
export const GATEWAY_ERRORS: ReadonlySet<number> = new Set([502, 503]);
