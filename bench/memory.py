#!/usr/bin/env python3
"""What peers can make `proxx serve` hold: memory.py PROXX [--quick | WORDS of a row]

Each row is a server of its own, and what its memory grew by at the most while an upstream or a
client did its worst. A row that grows over its bound, or has another end than it should, makes the
exit code 1. The figures of a release build are in ARCHITECTURE.md. --quick leaves out what takes a
build without optimization long."""

import asyncio
import contextlib
import http.client
import json
import re
import socket
import subprocess
import sys
import threading
import time

MIB = 1 << 20
ANSWER_SECONDS = 120


def event(name, **members):
    return f"event: {name}\ndata: {json.dumps({'type': name, **members})}\n\n".encode()


def delta(text):
    return event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})


MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5", "content": [],
           "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}  # fmt: skip
START = event("message_start", message=MESSAGE) + event(
    "content_block_start", index=0, content_block={"type": "text", "text": ""}
)
END = event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 9}) + event("message_stop")
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
PIECE = b"x" * MIB


def flood(kind, size):
    """What the upstream sends, in pieces."""
    if kind == "error-body":
        yield b"HTTP/1.1 500 X\r\ncontent-type: text/plain\r\ncontent-length: %d\r\n\r\n" % size
        yield from (PIECE for _ in range(size // MIB))
        return
    yield HEAD + START
    if kind == "event":
        yield b'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"'
        yield from (PIECE for _ in range(size // MIB))
        yield b'"}}\n\n'
    elif kind == "answer":
        one = delta("y" * 4096) * 64
        yield from (one for _ in range(size // len(one)))
    elif kind == "events":
        yield from (delta("z") * 1000 for _ in range(size // 1000))
    elif kind == "nested":
        yield b'data: {"type":"x","y":' + b"[" * size + b"\n\n"
    yield END


async def answer(reader, writer):
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)[1])
        body = await reader.readexactly(length)
        kind, size = re.search(rb'\[\[([a-z-]+) (\d+)\]\]', body).groups()
        if kind == b"open":
            writer.write(HEAD + START)
            await writer.drain()
            await reader.read(1)  # until it is left
        for piece in flood(kind.decode(), int(size)) if kind != b"open" else ():
            writer.write(piece)
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


class Upstream:
    def __init__(self):
        self.loop = asyncio.new_event_loop()
        server = self.loop.run_until_complete(
            asyncio.start_server(answer, "127.0.0.1", 0, limit=64 * MIB, backlog=4096)
        )
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        threading.Thread(target=self.loop.run_forever, daemon=True).start()


class Server:
    def __init__(self, proxx, upstream):
        self.process = subprocess.Popen(
            [proxx, "serve", "-c", "none", "--port", "0", "--upstream-url", upstream.url,
             "--max-connections", "4096", "--log-level", "error"],
            env={"ANTHROPIC_API_KEY": "k"}, stderr=subprocess.PIPE)  # fmt: skip
        # A note may come first.
        lines = (line.decode() for line in self.process.stderr)
        self.port = next(int(at[1]) for line in lines if (at := re.search(r":(\d+)/v1", line)))

    def memory(self, field):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(rf"{field}:\s+(\d+)", status.read())[1]) * 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stderr.close()


def request(prompt, stream=True, more=b""):
    body = {"model": "claude-sonnet-5-5", "stream": stream, "messages": [{"role": "user", "content": prompt}]}
    return json.dumps(body).encode()[:-1] + more + b"}"


def post(server, body):
    """Status and the last bytes of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=ANSWER_SECONDS)
    last = b""
    try:
        connection.request("POST", "/v1/chat/completions", body, {"content-type": "application/json"})
        response = connection.getresponse()
        with contextlib.suppress(http.client.HTTPException, ConnectionError):
            while piece := response.read1(MIB):
                last = (last + piece)[-500:]
        return f"{response.status} {last.decode(errors='replace')}"
    finally:
        connection.close()


def open_streams(server, count, path=b"chat/completions"):
    """That many at a time, each begun; none is read further."""
    body = request("[[open 0]]")
    if path == b"responses":
        body = b'{"model":"claude-sonnet-5-5","stream":true,"input":"[[open 0]]"}'
    head = b"POST /v1/%s HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n" % (path, len(body))
    clients = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(count)]
    for client in clients:
        client.settimeout(ANSWER_SECONDS)
        client.sendall(head + body)
    begun = sum(b"200 OK" in client.recv(4096) for client in clients)
    for client in clients:
        client.close()
    return f"{begun} begun"


def unread(server, size):
    """A stream of which only the beginning is read."""
    body = request(f"[[answer {size}]]")
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n" % len(body)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(head + body)
        first = client.recv(1000)
        time.sleep(2)
    return first.decode()


def chunked(server, size):
    """A body that never says how long it is."""
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.settimeout(ANSWER_SECONDS)
        client.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            for _ in range(size // MIB):
                client.sendall(b"100000\r\n" + PIECE + b"\r\n")
        return client.recv(1000).decode()


def gone(server, count, size):
    """Requests whose clients leave once they are sent; then one that stays."""
    body = request(f"[[events 1000]] {'t' * size}")
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n" % len(body)
    for _ in range(count):
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(head + body)
    return post(server, request("[[events 1000]]"))


def prompt(kind, size):
    return lambda server: post(server, request(f"[[{kind} {size}]]"))


def text(size):
    return lambda server: post(server, request(f"[[events 1000]] {'t' * size}"))


NESTED = b',"unknown":' + b"[" * 100_000 + b"]" * 100_000
MANY = b',"unknown":[' + b"1," * 9_999_999 + b"1]"

# What is done, how it has to end, and the bound in MiB of what memory may grow by.
ROWS = [
    ("a request of 1 MiB", text(MIB), "[DONE]", 4),
    ("a request of 8 MiB", text(8 * MIB), "[DONE]", 24),
    ("a request of 31 MiB", text(31 * MIB), "[DONE]", 90),
    ("a request of 100 MiB, in chunks", lambda s: chunked(s, 100 * MIB), "413", 40),
    ("20 requests of 16 MiB whose clients leave", lambda s: gone(s, 20, 16 * MIB), "[DONE]", 130),
    ("ten million values in a request", lambda s: post(s, request("[[events 1000]]", more=MANY)), "[DONE]", 320),
    ("100,000 brackets in a request", lambda s: post(s, request("hi", more=NESTED)), "nesting too deep", 4),
    ("100,000 brackets in an event", prompt("nested", 100_000), "upstream_protocol_error", 4),
    ("an event of 1 MiB", prompt("event", MIB), "[DONE]", 6),
    ("an event of 15 MiB", prompt("event", 15 * MIB), "[DONE]", 75),
    ("an event of 50 MiB", prompt("event", 50 * MIB), "upstream_protocol_error", 40),
    ("an answer of 1 GiB", prompt("answer", 1024 * MIB), "upstream_protocol_error", 2),
    ("a million events", prompt("events", 1_000_000), "[DONE]", 2),
    ("an answer of 100 MiB that nobody reads", lambda s: unread(s, 100 * MIB), "200 OK", 2),
    ("an error body of 100 MiB", prompt("error-body", 100 * MIB), "500", 4),
    ("100 open streams", lambda s: open_streams(s, 100), "100 begun", 5),
    ("1000 open streams", lambda s: open_streams(s, 1000), "1000 begun", 40),
    # 4 KiB a stream more at the most.
    ("1000 open streams of the Responses API", lambda s: open_streams(s, 1000, b"responses"), "1000 begun", 44),
]


SLOW = ("a million events", "ten million values in a request", "an answer of 1 GiB")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    upstream, wrong, only = Upstream(), 0, "".join(sys.argv[2:3])
    for name, act, want, bound in ROWS:
        if name in SLOW if only == "--quick" else only not in name:
            continue
        server = Server(sys.argv[1], upstream)
        post(server, request("[[events 1000]]"))
        before, began = server.memory("VmRSS"), time.monotonic()
        end = act(server)
        grown = (server.memory("VmHWM") - before) / MIB
        took = time.monotonic() - began
        server.stop()
        good = want in end and grown <= bound
        wrong += not good
        print(f"{name:40} {grown:8.1f} MiB (of {bound}) {took:6.1f} s{'' if good else '  WRONG: ' + end[-300:]}",
              flush=True)  # fmt: skip
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
