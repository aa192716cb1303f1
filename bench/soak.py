#!/usr/bin/env python3
"""Streams through `proxx serve` for a long time: soak.py [--tls] PROXX [SECONDS]

200 streams at a time. Of ten, one reads slowly and one leaves amid its answer; some calls meet an
upstream that cuts the connection, answers 429, or ends with an error. Checked: every text is
exactly its own, every end is the one its upstream gave, memory and descriptors of the server do not
grow. With --tls the upstream speaks TLS. Prints a table; exits with 1 if a check failed."""

import asyncio
import collections
import json
import os
import random
import re
import ssl
import subprocess
import sys
import tempfile
import time

STREAMS = 200
SLOW_BYTES_PER_SECOND = 150_000
CALL_SECONDS = 60  # the slowest takes about ten
SAMPLES = 20
# After the first part of the run everything that is kept is there; then memory may vary by this much.
WARM_PART = 0.25
MAX_GROWTH_KIB = 16 * 1024


def event(name, **members):
    return f"event: {name}\ndata: {json.dumps({'type': name, **members})}\n\n".encode()


def text_of(tag, parts):
    return [f"{tag}:{i}:" + "äx" * ((i * 37) % 200) + ";" for i in range(parts)]


async def answer(reader, writer):
    """The upstream. The prompt says what it does: `KIND TAG PARTS`."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)[1])
            body = json.loads(await reader.readexactly(length))
            content = body["messages"][-1]["content"]
            prompt = content if isinstance(content, str) else content[0]["text"]
            kind, tag, parts = prompt.split()
            if kind == "limited":
                text = b'{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}'
                writer.write(
                    b"HTTP/1.1 429 Too Many\r\ncontent-type: application/json\r\nretry-after: 1\r\n"
                    b"content-length: %d\r\n\r\n%s" % (len(text), text)
                )
                continue
            if not await play(writer, kind, text_of(tag, int(parts))):
                writer.transport.abort()
                return
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def play(writer, kind, texts):
    def send(data):
        writer.write(b"%x\r\n%s\r\n" % (len(data), data))

    writer.write(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5",
               "content": [], "stop_reason": None, "stop_sequence": None,
               "usage": {"input_tokens": 1, "output_tokens": 1}}  # fmt: skip
    send(event("message_start", message=message))
    send(event("content_block_start", index=0, content_block={"type": "text", "text": ""}))
    for i, text in enumerate(texts):
        send(event("content_block_delta", index=0, delta={"type": "text_delta", "text": text}))
        await writer.drain()
        if i == len(texts) // 2 and kind == "reset":
            return False
        if i == len(texts) // 2 and kind == "failing":
            send(event("error", error={"type": "overloaded_error", "message": "Overloaded"}))
            writer.write(b"0\r\n\r\n")
            return True
        if kind not in ("flood", "slow"):
            await asyncio.sleep(random.uniform(0, 0.1))
    send(event("content_block_stop", index=0))
    send(event("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None},
               usage={"output_tokens": len(texts)}))  # fmt: skip
    send(event("message_stop"))
    writer.write(b"0\r\n\r\n")
    return True


async def read_stream(reader, bytes_per_second, stop_after):
    """The streamed text and how it ended: done, error, cut, or left."""
    text, left = "", b""
    seen, owed = 0, 0.0
    while True:
        size = await reader.readline()
        if not size.strip():
            return text, "cut"
        length = int(size, 16)
        if length == 0:
            await reader.readline()
            return text, "cut"
        left += (await reader.readexactly(length + 2))[:-2]
        owed += length / bytes_per_second if bytes_per_second else 0
        if owed > 0.25:
            await asyncio.sleep(owed)
            owed = 0
        *frames, left = left.split(b"\n\n")
        for frame in frames:
            if frame.startswith(b":"):
                continue
            data = frame.removeprefix(b"data: ")
            if data == b"[DONE]":
                await reader.readexactly(5)
                return text, "done"
            chunk = json.loads(data)
            if chunk.get("error"):
                return text, "error"
            text += chunk["choices"][0]["delta"].get("content") or ""
            seen += 1
            if stop_after and seen >= stop_after:
                return text, "left"


async def one_call(port, connection, kind, tag, tally):
    """Asks once; gives back the connection if it can be used again."""
    parts = {"flood": 400, "slow": 2000}.get(kind) or random.randint(5, 60)
    if connection is None:
        connection = await asyncio.open_connection("127.0.0.1", port)
    reader, writer = connection
    upstream_kind = "plain" if kind == "leaving" else kind
    body = json.dumps({"model": "claude-sonnet-5-5", "stream": True,
                       "messages": [{"role": "user", "content": f"{upstream_kind} {tag} {parts}"}]})  # fmt: skip
    writer.write(
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nx-api-key: k\r\n"
        f"content-length: {len(body)}\r\n\r\n{body}".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split()[1])
    whole = "".join(text_of(tag, parts))
    if kind == "limited":
        length = int(re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)[1])
        await reader.readexactly(length)
        good = status == 429 and b"\r\nretry-after: 1\r\n" in head
    else:
        leaves = random.randint(2, 5) if kind == "leaving" else 0
        text, end = await read_stream(reader, SLOW_BYTES_PER_SECOND if kind == "slow" else 0, leaves)
        wanted = {"reset": "error", "failing": "error", "leaving": "left"}.get(kind, "done")
        good = status == 200 and end == wanted and whole.startswith(text)
        good = good and (wanted != "done" or text == whole)
    tally[kind, good] += 1
    if not good:
        print(f"wrong: {kind} {tag}: status {status}", file=sys.stderr)
    if kind in ("leaving", "reset", "failing") or not good:
        writer.transport.abort()
        return None
    return connection


async def client(port, number, end, tally):
    """A tenth reads slowly, a tenth leaves, the others meet all sorts of upstreams."""
    kinds = {0: ["slow"], 1: ["leaving"]}.get(
        number % 10, ["plain"] * 6 + ["flood", "reset", "limited", "failing"]
    )
    connection, count = None, 0
    while time.monotonic() < end:
        kind = random.choice(kinds)
        try:
            call = one_call(port, connection, kind, f"{number}-{count}", tally)
            connection = await asyncio.wait_for(call, CALL_SECONDS)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.TimeoutError) as error:
            tally[kind, False] += 1
            print(f"wrong: {kind} {number}-{count}: {error!r}", file=sys.stderr)
            connection = None
        count += 1
        await asyncio.sleep(random.uniform(0, 0.2))
    if connection:
        connection[1].close()


def sample(pid):
    with open(f"/proc/{pid}/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    with open(f"/proc/{pid}/stat") as stat:
        ticks = stat.read().rsplit(")", 1)[1].split()
    cpu = (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")
    return int(fields["VmRSS"].split()[0]), len(os.listdir(f"/proc/{pid}/fd")), cpu


async def watch(pid, start, seconds, tally, samples):
    print(f"{'seconds':>8} {'RSS KiB':>8} {'fds':>5} {'CPU s':>7} {'calls':>8} {'wrong':>6}")
    while True:
        rss, fds, cpu = sample(pid)
        passed = time.monotonic() - start
        wrong = sum(count for (_, good), count in tally.items() if not good)
        print(f"{passed:8.0f} {rss:8} {fds:5} {cpu:7.1f} {sum(tally.values()):8} {wrong:6}", flush=True)
        samples.append((passed, rss, fds))
        await asyncio.sleep(max(1.0, seconds / SAMPLES))


def make_certificate(folder):
    certificate, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


async def run(proxx, seconds, with_tls):
    folder = tempfile.TemporaryDirectory()
    context, trust = None, []
    if with_tls:
        context, certificate = make_certificate(folder.name)
        trust = ["--cacert", certificate]
    upstream = await asyncio.start_server(answer, "127.0.0.1", 0, limit=1 << 20, backlog=512, ssl=context)
    upstream_port = upstream.sockets[0].getsockname()[1]
    log_path = os.path.join(folder.name, "log")
    with open(log_path, "wb") as log:
        server = subprocess.Popen(
            [proxx, "serve", "--config", "none", "--port", "0", "--upstream-url",
             f"{'https' if with_tls else 'http'}://127.0.0.1:{upstream_port}", *trust],
            stderr=log, stdin=subprocess.DEVNULL, env={"HOME": folder.name},
        )  # fmt: skip
    try:
        found = None
        while not found:
            await asyncio.sleep(0.05)
            with open(log_path) as log:
                found = re.search(r"listening on http://127.0.0.1:(\d+)/", log.read())
        port = int(found[1])
        tally, samples = collections.Counter(), []
        fds_at_rest = sample(server.pid)[1]
        start = time.monotonic()
        watcher = asyncio.ensure_future(watch(server.pid, start, seconds, tally, samples))
        await asyncio.gather(*(client(port, i, start + seconds, tally) for i in range(STREAMS)))
        watcher.cancel()
        await asyncio.sleep(1)
        rss, fds, _ = sample(server.pid)
        return report(tally, samples, seconds, rss, fds, fds_at_rest)
    finally:
        server.terminate()
        print("exit", await asyncio.to_thread(server.wait))


def report(tally, samples, seconds, rss, fds, fds_at_rest):
    print(f"\n{'kind':>10} {'right':>8} {'wrong':>6}")
    for kind in sorted({kind for kind, _ in tally}):
        print(f"{kind:>10} {tally[kind, True]:8} {tally[kind, False]:6}")
    warm = max(kib for passed, kib, _ in samples if passed <= max(seconds * WARM_PART, 1))
    peak = max(kib for _, kib, _ in samples)
    print(f"\nRSS: {warm} KiB warm, {peak} at most, {rss} at the end")
    print(f"descriptors: {fds_at_rest} at rest, {max(n for *_, n in samples)} at most, {fds} at the end")
    # Kept upstream connections are closed after a minute.
    checks = {
        "every stream was right": not any(count for (_, good), count in tally.items() if not good),
        "memory did not grow": peak <= warm + MAX_GROWTH_KIB,
        "descriptors were given back": fds <= fds_at_rest + STREAMS,
    }
    for what, held in checks.items():
        print(("ok      " if held else "FAILED  ") + what)
    return all(checks.values())


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--tls"]
    if not 1 <= len(arguments) <= 2:
        sys.exit(__doc__)
    seconds = float(arguments[1]) if arguments[1:] else 600
    good = asyncio.run(run(arguments[0], seconds, "--tls" in sys.argv))
    sys.exit(0 if good else 1)
