"""The load generator of the lab: plays a list of phases against 127.0.0.1 and notes what every caller saw.

Standard input: {"port", "seed", "phases", "patience", "clients", "limit", "out"}. A phase is a list:
    ["poisson", per_second, seconds, mix]               independent callers
    ["ramp", from_per_second, to_per_second, seconds, mix]
    ["mmpp", slow, fast, dwell, seconds, mix]           two speeds, each kept for `dwell` seconds on average
    ["batches", per_second, size, seconds, mix]         page loads: groups of 1..2*size-1 at once, Poisson in time
    ["cron", every, size, seconds, mix]                 `size` at once, every `every` seconds
    ["burst", size, mix]                                all at once
    ["closed", users, think, seconds, mix]              users who wait for the answer, then think
    ["idle", seconds]    ["settle"]                     settle: until every caller is answered
A mix is a path or a list of [path, weight, work]; `{id}` in a path becomes a number. `work` is
{"mode", "dist", "mean", "low", "high", "cv", "count", "errors"}; the paths of ROUTES bring their own.
One connection a request, as a load balancer without keep-alive does. At most `limit` callers at once, 600 s in all.
"""

import asyncio
import json
import math
import random
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
        head = "%d;%s;%.6f;%d;%d" % (self.next_id, work.get("mode", "sleep"), seconds, work.get("count", 1), status)
        return self.next_id, path, head, "127.0.0.%d" % (2 + self.rng.randrange(self.clients))

    async def exchange(self, path, head, address):
        stamp = time.time()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        try:
            headers = ["Host: localhost", "User-Agent: lab/1", "X-Lab: " + head, "Connection: close"]
            # As a proxy in front would stamp it; most log formats do not show it.
            headers.append("X-Request-Start: t=%.6f" % stamp)
            writer.write(("GET %s HTTP/1.1\r\n%s\r\n\r\n" % (path, "\r\n".join(headers))).encode())
            first = await reader.readline()
            status = int(first.split()[1]) if first else "closed"
            await reader.read()
            return status
        finally:
            writer.close()

    async def request(self, identity, path, head, address):
        async with self.limit:
            send = time.time()
            try:
                status = await asyncio.wait_for(self.exchange(path, head, address), self.patience)
            except asyncio.TimeoutError:
                status = "gave-up"
            except OSError as error:
                status = type(error).__name__
            row = {"id": identity, "path": path, "send": round(send, 6), "done": round(time.time(), 6), "status": status}
            self.out.write(json.dumps(row) + "\n")

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

    async def phase(self, kind, *args):
        if kind == "settle":
            while self.running:
                await asyncio.wait(self.running)
        elif kind == "idle":
            await asyncio.sleep(args[0])
        elif kind == "burst":
            await self.play([0.0] * args[0], args[1])
        elif kind == "closed":
            users, think, seconds, mix = args
            stop = asyncio.get_running_loop().time() + seconds
            await asyncio.gather(*(self.user(stop, think, mix) for _ in range(users)))
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
