"""The instrumented application of the lab, as WSGI (`wsgi`) and as ASGI (`asgi`): it does the work that a request asks
for and notes, to the microsecond, when it began and when it ended.

The request says what to do in the header `X-Lab: id;mode;seconds;count;status;bytes` (bytes: of the answer, 0 for the usual one):
    sleep        waits without holding a core (time.sleep under WSGI, asyncio.sleep under ASGI)
    async        the same through asyncio under WSGI too: an async view on a synchronous server
    sequential   `count` sub-tasks of `seconds`, one after the other
    gather       `count` sub-tasks of `seconds`, at once
    block        time.sleep, under ASGI too: it holds the event loop
    cpu          burns `seconds` of processor time
    database     waits for `seconds` of work on one backend that all processes share, in slices that take turns
With $LAB_COLD the first request of every process takes that many seconds longer.
The notes are lines of JSON appended to $LAB_RECORD; with $LAB_ARTICLE every request also writes the line
`[2024-10-29 17:04:15] [pid-8712] GET /io` there when it ends.
"""

import asyncio
import fcntl
import os
import threading
import time

RECORD = os.environ["LAB_RECORD"]
ARTICLE = os.environ.get("LAB_ARTICLE")
REASONS = {200: "OK", 404: "Not Found", 500: "Internal Server Error", 503: "Service Unavailable"}
PAYLOAD = b"hello, world"
FILES = {}
COLD = float(os.environ.get("LAB_COLD", 0))
WARM = set()
SLICE = 0.005


def append(path, text):
    # One write of a short line to a file opened for appending is not torn by other processes.
    key = (os.getpid(), path)
    if key not in FILES:
        FILES[key] = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(FILES[key], text.encode())


def note_start(job, thread):
    append(RECORD, '{"id":%s,"start":%.6f,"pid":%d,"thread":%d}\n' % (job[0], time.time(), os.getpid(), thread))


def note_end(job, method, path):
    append(RECORD, '{"id":%s,"end":%.6f}\n' % (job[0], time.time()))
    if ARTICLE:
        append(ARTICLE, time.strftime("[%Y-%m-%d %H:%M:%S]") + " [pid-%d] %s %s\n" % (os.getpid(), method, path))


def job_of(header):
    identity, mode, seconds, count, status, size = header.split(";")
    body = b"x" * int(size) if int(size) else PAYLOAD
    return int(identity), mode, float(seconds), int(count), int(status), body


def cold():
    """Seconds that the first request of this process takes longer."""
    if os.getpid() in WARM:
        return 0
    WARM.add(os.getpid())
    return COLD


def burn(seconds):
    # Processor time of this thread: threads that share the GIL take longer on the clock, as real work does.
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        sum(range(200))


def ask_database(seconds):
    # A slice for one, then for the next: n requests at once each progress at an n-th of the speed.
    left = seconds
    with open(os.path.join(os.path.dirname(RECORD), "database.lock"), "w") as backend:
        while left > 0:
            fcntl.flock(backend, fcntl.LOCK_EX)
            time.sleep(min(SLICE, left))
            fcntl.flock(backend, fcntl.LOCK_UN)
            # Without this the one who has just let go would mostly be first again.
            time.sleep(SLICE / 50)
            left -= SLICE


async def wait_async(mode, seconds, count):
    if mode == "gather":
        await asyncio.gather(*(asyncio.sleep(seconds) for _ in range(count)))
        return
    for _ in range(count):
        await asyncio.sleep(seconds)


def work_sync(job):
    _, mode, seconds, count, *_ = job
    time.sleep(cold())
    if mode in ("async", "gather"):
        asyncio.run(wait_async(mode, seconds, count))
    elif mode == "cpu":
        burn(seconds)
    elif mode == "database":
        ask_database(seconds)
    else:
        for _ in range(count):
            time.sleep(seconds)


async def work_async(job):
    _, mode, seconds, count, *_ = job
    if mode == "block":
        time.sleep(seconds)
    elif mode == "cpu":
        burn(seconds)
    else:
        await wait_async(mode, seconds, count)


def wsgi(environ, start_response):
    job = job_of(environ["HTTP_X_LAB"])
    note_start(job, threading.get_ident())
    work_sync(job)
    start_response(
        "%d %s" % (job[4], REASONS[job[4]]),
        [("Content-Type", "text/plain"), ("Content-Length", str(len(job[5])))],
    )
    note_end(job, environ["REQUEST_METHOD"], environ["PATH_INFO"])
    return [job[5]]


async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    job = job_of(dict(scope["headers"])[b"x-lab"].decode())
    _, _, _, _, status, body = job
    await asyncio.sleep(cold())
    note_start(job, 0)
    await work_async(job)
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    note_end(job, scope["method"], scope["path"])
    await send({"type": "http.response.body", "body": body})


def serve_waitress(port, threads):
    import logging

    from paste.translogger import TransLogger
    from waitress import serve

    # TransLogger's own handler writes to standard output; the line alone, as its documentation shows it.
    logger = logging.getLogger("wsgi")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    handler = logging.FileHandler("access.log")
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.addHandler(handler)
    logging.basicConfig()
    serve(TransLogger(wsgi, logger=logger, setup_console_handler=False), host="127.0.0.1", port=port, threads=threads)


def serve_flask(port, _):
    import flask

    app = flask.Flask("lab")
    app.wsgi_app = wsgi
    app.run(port=port)


def serve_gevent(port, _):
    from gevent import monkey, pywsgi

    monkey.patch_all()
    with open("access.log", "a", buffering=1) as log:
        pywsgi.WSGIServer(("127.0.0.1", port), wsgi, log=log).serve_forever()


def serve_cherrypy(port, threads):
    import cherrypy

    cherrypy.config.update(
        {
            "server.socket_host": "127.0.0.1",
            "server.socket_port": port,
            "server.thread_pool": threads,
            "server.socket_queue_size": 1024,
            "engine.autoreload.on": False,
            "log.screen": False,
            "log.access_file": "access.log",
        }
    )

    class Lab:
        @cherrypy.expose
        def default(self, *path, **query):
            job = job_of(cherrypy.request.headers["X-Lab"])
            note_start(job, threading.get_ident())
            work_sync(job)
            cherrypy.response.status = job[4]
            note_end(job, cherrypy.request.method, cherrypy.request.path_info)
            return job[5]

    cherrypy.quickstart(Lab())


def serve_aiohttp(port, _):
    import logging

    from aiohttp import web

    logger = logging.getLogger("aiohttp.access")
    logger.setLevel(logging.INFO)
    handler = logging.FileHandler("access.log")
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.addHandler(handler)

    async def view(request):
        job = job_of(request.headers["X-Lab"])
        note_start(job, 0)
        await work_async(job)
        note_end(job, request.method, request.path)
        return web.Response(status=job[4], body=job[5])

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", view)
    web.run_app(app, host="127.0.0.1", port=port, print=None)


def serve_tornado(port, _):
    from tornado import ioloop, web
    from tornado.options import parse_command_line

    parse_command_line(["lab", "--logging=info", "--log-file-prefix=access.log"])

    class View(web.RequestHandler):
        async def get(self, *_):
            job = job_of(self.request.headers["X-Lab"])
            note_start(job, 0)
            await work_async(job)
            self.set_status(job[4])
            note_end(job, self.request.method, self.request.path)
            self.write(job[5])

    web.Application([(r"/.*", View)]).listen(port, "127.0.0.1")
    ioloop.IOLoop.current().start()


def sanic_app():
    import sanic

    app = sanic.Sanic("lab")

    @app.get("/<path:path>")
    async def view(request, path):
        job = job_of(request.headers["X-Lab"])
        note_start(job, 0)
        await work_async(job)
        note_end(job, request.method, request.path)
        return sanic.response.raw(job[5], status=job[4])

    return app


append(RECORD, '{"boot":%d}\n' % os.getpid())

if __name__ == "__main__":
    import sys

    serve = {
        "waitress": serve_waitress,
        "flask": serve_flask,
        "cherrypy": serve_cherrypy,
        "gevent": serve_gevent,
        "aiohttp": serve_aiohttp,
        "tornado": serve_tornado,
    }[sys.argv[1]]
    serve(int(sys.argv[2]), int(sys.argv[3]))
