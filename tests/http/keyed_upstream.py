"""An upstream that takes only the key which the file named by the first argument holds."""
import http.server
import json
import sys

MESSAGE = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5",
    "content": [{"type": "text", "text": "hello"}], "stop_reason": "end_turn", "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}
REFUSAL = {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        with open(sys.argv[1], encoding="ascii") as wanted:
            accepted = self.headers["x-api-key"] == wanted.read().strip()
        print("asked", accepted, len(body), flush=True)
        answer = json.dumps(MESSAGE if accepted else REFUSAL).encode()
        self.send_response(200 if accepted else 401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print("port", server.server_port, flush=True)
server.serve_forever()
