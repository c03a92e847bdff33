# SPDX-License-Identifier: Apache-2.0
"""One request made by aiocoap, its response printed as one line of JSON.

Exit status: 0 when a response of any code came, 1 when none came (the line then holds "error" and "message").
"""

import argparse
import asyncio
import json
import sys

import aiocoap


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("method", type=str.upper, help="GET, POST, PUT, DELETE, FETCH, PATCH or IPATCH")
    parser.add_argument("uri")
    parser.add_argument("--identity", help="identity for coaps")
    parser.add_argument("--key", help="pre-shared key for coaps, as text")
    parser.add_argument("--payload", default="", help="text to send")
    parser.add_argument("--payload-size", type=int, default=0, help="send this many bytes instead")
    parser.add_argument("--content-format", type=int)
    parser.add_argument("--accept", type=int)
    parser.add_argument("--option", action="append", default=[], metavar="NUMBER=HEX", help="another option")
    parser.add_argument("--non", action="store_true", help="send a non-confirmable request")
    parser.add_argument("--observe", type=int, default=0, help="observe until so many representations came; print all")
    parser.add_argument("--timeout", type=float, default=150, help="seconds")
    return parser.parse_args()


def request(options):
    method = {"IPATCH": "iPATCH"}.get(options.method, options.method)
    payload = options.payload.encode()
    if options.payload_size:
        payload = bytes(index % 251 for index in range(options.payload_size))
    message = aiocoap.Message(
        code=getattr(aiocoap, method),
        uri=options.uri,
        payload=payload,
        transport_tuning=aiocoap.Unreliable if options.non else aiocoap.Reliable,
    )
    if options.content_format is not None:
        message.opt.content_format = options.content_format
    if options.accept is not None:
        message.opt.accept = options.accept
    for option in options.option:
        number, value = option.split("=")
        message.opt.add_option(aiocoap.numbers.OptionNumber(int(number)).create_option(value=bytes.fromhex(value)))
    return message


async def observed(context, options):
    message = request(options)
    message.opt.observe = 0
    pending = context.request(message)
    response = await pending.response
    bodies = [response.payload]
    async for response in pending.observation:
        bodies.append(response.payload)
        if len(bodies) >= options.observe:
            break
    pending.observation.cancel()
    response.payload = b" ".join(bodies)
    return response


async def exchange(options):
    secure = options.uri.startswith("coaps:")
    context = await aiocoap.Context.create_client_context(transports=["tinydtls" if secure else "udp6"])
    if secure:
        credentials = {"psk": options.key.encode(), "client-identity": options.identity.encode()}
        context.client_credentials.load_from_dict({"coaps://*": {"dtls": credentials}})
    try:
        if options.observe:
            return await asyncio.wait_for(observed(context, options), options.timeout)
        return await asyncio.wait_for(context.request(request(options)).response, options.timeout)
    finally:
        await context.shutdown()


def main():
    options = arguments()
    try:
        response = asyncio.run(exchange(options))
    except Exception as error:  # Whatever went wrong is the answer the caller asked for.
        print(json.dumps({"error": type(error).__name__, "message": str(error)}), flush=True)
        return 1
    print(
        json.dumps(
            {
                "code": response.code.dotted,
                "type": response.mtype.name if response.mtype is not None else None,
                "payload": response.payload.hex(),
                "text": response.payload.decode("utf-8", "replace"),
                "options": [[int(option.number), option.encode().hex()] for option in response.opt.option_list()],
            }
        ),
        flush=True,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
