/**
 * Compiles a layout into a scanner: a generated function that reads lines and writes rows. Fields are read from left to
 * right up to the last free text; what follows that text is read from the end of the line backwards, so that quotes and
 * blanks inside a user agent cannot shift the fields behind it.
 */
import type { RequestBatch } from '../../core/batch.ts';
import type { Field } from '../../core/format.ts';
import type { Columns } from './columns.ts';
import { bytesOf, endCode, fieldCode, literalTest, nextClass, stampVariables } from './emit.ts';
import { isLiteral, type Token } from './layout.ts';
import type { CompileOptions } from './recipe.ts';
import type { Runtime } from './runtime.ts';

/**
 * Reads whole lines of b[pos, limit) into `rows` until one is refused, the batch is full or the limit is reached; returns
 * the start of the first line not taken. `base` + position is the offset of a line in its input. After a refusal
 * `runtime.state.stop` is where the line and the layout parted.
 */
export type Scanner = (b: Buffer, v: DataView, pos: number, limit: number, rows: RequestBatch, base: number) => number;

/** Fields whose text cannot hold a blank: their start is found by going back to the blank in front. */
const reversible = new Set<Field['kind']>([
  'duration',
  'wait',
  'lead',
  'number',
  'bytes',
  'pid',
  'status',
  'word',
  'worker',
  'thread',
  'level',
  'arrival',
]);

/** Index of the token behind which the line is read backwards; -1: it is read forwards to its end. */
function lastText(tokens: readonly Token[]): number {
  const index = tokens.findLastIndex((token) => !isLiteral(token) && token.field.kind === 'text');
  if (index < 0) return -1;
  for (let i = index + 1; i < tokens.length; i++) {
    const token = tokens[i];
    if (isLiteral(token)) continue;
    const before = tokens[i - 1];
    const blanksBefore = isLiteral(before) ? [...before.literal].filter((c) => c === ' ').length : 0;
    if (!reversible.has(token.field.kind) || blanksBefore !== 1) return -1;
  }
  return index;
}

const columnsOf = [
  ['T', 'time', 'NaN'],
  ['D', 'duration', 'NaN'],
  ['W', 'wait', 'NaN'],
  ['A', 'arrival', 'NaN'],
  ['WK', 'worker', '-1'],
  ['TH', 'thread', '-1'],
  ['RT', 'route', '-1'],
  ['CL', 'client', '0'],
  ['ST', 'status', '0'],
  ['BY', 'bytes', 'NaN'],
] as const;

interface Generated {
  readonly source: string;
  readonly literals: Record<string, Uint8Array>;
  readonly stamps: Record<string, Extract<Field, { kind: 'time' | 'until' | 'collected' }>>;
}

function generate(tokens: readonly Token[], columns: Columns, explain: boolean): Generated {
  const literals: Generated['literals'] = {};
  const stamps: Generated['stamps'] = {};
  const kinds = new Set(tokens.map((token) => (isLiteral(token) ? null : token.field.kind)));
  const textAt = lastText(tokens);
  let code = '';
  let endKnown = false;
  const needEnd = () => {
    if (!endKnown) code += endCode;
    endKnown = true;
  };
  const contextOf = (index: number) => {
    const next = tokens[index + 1];
    const after = isLiteral(next) ? next.literal : '';
    const follower = isLiteral(next) ? tokens[index + 2] : next;
    return {
      after,
      next: follower && !isLiteral(follower) ? nextClass(follower.field) : 0,
      used: columns.time === index || columns.duration.includes(index),
      firstPart: columns.duration[0] === index,
      index,
    };
  };
  const emitField = (index: number, field: Field) => {
    if (field.kind === 'time' || field.kind === 'until' || field.kind === 'collected') stamps[`stamp${index}`] = field;
    if (field.kind === 'request') literals[`after${index}`] = bytesOf(contextOf(index).after);
    const { code: body, needsEnd } = fieldCode(field, contextOf(index));
    if (needsEnd) needEnd();
    code += explain
      ? `h=p;${body}spans.push({token:${index},from:h,to:p,digits:cursor.digits,offsetMinutes:cursor.offsetMinutes});\n`
      : body;
  };
  const emitForwards = (index: number) => {
    const token = tokens[index];
    if (isLiteral(token)) {
      const { length } = bytesOf(token.literal);
      code += `if(!(${literalTest(token.literal, 'p')}))break fail;p+=${length};\n`;
    } else emitField(index, token.field);
  };

  const forwardsTo = textAt < 0 ? tokens.length : textAt;
  for (let i = 0; i < forwardsTo; i++) emitForwards(i);
  if (textAt < 0) {
    // At the end of the line: blanks and a carriage return are let through.
    code += endKnown
      ? 'if(p<e)break fail;\n'
      : 'if(n<0){while(b[p]===32||b[p]===13)p++;if(b[p]!==10)break fail;n=p}else if(p<e)break fail;\n';
  } else {
    needEnd();
    code += 'r=p;q=e;\n';
    for (let i = tokens.length - 1; i > textAt; i--) {
      const token = tokens[i];
      if (isLiteral(token)) {
        const { length } = bytesOf(token.literal);
        code += `q-=${length};if(q<r||!(${literalTest(token.literal, 'q')})){p=q<r?r:q;break fail}\n`;
        continue;
      }
      const before = tokens[i - 1];
      const literal = isLiteral(before) ? bytesOf(before.literal) : new Uint8Array();
      const behindBlank = literal.length - 1 - literal.indexOf(32);
      code += `z=q;while(q>r&&b[q-1]!==32)q--;q+=${behindBlank};p=q;if(q>z)break fail;\n`;
      emitField(i, token.field);
      code += 'if(p!==z)break fail;\n';
    }
    code += 'p=r;\n';
    const text = tokens[textAt];
    if (!isLiteral(text) && text.field.kind === 'text' && text.field.never !== undefined) {
      const { length } = bytesOf(text.field.never);
      code += `if(q-r===${length}&&${literalTest(text.field.never, 'r')})break fail;\n`;
    }
    if (explain) code += `spans.push({token:${textAt},from:r,to:q,digits:0,offsetMinutes:NaN});\n`;
  }

  const hasRequest = kinds.has('request');
  if (!hasRequest && kinds.has('target')) code += 'RT=joinRoute(b,v,ms,mt,us,ut);\n';
  const leads =
    kinds.has('lead') || tokens.some((token) => !isLiteral(token) && token.field.kind === 'wait' && token.field.before);
  if (leads) {
    code += 'if(L===L){T+=L;D-=L}else D=NaN;\n';
  }
  if (kinds.has('until')) code += 'D=U-T;\n';
  const collected = tokens.flatMap((token) =>
    !isLiteral(token) && token.field.kind === 'collected' && token.field.use !== 'ignored' ? [token.field] : [],
  );
  for (const { use, tickMicros } of collected) {
    code += use === 'taken' ? 'T=E;\n' : `if(E>=T&&E<T+${tickMicros})T=E;else break fail;\n`;
  }
  const filled = columnsOf.filter(([, column]) => {
    switch (column) {
      case 'time':
        return columns.time >= 0 || collected.length > 0;
      case 'duration':
        return columns.fields.duration;
      case 'wait':
      case 'arrival':
      case 'client':
      case 'thread':
      case 'bytes':
        return kinds.has(column);
      case 'worker':
        return kinds.has('pid') || kinds.has('worker');
      case 'status':
        return kinds.has('status') || kinds.has('status-phrase');
      case 'route':
        return hasRequest || kinds.has('target');
      default:
        return false;
    }
  });
  const arrays = [...filled.map(([, column]) => column), 'offset'];
  const memories = Object.entries(stamps).flatMap(([name, { kind, shape }]) =>
    kind === 'time' ? stampVariables(shape, Number(name.slice('stamp'.length))) : [],
  );
  const source = `return function scan(b,v,pos,limit,rows,base){
const {${arrays.map((name) => `${name}:col_${name}`).join(',')}}=rows,capacity=rows.capacity;let row=rows.length;
let p=pos,c=0,s=0,t=0,k=0,w=0,g=0,x=0,e=0,n=0,q=0,r=0,z=0,o=0,h=0,L=0,U=0,E=0,ms=0,mt=0,us=0,ut=0,SW=0,SV=0;
let ${[...columnsOf.map(([name, , unset]) => `${name}=${unset}`), ...memories].join(',')};
while(pos<limit&&row<capacity){fail:{
p=pos;n=-1;${kinds.has('target') ? 'ms=mt=us=ut=0;' : ''}${leads ? 'L=0;' : ''}${explain ? 'state.spans=[];const spans=state.spans;' : ''}
${code}
${filled.map(([name, column]) => `col_${column}[row]=${name};`).join('')}col_offset[row]=base+pos;row++;pos=n+1;continue}
state.stop=p;break}
rows.length=row;return pos}`;
  return { source, literals, stamps };
}

/** Sources are made once per layout, choice of columns and way of scanning. */
const sources = new WeakMap<readonly Token[], Map<string, Generated>>();

function generated(tokens: readonly Token[], columns: Columns, explain: boolean): Generated {
  const known = sources.get(tokens) ?? new Map<string, Generated>();
  sources.set(tokens, known);
  const key = `${explain} ${columns.time} ${columns.duration}`;
  const source = known.get(key) ?? generate(tokens, columns, explain);
  known.set(key, source);
  return source;
}

/** Functions made of the same source share their optimised code; layouts are few. */
type Factory = (...scope: unknown[]) => Scanner;
const factories = new Map<string, Factory>();

export function compileTokens(
  tokens: readonly Token[],
  columns: Columns,
  runtime: Runtime,
  { explain = false, zone }: CompileOptions,
): Scanner {
  const { source, literals, stamps } = generated(tokens, columns, explain);
  const { cursor, state, recentRoutes, route, worker, pidValues, pidIds, thread, client, request, joinRoute, arrival } =
    runtime;
  const readers = Object.fromEntries(
    // The zone of an envelope's stamp is not that of the lines inside.
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
    ...literals,
    ...readers,
  };
  const factory = factories.get(source) ?? (new Function(...Object.keys(scope), source) as Factory);
  factories.set(source, factory);
  return factory(...Object.values(scope));
}
