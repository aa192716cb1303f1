"""An upstream that says something and then nothing: usage silent_upstream.py nothing|head|event|pings.
Says `port N`, `asked` when a request is there, and `closed AFTER` when its connection was closed,
with the seconds since it was last spoken to."""

import socket
import sys
import threading
import time

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
START = (b'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message",'
         b'"role":"assistant","model":"claude-sonnet-5-5","content":[],"stop_reason":null,'
         b'"stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}}\n\n'
         b'event: content_block_start\ndata: {"type":"content_block_start","index":0,'
         b'"content_block":{"type":"text","text":""}}\n\n'
         b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
         b'"delta":{"type":"text_delta","text":"first"}}\n\n')
PING = b'event: ping\ndata: {"type":"ping"}\n\n'
SAYS = {"nothing": b"", "head": HEAD, "event": HEAD + START, "pings": HEAD + START}
how = sys.argv[1]


def serve(connection):
    asked = b""
    while b"\r\n\r\n" not in asked:
        asked += connection.recv(65536)
    head, _, body = asked.partition(b"\r\n\r\n")
    size = int(head.lower().split(b"content-length:")[1].split()[0])
    while len(body) < size:
        body += connection.recv(65536)
    connection.sendall(SAYS[how])
    print("asked", flush=True)
    since = time.monotonic()
    connection.settimeout(0.1 if how == "pings" else None)
    while True:
        try:
            if not connection.recv(65536):
                break
        except TimeoutError:
            try:
                connection.sendall(PING)
            except OSError:
                break
        except OSError:
            break
    print(f"closed {time.monotonic() - since:.2f}", flush=True)


listener = socket.create_server(("127.0.0.1", 0))
print(f"port {listener.getsockname()[1]}", flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
