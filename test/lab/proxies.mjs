/**
 * Proxies that the lab can put in front of a server: their configuration, and the name of the log that they write.
 * nginx and HAProxy must be on the PATH. An entry takes {port, upstream, slots, folder}: where it listens, where the
 * server listens, how many requests at once the server can take.
 */

/** Combined, with the times that nginx measured appended. */
const NGINX_FORMAT =
  '$remote_addr - - [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" ' +
  'rt=$request_time urt=$upstream_response_time uct=$upstream_connect_time uht=$upstream_header_time';

export const proxies = {
  nginx: ({ port, upstream, folder }) => ({
    command: ['nginx', '-p', folder, '-c', 'nginx.conf', '-g', 'daemon off;'],
    log: 'nginx-access.log',
    files: {
      'nginx.conf': `
worker_processes 1;
pid nginx.pid;
error_log nginx-error.log;
events { worker_connections 4096; }
http {
  log_format timed '${NGINX_FORMAT}';
  access_log nginx-access.log timed;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_set_header X-Request-Start "t=$msec";
    }
  }
}
`,
    },
  }),
  // One connection per slot: the queue stands in HAProxy, which measures it (Tw, the second of its five times).
  haproxy: ({ port, upstream, slots }) => ({
    command: ['haproxy', '-db', '-f', 'haproxy.cfg'],
    log: 'haproxy.log',
    output: 'haproxy.log',
    files: {
      'haproxy.cfg': `
global
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  option dontlognull
  timeout connect 5s
  timeout client 300s
  timeout server 300s
  timeout queue 300s
frontend web
  bind 127.0.0.1:${port}
  default_backend app
backend app
  option httpclose
  server web1 127.0.0.1:${upstream} maxconn ${slots}
`,
    },
  }),
};
