# SPDX-License-Identifier: Apache-2.0
"""A small server made with aiocoap: prints "ready PORT" when it listens, ends at SIGTERM.

/hello     GET answers "hello from aiocoap" as text
/echo      PUT, POST and FETCH answer what they were sent, with its Content-Format
/separate  GET answers after a delay, by which time an empty acknowledgement has gone out
/large     GET answers 5000 bytes, block by block
/store     PUT keeps a body, GET answers it with an entity-tag
/count     GET answers a number that grows ten times a second while it is observed, FETCH the same behind its body; whenever
           an observation comes or goes, "observers COUNT" is printed, and "deregistered" when a request has Observe 1
"""

import argparse
import asyncio
import os
import signal
import socket

# A port that another process holds must be refused, not shared.
os.environ["AIOCOAP_REUSE_PORT"] = "0"

import aiocoap
from aiocoap import resource


class Hello(resource.Resource):
    async def render_get(self, request):
        return aiocoap.Message(payload=b"hello from aiocoap", content_format=0)


class Echo(resource.Resource):
    async def render_put(self, request):
        return aiocoap.Message(
            code=aiocoap.CHANGED, payload=request.payload, content_format=request.opt.content_format
        )

    render_post = render_put

    async def render_fetch(self, request):
        return aiocoap.Message(payload=request.payload, content_format=request.opt.content_format)


class Separate(resource.Resource):
    def __init__(self, delay):
        super().__init__()
        self.delay = delay

    async def render_get(self, request):
        await asyncio.sleep(self.delay)
        return aiocoap.Message(payload=b"worth the wait", content_format=0)


class Large(resource.Resource):
    async def render_get(self, request):
        return aiocoap.Message(payload=bytes(index % 251 for index in range(5000)), content_format=42)


class Store(resource.Resource):
    content = b""

    async def render_put(self, request):
        self.content = request.payload
        return aiocoap.Message(code=aiocoap.CHANGED)

    async def render_get(self, request):
        response = aiocoap.Message(payload=self.content, content_format=42)
        resource.hashing_etag(request, response)
        return response


class Count(resource.ObservableResource):
    number = 0
    counting = None

    def update_observation_count(self, newcount):
        print(f"observers {newcount}", flush=True)
        if newcount and self.counting is None:
            self.counting = asyncio.create_task(self.count())
        elif not newcount and self.counting is not None:
            self.counting.cancel()
            self.counting = None

    async def count(self):
        while True:
            await asyncio.sleep(0.1)
            self.number += 1
            self.updated_state()

    async def render_get(self, request):
        if request.opt.observe == 1:
            print("deregistered", flush=True)
        return aiocoap.Message(payload=b"%d" % self.number, content_format=0)

    async def render_fetch(self, request):
        response = await self.render_get(request)
        response.payload = request.payload + b" " + response.payload
        return response


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--psk", nargs=2, metavar=("IDENTITY", "KEY"), help="serve coaps with this key, else coap")
    parser.add_argument("--delay", type=float, default=3, help="seconds before /separate answers")
    parser.add_argument("--message-id", type=int, help="give this message id to all messages of its own")
    return parser.parse_args()


def free_port(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


async def listen(options, port):
    site = resource.Site()
    site.add_resource(["hello"], Hello())
    site.add_resource(["echo"], Echo())
    site.add_resource(["separate"], Separate(options.delay))
    site.add_resource(["large"], Large())
    site.add_resource(["store"], Store())
    site.add_resource(["count"], Count())
    site.add_resource([".well-known", "core"], resource.WKCResource(site.get_resources_as_linkheader))
    if options.psk is None:
        return await aiocoap.Context.create_server_context(
            site, bind=(options.host, port), transports=["simplesocketserver"]
        )
    identity, key = (text.encode() for text in options.psk)
    credentials = aiocoap.credentials.CredentialsMap()
    credentials.load_from_dict({":peer": {"dtls": {"psk": key, "client-identity": identity}}})
    # The secure transport listens one port above the one it is told.
    return await aiocoap.Context.create_server_context(
        site, bind=(options.host, port - 1), transports=["tinydtls_server"], server_credentials=credentials
    )


async def main():
    options = arguments()
    if options.message_id is not None:
        aiocoap.messagemanager.MessageManager._next_message_id = lambda _: options.message_id
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    for attempt in range(5):
        port = options.port or free_port(options.host)
        try:
            context = await listen(options, port)
            break
        except OSError:
            # Someone took the free port first.
            if options.port or attempt == 4:
                raise
    print(f"ready {port}", flush=True)
    await stopped.wait()
    await context.shutdown()


if __name__ == "__main__":
    asyncio.run(main())
