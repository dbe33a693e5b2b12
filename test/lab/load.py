"""The load generator of the lab: plays a list of phases against 127.0.0.1 and notes what every caller saw.

Standard input: {"port", "seed", "phases", "patience", "retries", "skew", "clients", "limit", "out"}. A phase is a list:
    ["poisson", per_second, seconds, mix]               independent callers
    ["ramp", from_per_second, to_per_second, seconds, mix]
    ["mmpp", slow, fast, dwell, seconds, mix]           two speeds, each kept for `dwell` seconds on average
    ["batches", per_second, size, seconds, mix]         page loads: groups of 1..2*size-1 at once, Poisson in time
    ["cron", every, size, seconds, mix]                 `size` at once, every `every` seconds
    ["burst", size, mix]                                all at once
    ["closed", users, think, seconds, mix]              users who wait for the answer, then think
    ["pinned", users, think, seconds, mix]              the same, each on one connection that is kept alive
    ["slow-readers", users, think, seconds, mix]        the same, and they read slowly, each at a speed of its own
    ["holders", count, hold, seconds, mix]              callers who connect and send nothing for `hold` seconds
    ["together", phase, phase, …]                       phases at the same time
    ["idle", seconds]    ["settle"]                     settle: until every caller is answered
A mix is a path or a list of [path, weight, work]; `{id}` in a path becomes a number. `work` is
{"mode", "dist", "mean", "low", "high", "cv", "count", "errors", "bytes": [low, high], "client"}; the paths of ROUTES bring their own.
One connection a request, as a load balancer without keep-alive does; `retries` {"most", "after"}: callers whose request
failed ask again after so many seconds; `skew`: the clock that stamps X-Request-Start is that many seconds ahead. At most `limit` callers at once, 600 s in all.
"""

import asyncio
import json
import math
import random
import socket
import sys
import time

ROUTES = {
    "/fast": {"mean": 0.005},
    "/io": {"mean": 1.0},
    "/net": {"dist": "uniform", "low": 0.1, "high": 1.0},
    "/slow": {"mean": 1.5},
    "/cpu": {"mode": "cpu", "mean": 0.02},
    "/stuck": {"mean": 3600.0},
    "/block": {"mode": "block", "mean": 0.8},
    "/async-io": {"mode": "async", "mean": 1.0},
    "/io-multi": {"mode": "sequential", "mean": 0.5, "count": 2},
    "/async-io-multi": {"mode": "gather", "mean": 0.5, "count": 2},
}


def draw_seconds(rng, work):
    kind = work.get("dist", "constant")
    if kind == "constant":
        return work["mean"]
    if kind == "uniform":
        return rng.uniform(work["low"], work["high"])
    if kind == "exponential":
        return rng.expovariate(1 / work["mean"])
    sigma2 = math.log(1 + work["cv"] ** 2)
    return min(rng.lognormvariate(math.log(work["mean"]) - sigma2 / 2, math.sqrt(sigma2)), 20 * work["mean"])


class Load:
    def __init__(self, spec):
        self.port = spec["port"]
        self.rng = random.Random(spec["seed"])
        self.patience = spec.get("patience")
        self.retries = spec.get("retries") or {"most": 0, "after": 0}
        self.skew = spec.get("skew") or 0
        self.clients = spec.get("clients", 1)
        self.limit = asyncio.Semaphore(spec.get("limit", 1500))
        self.out = open(spec["out"], "w")
        self.next_id = 0
        self.running = set()

    def draw(self, mix):
        """The next request: (path, header), drawn when it is scheduled so that a seed gives one schedule on any server."""
        if isinstance(mix, str):
            mix = [[mix, 1]]
        path, _, *work = self.rng.choices(mix, [item[1] for item in mix])[0]
        work = work[0] if work else ROUTES[path]
        seconds = draw_seconds(self.rng, work)
        status = 500 if self.rng.random() < work.get("errors", 0) else 200
        path = path.replace("{id}", str(self.rng.randint(1, 99999)))
        self.next_id += 1
        size = self.rng.randint(*work["bytes"]) if "bytes" in work else 0
        details = (work.get("mode", "sleep"), seconds, work.get("count", 1), status, size)
        head = "%d;%s;%.6f;%d;%d;%d" % (self.next_id, *details)
        return self.next_id, path, head, work.get("client") or "127.0.0.%d" % (2 + self.rng.randrange(self.clients))

    async def exchange(self, path, head, address):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        try:
            return await self.ask(reader, writer, path, head)
        finally:
            writer.close()

    async def ask(self, reader, writer, path, head, keep=False, speed=None):
        """Sends one request and reads the answer, at `speed` bytes a second where given; returns the status."""
        headers = ["Host: localhost", "User-Agent: lab/1", "X-Lab: " + head]
        headers.append("Connection: " + ("keep-alive" if keep else "close"))
        # As a proxy in front would stamp it; most log formats do not show it.
        headers.append("X-Request-Start: t=%.6f" % (time.time() + self.skew))
        writer.write(("GET %s HTTP/1.1\r\n%s\r\n\r\n" % (path, "\r\n".join(headers))).encode())
        first = await reader.readline()
        status = int(first.split()[1]) if first else "closed"
        length = None
        while (line := await reader.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if keep:
            await reader.readexactly(length)
        elif speed is None:
            await reader.read()
        else:
            while part := await reader.read(16384):
                await asyncio.sleep(len(part) / speed)
        return status

    async def noted(self, identity, path, exchange):
        """Runs one exchange and writes the caller's row; returns the status."""
        async with self.limit:
            send = time.time()
            try:
                status = await asyncio.wait_for(exchange, self.patience)
            except asyncio.TimeoutError:
                status = "gave-up"
            except (OSError, asyncio.IncompleteReadError) as error:
                status = type(error).__name__
            row = {"id": identity, "path": path, "send": round(send, 6), "done": round(time.time(), 6), "status": status}
            self.out.write(json.dumps(row) + "\n")
            return status

    async def request(self, identity, path, head, address):
        status = await self.noted(identity, path, self.exchange(path, head, address))
        for _ in range(self.retries["most"]):
            if status == 200:
                return
            await asyncio.sleep(self.retries["after"])
            # The same request by the same caller: it fails again, as it does while a fault lasts.
            self.next_id += 1
            again = "%d;%s" % (self.next_id, head.split(";", 1)[1])
            status = await self.noted(self.next_id, path, self.exchange(path, again, address))

    def fire(self, mix):
        task = asyncio.ensure_future(self.request(*self.draw(mix)))
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def play(self, arrivals, mix):
        """Fires at the given instants, in seconds from now; late instants are fired at once, never dropped."""
        begin = asyncio.get_running_loop().time()
        for instant in arrivals:
            delay = begin + instant - asyncio.get_running_loop().time()
            if delay > 0:
                await asyncio.sleep(delay)
            self.fire(mix)
        return begin

    async def user(self, stop, think, mix):
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self.rng.expovariate(1 / think) if think else 0)
        while loop.time() < stop:
            await self.request(*self.draw(mix))
            await asyncio.sleep(self.rng.expovariate(1 / think) if think else 0)

    async def pinned(self, stop, think, mix):
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self.rng.expovariate(1 / think))
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while loop.time() < stop:
            identity, path, head, _ = self.draw(mix)
            status = await self.noted(identity, path, self.ask(reader, writer, path, head, keep=True))
            if status != 200:
                writer.close()
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            await asyncio.sleep(self.rng.expovariate(1 / think))
        writer.close()

    async def slow_reader(self, number, stop, think, mix):
        loop = asyncio.get_running_loop()
        speed = 1.2e6 * 4 ** (number % 8 / 7)

        async def exchange(path, head, address):
            # A small window, as a far client has, or the loopback would swallow the answer whole.
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
            sock.setblocking(False)
            sock.bind((address, 0))
            await loop.sock_connect(sock, ("127.0.0.1", self.port))
            reader, writer = await asyncio.open_connection(sock=sock, limit=16384)
            try:
                return await self.ask(reader, writer, path, head, speed=speed)
            finally:
                writer.close()

        while loop.time() < stop:
            await asyncio.sleep(self.rng.expovariate(1 / think))
            identity, path, head, _ = self.draw(mix)
            await self.noted(identity, path, exchange(path, head, "127.0.0.%d" % (2 + number)))

    async def holder(self, stop, hold, mix):
        loop = asyncio.get_running_loop()
        while loop.time() < stop:
            await asyncio.sleep(self.rng.expovariate(1 / hold))
            identity, path, head, _ = self.draw(mix)
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            await asyncio.sleep(hold)
            await self.noted(identity, path, self.ask(reader, writer, path, head))
            writer.close()

    async def phase(self, kind, *args):
        if kind == "settle":
            while self.running:
                await asyncio.wait(self.running)
        elif kind == "idle":
            await asyncio.sleep(args[0])
        elif kind == "burst":
            await self.play([0.0] * args[0], args[1])
        elif kind == "together":
            await asyncio.gather(*(self.phase(*phase) for phase in args))
        elif kind in ("closed", "pinned", "slow-readers", "holders"):
            users, think, seconds, mix = args
            stop = asyncio.get_running_loop().time() + seconds
            if kind == "closed":
                playing = [self.user(stop, think, mix) for _ in range(users)]
            elif kind == "pinned":
                playing = [self.pinned(stop, think, mix) for _ in range(users)]
            elif kind == "holders":
                playing = [self.holder(stop, think, mix) for _ in range(users)]
            else:
                playing = [self.slow_reader(number, stop, think, mix) for number in range(users)]
            await asyncio.gather(*playing)
        else:
            *numbers, seconds, mix = args
            arrivals = list(SCHEDULES[kind](self.rng, *numbers, seconds))
            begin = await self.play(arrivals, mix)
            await asyncio.sleep(max(0, begin + seconds - asyncio.get_running_loop().time()))


def poisson(rng, rate, seconds):
    t = rng.expovariate(rate)
    while t < seconds:
        yield t
        t += rng.expovariate(rate)


def ramp(rng, low, high, seconds):
    # Thinning of a faster Poisson stream: the rate at t is low + (high - low) t / seconds.
    top = max(low, high)
    return (t for t in poisson(rng, top, seconds) if rng.random() * top < low + (high - low) * t / seconds)


def mmpp(rng, slow, fast, dwell, seconds):
    t, speed = 0.0, slow
    while t < seconds:
        length = min(rng.expovariate(1 / dwell), seconds - t)
        yield from (t + x for x in poisson(rng, speed, length))
        t, speed = t + length, fast if speed == slow else slow


def batches(rng, rate, size, seconds):
    for t in poisson(rng, rate, seconds):
        yield from [t] * rng.randint(1, 2 * size - 1)


def cron(_, every, size, seconds):
    for i in range(int(seconds / every)):
        yield from [i * every + every / 2] * size


SCHEDULES = {"poisson": poisson, "ramp": ramp, "mmpp": mmpp, "batches": batches, "cron": cron}


async def main():
    spec = json.load(sys.stdin)
    load = Load(spec)

    async def everything():
        for phase in spec["phases"] + [["settle"]]:
            await load.phase(*phase)

    try:
        await asyncio.wait_for(everything(), 600)
    finally:
        load.out.close()


asyncio.run(main())
