"""The upstream of the bats suites for what `proxx mock` does not do: answers that are wrong, late or
without end. `upstream.py HOW [ARGUMENT...]`; each HOW is a function below, whose docstring says it.

On stdout: `port N` first, `asked` when a request is there whole, and what HOW tells. One process,
any number of connections; each answers its requests in turn until the peer closes it.
"""

import asyncio
import base64
import dataclasses
import json
import os
import re
import sys
import time
import urllib.parse

JSON = "application/json"


@dataclasses.dataclass
class Request:
    method: str
    headers: dict  # names in lower case
    body: bytes

    @property
    def prompt(self):
        """The text of the last message."""
        content = json.loads(self.body)["messages"][-1]["content"]
        return content if isinstance(content, str) else content[-1]["text"]


def tell(*words):
    print(*words, flush=True)


def answer(status, body, fields=""):
    """A whole answer; a `body` that is no bytes is written as JSON."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {JSON}\r\ncontent-length: {len(body)}\r\n{fields}\r\n"
    return head.encode() + body


def message(text="hello", **members):
    start = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5"}
    content = [{"type": "text", "text": text}] if text else []
    usage = {"input_tokens": 1, "output_tokens": 1}
    end = {"stop_reason": "end_turn", "stop_sequence": None, "usage": usage}
    return {**start, "content": content, **end, **members}


def error(kind, text):
    return {"type": "error", "error": {"type": kind, "message": text}}


def event(name, **members):
    return f"event: {name}\ndata: {json.dumps({'type': name, **members})}\n\n".encode()


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
DELTA = event("content_block_delta", index=0, delta={"type": "text_delta", "text": "more "})
PING = event("ping")
START = (
    HEAD
    + event("message_start", message=message("", stop_reason=None))
    + event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    + DELTA
)


async def stall(request, reader, writer, what):
    """Never ends: says nothing, a `head`, the head and an `event`, or that and `pings` or `events`
    every 100 ms. A prompt with "silent" in it gets nothing. Tells `gone SECONDS` when the peer closed
    the connection, with the seconds since the request."""
    first, then = {
        "nothing": (b"", b""),
        "head": (HEAD, b""),
        "event": (START, b""),
        "pings": (START, PING),
        "events": (START, DELTA),
    }["nothing" if b"silent" in request.body else what]

    async def speak():
        writer.write(first)
        while then:
            await writer.drain()
            await asyncio.sleep(0.1)
            writer.write(then)

    since = time.monotonic()
    speaker = asyncio.ensure_future(speak())
    try:
        await reader.read(1)  # nothing more is sent, so this is the end
    except ConnectionError:
        pass
    tell(f"gone {time.monotonic() - since:.2f}")
    speaker.cancel()
    writer.close()


async def echo(request, _reader, writer, key=None):
    """Refuses every key with a message and a header that hold it, or KEY: neither may be shown."""
    key = key or request.headers.get("x-api-key", "")
    refusal = error("authentication_error", f"invalid x-api-key: {key}")
    writer.write(answer(401, refusal, f"request-id: req_{key}\r\n"))


def spellings(secret):
    raw = secret.encode()
    yield secret
    yield urllib.parse.quote(secret, safe="")
    yield "".join(f"%{byte:02x}" for byte in raw)
    for before in (b"", b"a", b"ab"):
        yield base64.b64encode(before + raw).decode()
        yield base64.urlsafe_b64encode(before + raw).decode()


async def reflect(request, _reader, writer):
    """Refuses every request with a message that holds all values of its headers, in every spelling,
    written in pieces that part each of them."""
    names = ("x-api-key", "authorization", "cookie", "x-auth", "authentication", "x-session")
    values = [request.headers[name] for name in names if name in request.headers]
    values += [part.partition("=")[2] for value in values for part in value.split("; ") if "=" in part]
    values = [value.removeprefix("Bearer ") for value in values]
    text = " | ".join(spelling for value in values for spelling in spellings(value))
    body = json.dumps(error("authentication_error", text))
    escaped = "".join(f"\\u{ord(c):04x}" for value in values for c in value + " ")
    body = body.replace('message": "', 'message": "' + escaped).encode()
    fields = "".join(f"x-reflected-{i}: see {value}\r\n" for i, value in enumerate(values))
    head = answer(400, body, fields)[: -len(body)]
    writer.write(head)
    for at in range(0, len(body), 13):
        writer.write(body[at : at + 13])
        await writer.drain()
        await asyncio.sleep(0.001)


was_late = set()


async def late(request, _reader, writer, what):
    """Answers with the request's key and prompt. After the first answer of a connection it waits for
    a file named `go`, says an `answer`, a `408`, a `newline` or an `end` that nobody asked for, and tells
    `late`."""
    writer.write(answer(200, message(f"{request.headers['x-api-key']} {request.prompt}")))
    await writer.drain()
    if writer in was_late:
        return
    was_late.add(writer)
    while not os.path.exists("go"):
        await asyncio.sleep(0.01)
    os.remove("go")
    unasked = {
        "answer": answer(200, message("FOREIGN")),
        "408": answer(408, b"", "connection: close\r\n"),
        "newline": b"\n",
        "end": b"",
    }
    writer.write(unasked[what])
    await writer.drain()
    if what in ("408", "end"):
        writer.close()
    tell("late")


async def raw(request, _reader, writer, file, file_of_get=None):
    """Answers with the bytes of FILE; a GET with those of FILE_OF_GET if it is named."""
    with open(file_of_get if file_of_get and request.method == "GET" else file, "rb") as bytes_of:
        writer.write(bytes_of.read())


async def keyed(request, _reader, writer, file):
    """Takes the key that FILE holds now, and no other."""
    with open(file, encoding="ascii") as wanted:
        accepted = request.headers["x-api-key"] == wanted.read().strip()
    refusal = error("authentication_error", "invalid x-api-key")
    writer.write(answer(200, message()) if accepted else answer(401, refusal))


refused = []


async def storm(_request, _reader, writer, retry_after, count):
    """Tells the first COUNT requests to wait RETRY_AFTER seconds. Tells `refused AT` and `answered
    AT`, in seconds of a steady clock."""
    at = time.monotonic()
    if len(refused) < int(count):
        refused.append(at)
        tell("refused", at)
        body = error("rate_limit_error", "slow down")
        writer.write(answer(429, body, f"retry-after: {retry_after}\r\n"))
    else:
        tell("answered", at)
        writer.write(answer(200, message()))


HOW = {how.__name__: how for how in (stall, echo, reflect, late, raw, keyed, storm)}


async def read_request(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.rstrip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(first.split()[0], headers, body)


async def serve(reader, writer):
    try:
        while True:
            request = await read_request(reader)
            tell("asked")
            await HOW[sys.argv[1]](request, reader, writer, *sys.argv[2:])
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    tell("port", server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(main())
