"""An upstream that never comes to an end, and tells on stdout what happens to its connections.

`port N` at the start, then `asked` for each request and `gone` when its connection is closed. A
prompt with "silent" in it gets no byte; others get the beginning of a stream and an event each
100 ms."""

import asyncio
import json
import re


def event(name, **members):
    return f"event: {name}\ndata: {json.dumps({'type': name, **members})}\n\n".encode()


START = b"".join(
    [
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n",
        event(
            "message_start",
            message={
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "model": "claude-sonnet-5-5",
                "content": [],
                "stop_reason": None,
                "stop_sequence": None,
                "usage": {"input_tokens": 1, "output_tokens": 1},
            },
        ),
        event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
    ]
)
DELTA = event("content_block_delta", index=0, delta={"type": "text_delta", "text": "more "})


async def stream(writer):
    writer.write(START)
    while True:
        writer.write(DELTA)
        await writer.drain()
        await asyncio.sleep(0.1)


async def serve(reader, writer):
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)[1])
    body = await reader.readexactly(length)
    print("asked", flush=True)
    answer = None if b"silent" in body else asyncio.ensure_future(stream(writer))
    try:
        await reader.read(1)  # nothing more is sent, so this is the end
    except ConnectionError:
        pass
    print("gone", flush=True)
    if answer:
        answer.cancel()
    writer.close()


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
