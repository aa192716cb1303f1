"""An upstream that refuses every key with a message and headers that hold it, or the one that is its
argument: no key of anybody's may be shown for that. Says `port N` on stdout."""

import http.server
import json
import sys


class Upstream(http.server.BaseHTTPRequestHandler):
    def refuse(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        key = sys.argv[1] if len(sys.argv) > 1 else self.headers.get("x-api-key", "")
        error = {"type": "authentication_error", "message": f"invalid x-api-key: {key}"}
        body = json.dumps({"type": "error", "error": error}).encode()
        self.send_response(401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("request-id", f"req_{key}")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = refuse

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
print(f"port {server.server_port}", flush=True)
server.serve_forever()
