/** The panels. To add one: a file in this folder, a line here. Tabs are in the order of their number keys. */
import type { Panel } from '../panel.ts';
import findings from './findings.ts';
import header from './header.ts';
import heatMap from './heat-map.ts';
import lanes from './lanes.ts';
import log from './log.ts';
import pool from './pool.ts';
import queue from './queue.ts';
import request from './request.ts';
import requests from './requests.ts';
import routes from './routes.ts';
import status from './status.ts';
import transport from './transport.ts';
import verdict from './verdict.ts';
import whatIf from './what-if.ts';
import workers from './workers.ts';

export const panels: readonly Panel[] = [
  header,
  verdict,
  queue,
  lanes,
  pool,
  findings,
  routes,
  workers,
  requests,
  heatMap,
  whatIf,
  log,
  request,
  transport,
  status,
];

export const tabs: readonly Panel[] = panels.filter(({ place }) => place === 'tab');

export const panelById = (id: string): Panel | undefined => panels.find((panel) => panel.id === id);
