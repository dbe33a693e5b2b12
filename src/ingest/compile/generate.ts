/**
 * Compiles a layout into a scanner: a generated function that reads lines and writes rows. Fields are read from left to right up to the
 * last free text. What follows that text is read backwards from the end of the line, so that quotes and blanks inside a user agent cannot
 * shift the fields behind it.
 */
import type { RequestBatch } from '../../core/batch.ts';
import type { Field } from '../../core/format.ts';
import type { Columns } from './columns.ts';
import { bytesOf, endCode, fieldCode, literalTest, neverCode, stampVariables } from './emit.ts';
import { isLiteral, type Token } from './layout.ts';
import type { CompileOptions } from './recipe.ts';
import type { Runtime } from './runtime.ts';
import { allColumns, collectedOf, contextOf, filledColumns, hasLead, lastText } from './shape.ts';

/**
 * Reads whole lines of b[pos, limit) into `rows` until it refuses a line, the batch is full or the limit is reached.
 * @returns the start of the first line not taken. `base` + position is the offset of a line in its input. After a refusal,
 * `runtime.state.stop` is where the line differs from the layout.
 */
export type Scanner = (b: Buffer, v: DataView, pos: number, limit: number, rows: RequestBatch, base: number) => number;

interface Generated {
  readonly source: string;
  readonly literals: Record<string, Uint8Array>;
  readonly stamps: Record<string, Extract<Field, { kind: 'time' | 'until' | 'collected' }>>;
}

/** Writes the code that reads one line, and collects what that code needs to run. */
class Body {
  readonly literals: Generated['literals'] = {};
  readonly stamps: Generated['stamps'] = {};
  readonly #tokens: readonly Token[];
  readonly #columns: Columns;
  readonly #explain: boolean;
  #code = '';
  #endKnown = false;

  constructor(tokens: readonly Token[], columns: Columns, explain: boolean) {
    this.#tokens = tokens;
    this.#columns = columns;
    this.#explain = explain;
    const textAt = lastText(tokens);
    this.#forwards(textAt < 0 ? tokens.length : textAt);
    if (textAt < 0) this.#endOfLine();
    else this.#backwards(textAt);
    this.#derived();
  }

  get code(): string {
    return this.#code;
  }

  #needEnd(): void {
    if (!this.#endKnown) this.#code += endCode;
    this.#endKnown = true;
  }

  #field(index: number, field: Field): void {
    if (field.kind === 'time' || field.kind === 'until' || field.kind === 'collected')
      this.stamps[`stamp${index}`] = field;
    const context = contextOf(this.#tokens, this.#columns, index);
    if (field.kind === 'request') this.literals[`after${index}`] = bytesOf(context.after);
    const { code, needsEnd } = fieldCode(field, context);
    if (needsEnd) this.#needEnd();
    this.#code += this.#explain
      ? `h=p;${code}spans.push({token:${index},from:h,to:p,digits:cursor.digits,offsetMinutes:cursor.offsetMinutes});\n`
      : code;
  }

  #forwards(to: number): void {
    for (let i = 0; i < to; i++) {
      const token = this.#tokens[i];
      if (isLiteral(token)) {
        const { length } = bytesOf(token.literal);
        this.#code += `if(!(${literalTest(token.literal, 'p')}))break fail;p+=${length};\n`;
      } else this.#field(i, token.field);
    }
  }

  /** Blanks and a carriage return are allowed at the end. */
  #endOfLine(): void {
    this.#code += this.#endKnown
      ? 'if(p<e)break fail;\n'
      : 'if(n<0){while(b[p]===32||b[p]===13)p++;if(b[p]!==10)break fail;n=p}else if(p<e)break fail;\n';
  }

  /** Reads from the end of the line back to the text at `textAt`, which is what remains. */
  #backwards(textAt: number): void {
    this.#needEnd();
    this.#code += 'r=p;q=e;\n';
    for (let i = this.#tokens.length - 1; i > textAt; i--) {
      const token = this.#tokens[i];
      if (isLiteral(token)) {
        const { length } = bytesOf(token.literal);
        this.#code += `q-=${length};if(q<r||!(${literalTest(token.literal, 'q')})){p=q<r?r:q;break fail}\n`;
      } else this.#fieldBehindBlank(i, token.field);
    }
    this.#code += 'p=r;\n';
    const text = this.#tokens[textAt];
    if (!isLiteral(text) && text.field.kind === 'text' && text.field.never !== undefined) {
      this.#code += `${neverCode(text.field.never, 'r', 'q')}\n`;
    }
    if (this.#explain) this.#code += `spans.push({token:${textAt},from:r,to:q,digits:0,offsetMinutes:NaN});\n`;
  }

  /** Reads a field that ends at q. It starts behind the blank in front of it. */
  #fieldBehindBlank(index: number, field: Field): void {
    const before = this.#tokens[index - 1];
    const literal = isLiteral(before) ? bytesOf(before.literal) : new Uint8Array();
    const behindBlank = literal.length - 1 - literal.indexOf(32);
    this.#code += `z=q;while(q>r&&b[q-1]!==32)q--;q+=${behindBlank};p=q;if(q>z)break fail;\n`;
    this.#field(index, field);
    this.#code += 'if(p!==z)break fail;\n';
  }

  /** Values that follow from several fields. */
  #derived(): void {
    const kinds = kindsOf(this.#tokens);
    if (!kinds.has('request') && kinds.has('target')) this.#code += 'RT=joinRoute(b,v,ms,mt,us,ut);\n';
    if (hasLead(this.#tokens)) this.#code += 'if(L===L){T+=L;D-=L}else D=NaN;\n';
    if (kinds.has('until')) this.#code += 'D=U-T;\n';
    for (const { use, tickMicros } of collectedOf(this.#tokens))
      this.#code += use === 'taken' ? 'T=E;\n' : `if(E>=T&&E<T+${tickMicros})T=E;else break fail;\n`;
  }
}

const kindsOf = (tokens: readonly Token[]): ReadonlySet<Field['kind']> =>
  new Set(tokens.flatMap((token) => (isLiteral(token) ? [] : [token.field.kind])));

function generate(tokens: readonly Token[], columns: Columns, explain: boolean): Generated {
  const { code, literals, stamps } = new Body(tokens, columns, explain);
  const filled = filledColumns(tokens, columns);
  const arrays = [...filled.map(([, column]) => column), 'offset'];
  const memories = Object.entries(stamps).flatMap(([name, { kind, shape }]) =>
    kind === 'time' ? stampVariables(shape, Number(name.slice('stamp'.length))) : [],
  );
  const resets = [
    kindsOf(tokens).has('target') ? 'ms=mt=us=ut=0;' : '',
    hasLead(tokens) ? 'L=0;' : '',
    explain ? 'state.spans=[];const spans=state.spans;' : '',
  ];
  const source = `return function scan(b,v,pos,limit,rows,base){
const {${arrays.map((name) => `${name}:col_${name}`).join(',')}}=rows,capacity=rows.capacity;let row=rows.length;
let p=pos,c=0,s=0,t=0,k=0,w=0,g=0,x=0,e=0,n=0,q=0,r=0,z=0,o=0,h=0,L=0,U=0,E=0,ms=0,mt=0,us=0,ut=0,SW=0,SV=0;
let ${[...allColumns.map(([name, , unset]) => `${name}=${unset}`), ...memories].join(',')};
while(pos<limit&&row<capacity){fail:{
p=pos;n=-1;${resets.join('')}
${code}
${filled.map(([name, column]) => `col_${column}[row]=${name};`).join('')}col_offset[row]=base+pos;row++;pos=n+1;continue}
state.stop=p;break}
rows.length=row;return pos}`;
  return { source, literals, stamps };
}

/** Generated sources: one for each layout, choice of columns and way of scanning. */
const sources = new WeakMap<readonly Token[], Map<string, Generated>>();

function generated(tokens: readonly Token[], columns: Columns, explain: boolean): Generated {
  const known = sources.get(tokens) ?? new Map<string, Generated>();
  sources.set(tokens, known);
  const key = `${explain} ${columns.time} ${columns.duration}`;
  const source = known.get(key) ?? generate(tokens, columns, explain);
  known.set(key, source);
  return source;
}

/** Functions made from the same source share their optimised code. There are few layouts, so all are kept. */
type Factory = (...scope: unknown[]) => Scanner;
const factories = new Map<string, Factory>();

export function compileTokens(
  tokens: readonly Token[],
  columns: Columns,
  runtime: Runtime,
  { explain = false, zone }: CompileOptions,
): Scanner {
  const { source, literals, stamps } = generated(tokens, columns, explain);
  const { cursor, state, recentRoutes, route, worker, pidValues, pidIds, thread, client, request, joinRoute } = runtime;
  const { arrival, spent } = runtime;
  const readers = Object.fromEntries(
    // An envelope's stamp is in the input's zone, not in that of the lines inside.
    Object.entries(stamps).map(([name, { kind, shape }]) => [
      name,
      runtime.stamp(shape, kind === 'collected' ? undefined : zone),
    ]),
  );
  const scope = {
    cursor,
    state,
    recentRoutes,
    route,
    worker,
    pidValues,
    pidIds,
    thread,
    client,
    request,
    joinRoute,
    arrival,
    spent,
    ...literals,
    ...readers,
  };
  const factory = factories.get(source) ?? (new Function(...Object.keys(scope), source) as Factory);
  factories.set(source, factory);
  return factory(...Object.values(scope));
}
