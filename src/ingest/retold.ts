/**
 * Requests that two kinds of lines show: an application logs what its server logs, too ("request_finished" beside the access log), or a
 * proxy stands in front of the server (`docker compose logs`). So that they are not counted twice, the kind of lines with less information
 * gives no rows.
 */
import type { Dictionary } from '../core/dictionary.ts';
import { printable } from '../core/text.ts';
import { columnsOf } from './compile/recipe.ts';
import type { Trials } from './detect/sample.ts';
import type { Sighting } from './sightings.ts';

/** A line about a request. */
export interface Telling {
  /** Line number in the input. */
  readonly number: number;
  /**
   * Which container or machine wrote it. The stream does not matter: a server may write to standard output and its application to standard
   * error.
   */
  readonly host: number;
  /** Route and status. */
  readonly key: string;
}

/** Most characters of the name of a container in a sentence. */
const MAX_NAME = 60;
/** Fewer lines than this, or fewer different requests, may match by chance. */
const MIN_LINES = 5;
const MIN_KEYS = 2;
/** Most lines between the two lines of a request: of other requests, or of a traceback. */
const MAX_DISTANCE = 40;
const MOST = 0.8;

/** A route without characters that may be written in two ways. */
const plain = /^[A-Z]* ?[!#$&-[\]-~]*$/;

/** The route up to the first character that may be written in two ways, as one kind of line may decode the path and the other not. */
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

/**
 * A pair: `partner` is the line of `all`, and `nearer` the number of lines of `all` nearer to the line of `some`. By chance, that would be
 * about the number of different keys.
 */
interface Met {
  readonly partner: Telling;
  readonly nearer: number;
}

/** In real pairs, partners are much nearer: `nearer` is less than this share of what it would be by chance. */
const MOST_OF_CHANCE = 0.3;

/** How many lines (in order) have a number from `low` to `high`. */
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

/** Whether the lines of `all` include nearly every request of the lines of `some`. Both in the order of the input. */
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
  // There are about as many lines of one kind as of the other, so these are pairs.
  const [first, last] = [some[0].number - MAX_DISTANCE, some[some.length - 1].number + MAX_DISTANCE];
  return some.length >= MOST * countBetween(all, first, last) || areNearer(all, met);
}

/** Whether partners are nearer to each other than lines of the same request would be by chance. */
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

/** How much information the lines have. */
const wealth = ({ found }: Sighting): number => {
  const { fields } = columnsOf(found.candidate.recipe, 'end');
  return [fields.time, fields.duration, fields.worker, fields.wait, fields.thread].filter((one) => one).length;
};

/**
 * The envelopes that collectors put around both kinds. Colour, rich, a record or the stamp of a logger do not count, as only one of the two
 * may be written with them.
 */
const undrawn = (chain: string): string => chain.replace(/(^|\+)(?:ansi|console|stamped|json)(?=\+|$)/g, '');

/** Usual names of the containers of proxies. */
const proxyName = /nginx|proxy|traefik|caddy|envoy|ingress|balancer|(^|[-_/])lb([-_/]|$)/i;

const isProxy = ({ found }: Sighting): boolean => found.candidate.format.proxy === true;

/** Whether one is a proxy's and the other a server's. */
export const areApart = (one: Sighting, other: Sighting): boolean => isProxy(one) !== isProxy(other);

/** What is said about lines that repeat requests of other lines. */
export function retoldSentence(poor: Sighting, rich: Sighting): string {
  const nameOf = ({ found: { candidate } }: Sighting) => `${candidate.format.id} (${candidate.layout})`;
  const counted = areApart(poor, rich) ? 'they are not counted' : 'they are counted where those tell of none';
  return `lines of ${nameOf(poor)} tell of the requests that lines of ${nameOf(rich)} tell of: ${counted}`;
}

/** The same about lines of one kind that a proxy with this name wrote. */
export const hostSentence = (name: string): string =>
  `lines of "${printable(name, MAX_NAME)}" tell of the requests that lines of the others tell of: they are not counted`;

export class Retold {
  readonly #trials: Trials;
  readonly #routes: Dictionary;

  /** @param routes names of the routes that the trials give */
  constructor(trials: Trials, routes: Dictionary) {
    this.#trials = trials;
    this.#routes = routes;
  }

  /**
   * For each kind of lines that repeats the requests of a kind with more information: that other kind.
   * @param isHalf another kind of lines is about the beginning of its requests
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

  /** Of a proxy and the server behind it, the proxy's answers of its own are no requests to the server. */
  retells(poor: Sighting, rich: Sighting): boolean {
    if (undrawn(poor.chain) !== undrawn(rich.chain)) return false;
    const apart = areApart(poor, rich);
    const told = this.#tellings(rich, apart);
    const again = this.#tellings(poor, apart);
    if (apart) return tellsOfAll(told, again) || (isProxy(poor) && tellsOfAll(again, told));
    // What a middleware omits or never sees, it always omits: only requests that both kinds show decide.
    const keys = new Set(told.map(({ key }) => key));
    return tellsOfAll(
      told,
      again.filter(({ key }) => keys.has(key)),
    );
  }

  /**
   * Of lines of one kind, written by several containers: the hosts with a proxy's name whose lines repeat requests of the others. (Replicas
   * of a server share routes, but have requests of their own.)
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

  /** @param apart the lines are written by two servers, each in a container of its own */
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
