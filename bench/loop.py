#!/usr/bin/env python3
"""How long other streams wait while `proxx serve` works on one hostile request: loop.py PROXX [WORDS of a row]

A hundred streams get an event each 50 ms, with the time at which the upstream wrote it. Beside them
goes one request (or answer) of each shape, as large as the limits allow. A row is the longest time
that an event of the other streams took from the upstream to the client; over 250 ms makes the exit
code 1. The first row is the machine's own noise: the streams alone."""

import asyncio
import http.client
import json
import multiprocessing
import re
import subprocess
import sys
import time

STREAMS = 100
PACE_SECONDS = 0.05
QUIET_SECONDS = 2.0
BOUND_SECONDS = 0.25
BODY_BYTES = (32 << 20) - 4096
MIB = 1 << 20


def event(name, **members):
    return f"event: {name}\ndata: {json.dumps({'type': name, **members})}\n\n".encode()


def delta(text):
    return event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})


MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5", "content": [],
           "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}  # fmt: skip
START = event("message_start", message=MESSAGE) + event(
    "content_block_start", index=0, content_block={"type": "text", "text": ""}
)
END = (
    event("content_block_stop", index=0)
    + event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 9})
    + event("message_stop")
)
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"


def whole(content):
    """A whole JSON answer with this text, written as it stands in JSON."""
    message = json.dumps({**MESSAGE, "stop_reason": "end_turn"}).replace('"content": []', '"content": [@]')
    body = message.replace("@", f'{{"type":"text","text":"{content}"}}').encode()
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
    return head % len(body) + body


ANSWERS = {
    b"event": lambda: STREAM_HEAD + START + delta("x" * (15 * MIB)) + END,
    b"escapes": lambda: STREAM_HEAD + START + delta("\u00e9" * (15 * MIB // 6)) + END,
    b"message": lambda: whole("x" * (31 * MIB)),
    b"message-escapes": lambda: whole("\\u00e9" * (31 * MIB // 6)),
    b"values": lambda: whole("x").replace(b'"usage"', b'"more": [' + b"1," * 15_000_000 + b'1], "usage"'),
}


async def answer(reader, writer):
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        left = int(re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)[1])
        start = await reader.read(min(left, 4096))
        left -= len(start)
        while left > 0:
            left -= len(await reader.read(min(left, 1 << 16)))
        if b"[[paced]]" in start:
            writer.write(STREAM_HEAD + START)
            while True:
                writer.write(delta(f"@{time.monotonic():.6f}@"))
                await writer.drain()
                await asyncio.sleep(PACE_SECONDS)
        kind = re.search(rb"\[\[([a-z-]+)\]\]", start)
        if kind:
            body = memoryview(ANSWERS[kind[1]]())
            for at in range(0, len(body), 1 << 16):
                writer.write(body[at : at + (1 << 16)])
                await writer.drain()
        else:
            writer.write(STREAM_HEAD + START + delta("hello") + END)
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


def serve_upstream(port):
    async def run():
        server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=4096)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


class Streams:
    """The hundred paced streams, and the longest wait since the last reset()."""

    def __init__(self, port):
        self.port, self.longest, self.events = port, 0.0, 0

    def reset(self):
        self.longest, self.events = 0.0, 0

    async def open(self):
        self.tasks = [asyncio.create_task(self.one()) for _ in range(STREAMS)]
        while self.events < STREAMS:
            await asyncio.sleep(0.05)

    async def one(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = request("[[paced]]")
        writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n" % len(body))
        writer.write(body)
        while line := await reader.readline():
            sent = re.search(rb"@([0-9.]+)@", line)
            if sent:
                self.longest = max(self.longest, time.monotonic() - float(sent[1]))
                self.events += 1

    def close(self):
        for task in self.tasks:
            task.cancel()


def request(prompt, more=b"", stream=True):
    body = {"model": "claude-sonnet-5-5", "stream": stream, "messages": [{"role": "user", "content": prompt}]}
    return json.dumps(body).encode()[:-1] + more + b"}"


def filled(begin, one, end, size=BODY_BYTES):
    """begin + one(0) + "," + one(1) ... + end, about `size` bytes of it."""
    parts, length, i = [], len(begin) + len(end), 0
    while length < size:
        part = one(i)
        parts.append(part)
        length += len(part) + 1
        i += 1
    return begin + b",".join(parts) + end


MODEL = b'{"model":"claude-sonnet-5-5","stream":true,'
HI = b'"messages":[{"role":"user","content":"hi"}]'


def turns(one):
    return lambda: filled(MODEL + b'"messages":[', one, b"," + HI[HI.index(b"[") + 1 : -1] + b"]}")


def member(name, one, bracket=b"[]"):
    begin = MODEL + HI + b',"' + name + b'":' + bracket[:1]
    return lambda: filled(begin, one, bracket[1:] + b"}")


def tool(parameters):
    return (
        MODEL + HI + b',"tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":',
        parameters,
        b"}}]}",
    )


def refs():
    head, _, tail = tool(b"")
    n = BODY_BYTES // 80
    properties = b",".join(b'"p%d":{"$ref":"#/$defs/d%d"}' % (i, i) for i in range(n))
    definitions = b",".join(b'"d%d":{"type":"string"}' % i for i in range(n))
    return head + b'{"type":"object","properties":{' + properties + b'},"$defs":{' + definitions + b"}}" + tail


def long_ref():
    head, _, tail = tool(b"")
    name = b"~1" * (BODY_BYTES // 2 - 200)
    return head + b'{"type":"object","properties":{"a":{"$ref":"#/$defs/' + name + b'"}},"$defs":{"x":{}}}' + tail


def branches(count, properties):
    head, _, tail = tool(b"")
    large = b",".join(b'"p%d":{"type":"string","description":"d"}' % i for i in range(properties))
    any_of = b",".join(b'{"$ref":"#/$defs/d"}' for _ in range(count))
    schema = b'{"anyOf":[' + any_of + b'],"$defs":{"d":{"type":"object","properties":{' + large + b"}}}}"
    return head + schema + tail


def reverse_results():
    n = BODY_BYTES // 150
    calls = b",".join(
        b'{"id":"call_%d","type":"function","function":{"name":"f","arguments":"{}"}}' % i for i in range(n)
    )
    results = b",".join(b'{"role":"tool","tool_call_id":"call_%d","content":"r"}' % i for i in range(n - 1, -1, -1))
    return (
        MODEL
        + b'"messages":[{"role":"user","content":"hi"},{"role":"assistant","tool_calls":['
        + calls
        + b"]},"
        + results
        + b"]}"
    )


def thinking(i):
    signed = b'{"type":"thinking","thinking":"t","signature":"c2ln"}'
    return (
        b'{"role":"user","content":"q"},{"role":"assistant","content":"a","thinking_blocks":['
        + (b"" if i == 0 else signed)
        + b"]}"
    )


TEXT = b"a" * 1000
ROWS = [
    ("the streams alone", None),
    ("ordinary turns of 1 KB", turns(lambda i: b'{"role":"%s","content":"%s"}' % ((b"user", b"assistant")[i % 2], TEXT))),
    ("turns of 20 bytes", turns(lambda i: b'{"role":"%s","content":"%d"}' % ((b"user", b"assistant")[i % 2], i))),
    ("escapes in one text", lambda: request("@").replace(b"@", b"\\u00e9" * (BODY_BYTES // 6))),
    ("one image of base64", lambda: MODEL + b'"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,' + b"QUJD" * (BODY_BYTES // 4 - 100) + b'"}}]}]}'),
    ("W1 betas", member(b"betas", lambda i: b'"beta-%d"' % i)),
    ("W2 $refs over $defs", refs),
    ("W2 one $ref of ~1", long_ref),
    ("W3 unsigned reasoning", turns(lambda i: b'{"role":"%s","content":"c"%s}' % ((b"user", b"assistant")[i % 2], (b"", b',"reasoning_content":"because"')[i % 2]))),
    ("W3 signed thinking, one hole", turns(thinking)),
    ("W4 450 branches over 4,000 properties", lambda: branches(450, 4000)),
    ("W4 branches and properties at the limit", lambda: branches(BODY_BYTES // 45, BODY_BYTES // 90)),
    ("W5 tools", member(b"tools", lambda i: b'{"type":"function","function":{"name":"f%d","parameters":{"type":"object"}}}' % i)),
    ("W5 calls, and results in reverse order", reverse_results),
    ("W5 parts", lambda: filled(MODEL + b'"messages":[{"role":"user","content":[', lambda i: b'{"type":"text","text":"p"}', b"]}]}")),
    ("W5 stop sequences", member(b"stop", lambda i: b'"s%d"' % i)),
    ("W5 unknown fields", lambda: filled(MODEL + HI + b",", lambda i: b'"f%d":1' % i, b"}")),
    ("W5 metadata", member(b"metadata", lambda i: b'"k%d":"v"' % i, b"{}")),
    ("A30 a value each two bytes", member(b"unknown", lambda i: b"1")),
    ("answer: an event of 15 MiB", lambda: request("[[event]]")),
    ("answer: an event of escapes", lambda: request("[[escapes]]")),
    ("answer: a message of 31 MiB", lambda: request("[[message]]", stream=False)),
    ("answer: a message of escapes", lambda: request("[[message-escapes]]", stream=False)),
    ("answer: a message of 15 million values", lambda: request("[[values]]", stream=False)),
]  # fmt: skip


def post(port, body):
    """Status and error code of the answer, or how the connection ended."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("POST", "/v1/chat/completions", body, {"content-type": "application/json"})
        response = connection.getresponse()
        data = response.read()
        code = re.search(rb'"code":"([a-z_]+)"', data[:4096])
        return str(response.status) + (f" {code[1].decode()}" if code else "")
    except (http.client.HTTPException, ConnectionError) as error:
        return type(error).__name__
    finally:
        connection.close()


def attack(port, name, result):
    result.send(post(port, dict(ROWS)[name]()))


async def measure(port, name):
    streams = Streams(port)
    await streams.open()
    await asyncio.sleep(0.5)
    streams.reset()
    status, began = "", time.monotonic()
    if dict(ROWS)[name] is None:
        await asyncio.sleep(QUIET_SECONDS)
    else:
        ours, theirs = multiprocessing.Pipe()
        other = multiprocessing.get_context("fork").Process(target=attack, args=(port, name, theirs))
        other.start()
        while not ours.poll():
            await asyncio.sleep(0.01)
        status = ours.recv()
        other.join()
        await asyncio.sleep(0.3)
    took = time.monotonic() - began
    streams.close()
    return streams.longest, streams.events, status, took


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    ours, theirs = multiprocessing.Pipe()
    upstream = multiprocessing.Process(target=serve_upstream, args=(theirs,), daemon=True)
    upstream.start()
    url = f"http://127.0.0.1:{ours.recv()}"
    only, slow = "".join(sys.argv[2:3]), 0
    print(f"{'':42} {'longest wait':>12}  events   took  answer")
    for name, _ in ROWS:
        if only not in name:
            continue
        server = subprocess.Popen(
            [sys.argv[1], "serve", "-c", "none", "--port", "0", "--upstream-url", url, "--log-level", "error"],
            env={"ANTHROPIC_API_KEY": "k"}, stderr=subprocess.PIPE)  # fmt: skip
        lines = (line.decode() for line in server.stderr)
        port = next(int(at[1]) for line in lines if (at := re.search(r":(\d+)/v1", line)))
        longest, events, status, took = asyncio.run(measure(port, name))
        server.kill()
        server.wait()
        server.stderr.close()
        late = longest > BOUND_SECONDS
        slow += late
        mark = "  LATE" if late else ""
        print(f"{name:42} {longest * 1000:9.0f} ms  {events:6} {took:5.1f}s  {status}{mark}", flush=True)
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
