"""An upstream whose connections say more than they were asked for.

Answers each request with its key and its prompt. After the first answer on each connection it waits
until a file named `go` is there, sends what its argument names, and tells `late N` on stdout. `port N`
comes first, `asked` with each request."""

import asyncio
import json
import os
import re
import sys


def http(status, body, fields=""):
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
    return (head + fields + "\r\n").encode() + body


def message(text):
    return json.dumps(
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-5-5",
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
    ).encode()


LATE = {
    "answer": http(200, message("FOREIGN")),
    "408": http(408, b"", "connection: close\r\n"),
    "newline": b"\n",
    "end": b"",
}
CLOSES = ("408", "end")


async def read_request(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    body = await reader.readexactly(int(re.search(r"content-length: *(\d+)", head, re.I)[1]))
    return re.search(r"x-api-key: *(\S+)", head, re.I)[1], json.loads(body)


async def serve(reader, writer, what):
    count = 0
    try:
        while True:
            key, body = await read_request(reader)
            print("asked", flush=True)
            prompt = body["messages"][-1]["content"]
            if not isinstance(prompt, str):
                prompt = prompt[-1]["text"]
            writer.write(http(200, message(f"{key} {prompt}")))
            await writer.drain()
            count += 1
            if count > 1:
                continue
            while not os.path.exists("go"):
                await asyncio.sleep(0.01)
            os.remove("go")
            writer.write(LATE[what])
            await writer.drain()
            if what in CLOSES:
                writer.close()
            print("late", flush=True)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass


async def main(what):
    server = await asyncio.start_server(lambda r, w: serve(r, w, what), "127.0.0.1", 0)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main(sys.argv[1]))
