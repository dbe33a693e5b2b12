/**
 * OpenTelemetry's JSON (OTLP): lists of records and spans, by resource and scope, with attributes as lists of keys and values. Each record
 * or span becomes a JSON record whose attributes, and those of its resource, are named values.
 */

/** The lists of records or spans in a line begin behind these. */
const lists = ['"logRecords":[', '"spans":['] as const;

/** {"stringValue": "a"}, {"kvlistValue": {"values": [...]}} */
type AnyValue = Readonly<Record<string, unknown>>;
type KeyValue = { readonly key?: unknown; readonly value?: AnyValue };
type Attributes = { readonly attributes?: readonly KeyValue[] };

interface OtlpRecord extends Attributes {
  readonly body?: AnyValue;
  readonly kind?: unknown;
  readonly name?: unknown;
}
interface Scope {
  readonly logRecords?: readonly OtlpRecord[];
  readonly spans?: readonly OtlpRecord[];
}
interface Resource {
  readonly resource?: Attributes;
  readonly scopeLogs?: readonly Scope[];
  readonly scopeSpans?: readonly Scope[];
}

/** Where lists of records begin in b[from, to). */
export function otlpLists(b: Buffer, from: number, to: number): number[] {
  const starts = lists.flatMap((name) => {
    const found: number[] = [];
    for (let at = b.indexOf(name, from); at >= 0 && at < to; at = b.indexOf(name, at + 1)) found.push(at + name.length);
    return found;
  });
  return starts.sort((a, b) => a - b);
}

/**
 * @param text a line of OTLP
 * @returns its records in order, as JSON; null: it is no OTLP
 */
export function otlpRecords(text: string): readonly string[] | null {
  try {
    const { resourceLogs, resourceSpans } = JSON.parse(text) as Readonly<
      Record<string, readonly Resource[] | undefined>
    >;
    return [...(resourceLogs ?? []), ...(resourceSpans ?? [])].flatMap(recordsOf);
  } catch {
    return null;
  }
}

function recordsOf({ resource, scopeLogs = [], scopeSpans = [] }: Resource): string[] {
  const of = namedValues(resource?.attributes);
  return [...scopeLogs, ...scopeSpans].flatMap(({ logRecords = [], spans = [] }) => [
    ...logRecords.map(({ body, attributes, ...rest }) =>
      JSON.stringify({ ...rest, body: body && plain(body), attributes: namedValues(attributes), resource: of }),
    ),
    ...spans.map((span) => JSON.stringify(plainSpan(span, of))),
  ]);
}

/** Spans of clients, and of internal work, are no requests to the server. */
function plainSpan({ attributes, ...rest }: OtlpRecord, resource: unknown): unknown {
  const isServer = rest.kind === 2 || rest.kind === 'SPAN_KIND_SERVER';
  return isServer
    ? { ...rest, attributes: namedValues(attributes), resource }
    : { kind: rest.kind, span: 'of no server' };
}

const namedValues = (attributes: readonly KeyValue[] = []): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [String(key), value && plain(value)]));

/** The value itself. Integers are texts in OTLP, and remain so. */
function plain(value: AnyValue): unknown {
  const { kvlistValue, arrayValue } = value as Record<string, { values?: readonly unknown[] } | undefined>;
  if (kvlistValue) return namedValues(kvlistValue.values as readonly KeyValue[]);
  if (arrayValue) return (arrayValue.values ?? []).map((one) => plain(one as AnyValue));
  return Object.values(value)[0];
}
