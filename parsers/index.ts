/** All formats in the order of detection: if two take the same lines, the earlier one is named. */
import type { LogFormat } from '../src/core/format.ts';
import aiohttp from './aiohttp.ts';
import akamai from './akamai.ts';
import alb from './alb.ts';
import apache from './apache.ts';
import article from './article.ts';
import caddy from './caddy.ts';
import cherrypy from './cherrypy.ts';
import ckan from './ckan.ts';
import cloudfront from './cloudfront.ts';
import combined from './combined.ts';
import custom from './custom.ts';
import daphne from './daphne.ts';
import django from './django.ts';
import envoy from './envoy.ts';
import eventlet from './eventlet.ts';
import frameworks from './frameworks.ts';
import gevent from './gevent.ts';
import gin from './gin.ts';
import granian from './granian.ts';
import gunicorn from './gunicorn.ts';
import haproxy from './haproxy.ts';
import heroku from './heroku.ts';
import hypercorn from './hypercorn.ts';
import json from './json.ts';
import kong from './kong.ts';
import lighttpd from './lighttpd.ts';
import logfmt from './logfmt.ts';
import nginx from './nginx.ts';
import odoo from './odoo.ts';
import render from './render.ts';
import sanic from './sanic.ts';
import squid from './squid.ts';
import supervisor from './supervisor.ts';
import tornado from './tornado.ts';
import traefik from './traefik.ts';
import twisted from './twisted.ts';
import uvicorn from './uvicorn.ts';
import uvicornWorker from './uvicorn-worker.ts';
import uwsgi from './uwsgi.ts';
import varnish from './varnish.ts';
import w3c from './w3c.ts';
import waitress from './waitress.ts';
import werkzeug from './werkzeug.ts';
import wsgiref from './wsgiref.ts';

export const formats: readonly LogFormat[] = [
  cherrypy,
  daphne,
  combined,
  gunicorn,
  uvicorn,
  uvicornWorker,
  hypercorn,
  waitress,
  uwsgi,
  granian,
  aiohttp,
  sanic,
  tornado,
  ckan,
  odoo,
  werkzeug,
  wsgiref,
  eventlet,
  gevent,
  twisted,
  django,
  nginx,
  apache,
  lighttpd,
  haproxy,
  caddy,
  kong,
  traefik,
  envoy,
  alb,
  akamai,
  cloudfront,
  w3c,
  squid,
  varnish,
  render,
  heroku,
  supervisor,
  gin,
  frameworks,
  article,
  json,
  logfmt,
  custom,
];
