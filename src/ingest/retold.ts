/**
 * Requests that two kinds of lines tell of: an application that logs what its server logs, too ("request_finished" beside the
 * access log), or a proxy in front of the server (`docker compose logs`). Counted twice they would be twice as many: the lines that
 * tell less give no rows.
 */
import type { Dictionary } from '../core/dictionary.ts';
import { printable } from '../core/text.ts';
import { columnsOf } from './compile/recipe.ts';
import type { Trials } from './detect/sample.ts';
import type { Sighting } from './sightings.ts';

/** A line that tells of a request. */
export interface Telling {
  /** Line number in the input. */
  readonly number: number;
  /** Which container or machine wrote it: a server writes its own lines to standard output, its application's go to standard error. */
  readonly host: number;
  /** Route and status. */
  readonly key: string;
}

/** Characters of the name of a container in a sentence. */
const MAX_NAME = 60;
/** Fewer lines than this, or all of one request, may meet by chance. */
const MIN_LINES = 5;
const MIN_KEYS = 2;
/** Lines that may stand between the two: of other requests, of a traceback. */
const MAX_DISTANCE = 40;
const MOST = 0.8;

/** Nothing in it is written in two ways. */
const plain = /^[A-Z]* ?[!#$&-[\]-~]*$/;

/** The same path may be written decoded by one and not by the other: up to what may be written in two ways. */
export function alikeRoute(route: string): string {
  if (plain.test(route)) return route;
  let decoded = route;
  try {
    decoded = decodeURIComponent(route);
  } catch {
    decoded = route.replace(/%.*$/, '');
  }
  return /^[A-Z]* ?[!#-[\]-~]*/.exec(decoded)?.[0] ?? '';
}

/** A line of `all`, and how many lines of it stand nearer to one of `some` than its partner does: by chance as many as it has keys. */
interface Met {
  readonly partner: Telling;
  readonly nearer: number;
}

/** Far fewer lines meet others of the same request by chance, among the many that stand near. */
const MOST_OF_CHANCE = 0.3;

/** How many of the lines (in order) have a number from `low` to `high`. */
function countBetween(lines: readonly Telling[], low: number, high: number): number {
  const below = (number: number) => {
    let [from, to] = [0, lines.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (lines[middle].number < number) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  return below(high + 1) - below(low);
}

/** Do lines of `all` tell of nearly every request that lines of `some` tell of? Both in the order of the input. */
function tellsOfAll(all: readonly Telling[], some: readonly Telling[]): boolean {
  if (some.length < MIN_LINES || new Set(some.map(({ key }) => key)).size < MIN_KEYS) return false;
  const waiting = new Map<string, Telling[]>();
  let next = 0;
  const met: Met[] = [];
  for (const line of some) {
    for (; next < all.length && all[next].number <= line.number + MAX_DISTANCE; next++) {
      const { key } = all[next];
      waiting.set(key, [...(waiting.get(key) ?? []), all[next]]);
    }
    const near = (waiting.get(line.key) ?? []).filter(({ number }) => number >= line.number - MAX_DISTANCE);
    const at = near.findIndex(({ host }) => host === line.host);
    if (at >= 0) {
      const [partner] = near.splice(at, 1);
      const distance = Math.abs(partner.number - line.number);
      met.push({ partner, nearer: countBetween(all, line.number - distance + 1, line.number + distance - 1) });
    }
    waiting.set(line.key, near);
  }
  if (met.length < MOST * some.length) return false;
  // As many of the one kind as of the other: they are pairs.
  const [first, last] = [some[0].number - MAX_DISTANCE, some[some.length - 1].number + MAX_DISTANCE];
  return some.length >= MOST * countBetween(all, first, last) || areNearer(all, met);
}

/** Do the partners stand nearer than lines of the same request would by chance? */
function areNearer(all: readonly Telling[], met: readonly Met[]): boolean {
  const counts = new Map<string, number>();
  for (const { key } of all) counts.set(key, (counts.get(key) ?? 0) + 1);
  let nearer = 0;
  let byChance = 0;
  for (const one of met) {
    nearer += one.nearer;
    byChance += all.length / (counts.get(one.partner.key) ?? 1) - 1;
  }
  return nearer <= MOST_OF_CHANCE * byChance;
}

/** How much its lines tell. */
const wealth = ({ found }: Sighting): number => {
  const { fields } = columnsOf(found.candidate.recipe, 'end');
  return [fields.time, fields.duration, fields.worker, fields.wait, fields.thread].filter((one) => one).length;
};

/**
 * One of the two may be written in colour, by rich, or in a record or behind a stamp of its logger's: what collects lines puts that around
 * both.
 */
const undrawn = (chain: string): string => chain.replace(/(^|\+)(?:ansi|console|stamped|json)(?=\+|$)/g, '');

/** What people call the container of a proxy. */
const proxyName = /nginx|proxy|traefik|caddy|envoy|ingress|balancer|(^|[-_/])lb([-_/]|$)/i;

const isProxy = ({ found }: Sighting): boolean => found.candidate.format.proxy === true;

/** A proxy and the server behind it. */
export const areApart = (one: Sighting, other: Sighting): boolean => isProxy(one) !== isProxy(other);

/** What is said of lines that tell of the requests that others tell of. */
export function retoldSentence(poor: Sighting, rich: Sighting): string {
  const nameOf = ({ found: { candidate } }: Sighting) => `${candidate.format.id} (${candidate.layout})`;
  const counted = areApart(poor, rich) ? 'they are not counted' : 'they are counted where those tell of none';
  return `lines of ${nameOf(poor)} tell of the requests that lines of ${nameOf(rich)} tell of: ${counted}`;
}

/** The same of lines of one kind that a proxy of that name wrote. */
export const hostSentence = (name: string): string =>
  `lines of "${printable(name, MAX_NAME)}" tell of the requests that lines of the others tell of: they are not counted`;

export class Retold {
  readonly #trials: Trials;
  readonly #routes: Dictionary;

  /** @param routes names of the routes that trials give */
  constructor(trials: Trials, routes: Dictionary) {
    this.#trials = trials;
    this.#routes = routes;
  }

  /**
   * Of two kinds of lines that tell of the same requests the one that tells less, and the other one.
   * @param isHalf another kind of lines tells how its requests began
   */
  among(sightings: readonly Sighting[], isHalf: (sighting: Sighting) => boolean): Map<Sighting, Sighting> {
    const again = new Map<Sighting, Sighting>();
    const told = (sighting: Sighting) => wealth(sighting) + (isHalf(sighting) ? 2 : 0);
    const byWealth = [...sightings].sort((a, b) => told(b) - told(a) || Number(isProxy(a)) - Number(isProxy(b)));
    byWealth.forEach((rich, i) => {
      if (again.has(rich)) return;
      for (const poor of byWealth.slice(i + 1)) if (this.retells(poor, rich)) again.set(poor, rich);
    });
    return again;
  }

  /** Of a proxy and the server behind it, what the proxy answers by itself is no request of the server. */
  retells(poor: Sighting, rich: Sighting): boolean {
    if (undrawn(poor.chain) !== undrawn(rich.chain)) return false;
    const apart = areApart(poor, rich);
    const told = this.#tellings(rich, apart);
    const again = this.#tellings(poor, apart);
    if (apart) return tellsOfAll(told, again) || (isProxy(poor) && tellsOfAll(again, told));
    // What a middleware leaves out, or never gets to see, it leaves out always: the others decide.
    const keys = new Set(told.map(({ key }) => key));
    return tellsOfAll(
      told,
      again.filter(({ key }) => keys.has(key)),
    );
  }

  /**
   * Of lines of one kind, written by several containers: those that are called a proxy and tell of the requests that the others
   * tell of. (Replicas of a server have the same routes, and requests of their own.)
   */
  proxies({ lines, found, sample, chain }: Sighting, hostName: (host: number) => string): Set<number> {
    const hosts = [...new Set(lines.map(({ variant }) => variant.host))].filter((host) => host > 0);
    const proxies = new Set(hosts.filter((host) => proxyName.test(hostName(host))));
    const tellingsOf = (test: (host: number) => boolean) =>
      this.#tellings({ lines: lines.filter(({ variant }) => test(variant.host)), found, sample, chain }, true);
    const told = tellingsOf((host) => !proxies.has(host));
    for (const proxy of proxies) {
      const again = tellingsOf((host) => host === proxy);
      if (!tellsOfAll(told, again) && !tellsOfAll(again, told)) proxies.delete(proxy);
    }
    return proxies;
  }

  /** @param apart written by two servers, each in a container of its own */
  #tellings({ found, sample, lines }: Sighting, apart: boolean): Telling[] {
    const { batch } = this.#trials;
    const names = new Map<number, string>();
    const nameOf = (route: number): string => {
      const name = names.get(route) ?? (route < 0 ? '' : alikeRoute(this.#routes.text(route)));
      names.set(route, name);
      return name;
    };
    return lines.map(({ line: { number }, variant }) => {
      this.#trials.takes(found.candidate.recipe, sample, variant.start);
      return { number, host: apart ? 0 : variant.host, key: `${nameOf(batch.route[0])} ${batch.status[0]}` };
    });
  }
}
