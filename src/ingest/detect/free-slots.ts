/** Parts of lines of no known layout, and which of them say what was requested and how it was answered. */
import type { FreeKind } from './free-pieces.ts';
import { isStatus, type KeyMeaning, keyMeaning } from './key-meanings.ts';
import { clockShape, type StampGuess, stampShape } from './pieces.ts';

/** A part of the lines: a text that all lines have, or a piece with a value for each line ('-' if a line has none). */
export type Slot =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'field';
      readonly piece: FreeKind;
      readonly values: readonly string[];
      /** A text without quotes around it. */
      readonly bare?: true;
    };
export type FieldSlot = Extract<Slot, { kind: 'field' }>;

export const isConstant = ({ values }: FieldSlot): boolean => values.every((value) => value === values[0]);
export const given = (values: readonly string[]): string[] => values.filter((value) => value !== '-' && value !== '');

/** "status: ", "dur=[", "'took': ", "pid-" */
const strongKey = /([A-Za-z_@][\w.@-]*)\\*["']?\s*[=:]\s*\\*["'[(<{]?\s*$|(?<!\w)(pid)-$/i;
const weakKey = /(?:^|[^\w])([A-Za-z_]+) $/;
const KEY_BYTES = 60;

export interface Key {
  readonly name: string;
  /** A sign ("=", ":") stands between the name and the value. */
  readonly strong: boolean;
}

/** The name in front of a slot. */
export function keyOf(slots: readonly Slot[], index: number): Key | null {
  let text = '';
  for (let i = index - 1; i >= 0 && text.length < KEY_BYTES; i--) {
    const slot = slots[i];
    if (slot.kind === 'field' && !isConstant(slot)) break;
    text = (slot.kind === 'literal' ? slot.text : slot.values[0]) + text;
  }
  const strong = strongKey.exec(text);
  if (strong) return { name: strong[1] ?? strong[2], strong: true };
  const weak = weakKey.exec(text);
  return weak ? { name: weak[1], strong: false } : null;
}

export interface Request {
  /**
   * Indices of slots. Method and target are the same slot if it holds both; both are the slot of the status if the lines do not say what
   * was requested. The status is -1 if there is none.
   */
  readonly method: number;
  readonly target: number;
  readonly status: number;
}

const holdsEach = (slot: Slot, pattern: RegExp): boolean =>
  slot.kind === 'field' && slot.values.every((value) => pattern.test(value));
const isOwnPath = (slot: Slot): boolean => holdsEach(slot, /^([A-Z]+ )?\//);
/** A path or a whole URL. Only for lines about the beginning of a request, where lines of HTTP clients do not matter. */
const isAsked = (slot: Slot): boolean => holdsEach(slot, /^([A-Z]+ )?(?:https?:\/)?\//);

/**
 * What lines may lack: the status or the request, if they say how long the request took; the request and the time; or everything about the
 * answer, if other lines have it.
 */
export type Lacking = 'nothing' | 'status' | 'request' | 'request and time' | 'answer';

/** "Completed 200 OK", "response sent: 200" */
const answered = /status|code|respon|complet|finish|answer|return|sent/i;

/** Which slots say what was requested and how it was answered; null if none do. */
export function findRequest(slots: readonly Slot[], lacking: Lacking = 'nothing'): Request | null {
  const { method, target } = askedFor(slots);
  if (lacking === 'answer') {
    return target < 0 || !isAsked(slots[target]) ? null : { method: method < 0 ? target : method, target, status: -1 };
  }
  if (method < 0 || target < 0) return answerAlone(slots, lacking);
  const statuses = statusesIn(slots);
  const status =
    namedStatus(slots, statuses) ??
    statuses.find((index) => index > target) ??
    statuses.findLast((index) => index < method) ??
    statuses[0];
  if (status !== undefined) return { method, target, status };
  return lacking === 'status' && isTimed(slots) && isOwnPath(slots[target]) ? { method, target, status: -1 } : null;
}

const namedStatus = (slots: readonly Slot[], statuses: readonly number[]): number | undefined =>
  statuses.find((index) => meaningAt(slots, index) === 'status');

/** For lines that do not say what was requested: the slot of the status, mostly with a time beside it. */
function answerAlone(slots: readonly Slot[], lacking: Lacking): Request | null {
  const statuses = statusesIn(slots);
  const named =
    namedStatus(slots, statuses) ?? statuses.find((index) => answered.test(keyOf(slots, index)?.name ?? ''));
  // "[req7] 200 0.001s": the only candidate.
  const status = named ?? (lacking === 'request' && statuses.length === 1 ? statuses[0] : undefined);
  const isTold = lacking === 'request' ? isTimed(slots) : lacking === 'request and time';
  return isTold && status !== undefined ? { method: status, target: status, status } : null;
}

/** Indices of the slots of method and target; -1: none. */
function askedFor(slots: readonly Slot[]): { readonly method: number; readonly target: number } {
  const at = (piece: FreeKind, from = 0) =>
    slots.findIndex((slot, index) => index >= from && slot.kind === 'field' && slot.piece === piece);
  const whole = at('request');
  if (whole >= 0) return { method: whole, target: whole };
  const method = at('method');
  const behind = at('target', method);
  return { method, target: behind >= 0 ? behind : at('target') };
}

/** What the name in front of a number says of it: in "process time: 0.031" the number is a duration, no stamp. */
export const meaningOfNumber = (key: Key | null): KeyMeaning | null =>
  key?.strong === true && /^time$/i.test(key.name)
    ? { kind: 'duration', unit: 'by-value' }
    : key && keyMeaning(key.name);

const meaningAt = (slots: readonly Slot[], index: number) => meaningOfNumber(keyOf(slots, index))?.kind;

/** At least this share are real statuses. The others belong to answers that never began: 0 in Envoy and Caddy, 000 in nginx. */
const ANSWERED = 0.9;
const areStatuses = (values: readonly string[]): boolean =>
  values.every((value) => isStatus(value) || value === '0' || value === '000') &&
  values.filter(isStatus).length >= ANSWERED * values.length;

/** Indices of the slots that may be a status: "duration_ms": 200 is none, though its values look like one. */
const statusesIn = (slots: readonly Slot[]): number[] =>
  slots.flatMap((slot, index) =>
    slot.kind === 'field' &&
    slot.piece === 'number' &&
    areStatuses(given(slot.values)) &&
    (meaningAt(slots, index) ?? 'status') === 'status'
      ? [index]
      : [],
  );

/** Whether the lines say how long something took. */
const isTimed = (slots: readonly Slot[]): boolean =>
  slots.some(
    (slot, index) =>
      slot.kind === 'field' &&
      (slot.piece === 'unit' || slot.piece === 'spent' || meaningAt(slots, index) === 'duration'),
  );

/** By line: what was requested and how it was answered. */
export function requestsOf(slots: readonly Slot[], { method, target, status }: Request): string[] {
  const values = [method, target, status].flatMap((index) => (index < 0 ? [] : [(slots[index] as FieldSlot).values]));
  return values[0].map((_, line) => values.map((one) => one[line]).join(' '));
}

/** What kind of stamp the slot is; null: none. */
export const stampOf = ({ piece, values }: FieldSlot): StampGuess | null => stampShape(piece, given(values));

/** A time of day, in lines that have no other stamp. */
export const clockOf = (slots: readonly Slot[], index: number): StampGuess | null => {
  const slot = slots[index];
  if (slot.kind !== 'field' || slot.piece !== 'clock') return null;
  const isOnly = slots.every(
    (other, at) => other.kind !== 'field' || (stampOf(other) === null && (at >= index || other.piece !== 'clock')),
  );
  return isOnly ? clockShape(given(slot.values)) : null;
};
