"""An upstream that refuses every request with a message that holds all values of its headers, in every
spelling, written in pieces that part each of them. Says `port N` on stdout."""

import base64
import http.server
import json
import time
import urllib.parse

NAMES = ("x-api-key", "authorization", "cookie", "x-auth", "authentication", "x-session")


def spellings(secret):
    raw = secret.encode()
    yield secret
    yield urllib.parse.quote(secret, safe="")
    yield "".join(f"%{byte:02x}" for byte in raw)
    for before in (b"", b"a", b"ab"):
        yield base64.b64encode(before + raw).decode()
        yield base64.urlsafe_b64encode(before + raw).decode()


class Upstream(http.server.BaseHTTPRequestHandler):
    def refuse(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        values = [self.headers[name] for name in NAMES if self.headers[name]]
        values += [part.partition("=")[2] for value in values for part in value.split("; ") if "=" in part]
        values = [value.removeprefix("Bearer ") for value in values]
        message = " | ".join(text for value in values for text in spellings(value))
        body = json.dumps({"type": "error", "error": {"type": "authentication_error", "message": message}})
        escaped = "".join(f"\\u{ord(c):04x}" for value in values for c in value + " ")
        body = body.replace('message": "', 'message": "' + escaped).encode()
        self.send_response(400)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        for i, value in enumerate(values):
            self.send_header(f"x-reflected-{i}", f"see {value}")
        self.end_headers()
        for at in range(0, len(body), 13):
            self.wfile.write(body[at : at + 13])
            self.wfile.flush()
            time.sleep(0.001)

    do_GET = do_POST = refuse

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
print(f"port {server.server_port}", flush=True)
server.serve_forever()
