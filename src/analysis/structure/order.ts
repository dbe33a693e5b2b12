/** Indices in the order of instants in µs. */
import { packedOrder } from '../../core/order.ts';

/** Values must not be NaN. Instants in the same µs, or nearer than range / 2^(53 - bits of the index), keep the order of indices. */
export const orderOf = (micros: Float64Array): Int32Array => packedOrder(micros, 1);
