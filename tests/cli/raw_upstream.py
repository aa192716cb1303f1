"""An upstream that answers each request with the bytes of a file, and closes nothing by itself. Tells
`port N` on stdout."""

import asyncio
import re
import sys


async def serve(reader, writer, answer):
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = re.search(r"content-length: *(\d+)", head, re.I)
            await reader.readexactly(int(length[1]) if length else 0)
            writer.write(answer)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass


async def main(path):
    with open(path, "rb") as file:
        answer = file.read()
    server = await asyncio.start_server(lambda r, w: serve(r, w, answer), "127.0.0.1", 0)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main(sys.argv[1]))
