#!/usr/bin/env bash
# A third opinion on proxx's signatures for AWS, beside the published vectors and the mock's own reckoning:
# botocore signs the same requests, which proxx sends to a server that keeps them. Not part of CI.
#   scripts/check_signatures.sh PROXX [PYTHON-WITH-BOTOCORE]
set -euo pipefail
proxx=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PROXX=$proxx "${2:-python3}" - "$work" <<'END'
import http.server, json, os, subprocess, sys, threading
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
import botocore.auth, datetime

kept = []
MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [{"type": "text", "text": "hello"}],
           "stop_reason": "end_turn", "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}

class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        kept.append((self.path, dict(self.headers.items()), body))
        answer = json.dumps(MESSAGE).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *_):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
wrong = 0
for upstream, extra, service in (("bedrock", "", "bedrock"), ("bedrock", "bedrock: {endpoint: mantle}\n", "bedrock-mantle"),
                                 ("aws", "workspace: w1\n", "aws-external-anthropic")):
    config = os.path.join(sys.argv[1], "c.yaml")
    with open(config, "w") as out:
        out.write(f"upstream: {upstream}\nregion: eu-west-1\n{extra}upstream_url: http://127.0.0.1:{server.server_port}\n")
    env = {"PATH": os.environ["PATH"], "HOME": sys.argv[1], "AWS_ACCESS_KEY_ID": "AKIDCHECK", "AWS_SECRET_ACCESS_KEY": "check-secret-1",
           "AWS_SESSION_TOKEN": "check-session-1"}
    request = json.dumps({"model": "claude-haiku-4-5", "messages": [{"role": "user", "content": "hi \u00e4"}]})
    subprocess.run([os.environ["PROXX"], "-c", config], input=request, env=env, check=True, text=True, stdout=subprocess.DEVNULL)
    path, headers, body = kept.pop()
    ours = headers["Authorization"]
    names = ours.split("SignedHeaders=")[1].split(",")[0].split(";")
    signed = {k: v for k, v in headers.items() if k.lower() in names and not k.lower().startswith("x-amz") and k.lower() != "host"}
    theirs = AWSRequest("POST", f"http://127.0.0.1:{server.server_port}{path}", headers=signed, data=body)
    then = datetime.datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ")
    botocore.auth.get_current_datetime = lambda: then
    SigV4Auth(Credentials("AKIDCHECK", "check-secret-1", "check-session-1"), service, "eu-west-1").add_auth(theirs)
    same = theirs.headers["Authorization"] == ours
    wrong += not same
    print(service, "ok" if same else f"differs:\n {ours}\n {theirs.headers['Authorization']}")
sys.exit(wrong)
END
