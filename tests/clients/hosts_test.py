"""Anthropic's SDKs for Claude's hosts beside proxx, whose path is in PROXX: what each sends differs as
docs/hosts.md says and in nothing else; botocore signs as proxx does; and the mock that plays a host
takes what its SDK sends."""

import contextlib
import datetime
import http.client
import http.server
import json
import os
import re
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

for name in list(os.environ):
    if re.match(r"(ANTHROPIC|OPENAI|PROXX|AWS|CLOUD_ML)_|.*_proxy$", name, re.IGNORECASE):
        del os.environ[name]

import anthropic  # noqa: E402  (it reads the environment)
import botocore.auth  # noqa: E402
from anthropic.lib.google_cloud import AnthropicGoogleCloud  # noqa: E402
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402

KEY, TOKEN = "key-of-the-test-1", "token-of-the-test-1"
ID, SECRET, SESSION = "AKIDTEST", "secret-of-the-test-1", "session-of-the-test-1"
SIGNER = {"aws_access_key": ID, "aws_secret_key": SECRET, "aws_session_token": SESSION, "aws_region": "eu-west-1"}
SHELL = {"AWS_ACCESS_KEY_ID": ID, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": SESSION}
GOOGLE = "/v1/projects/p/locations/global/workspaces/w/invoke"
TOKEN_COMMAND = f"auth_token_command: [echo, {TOKEN}]\n"
HI = [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]

# What differs, as (the SDK's, proxx's).
VERSION = {"anthropic-version": ("2026-10-21", "2023-06-01")}
AS_KEY = {"authorization": ("Bearer " + KEY, None), "x-api-key": (None, KEY)}
SIGNED = {"signed": ("all but user-agent", "host, content-type, x-amz-*, anthropic-*")}
INVOKE = {
    "path": ("/model/MODEL/invoke or /invoke-with-response-stream", "/anthropic/v1/messages"),
    "body.anthropic_version": ("2026-10-21", None),
    "anthropic-version": (None, "2023-06-01"),
    "body.model": (None, "global.anthropic.claude-haiku-4-5-20251001-v1:0"),
}
STREAMED = {"body.stream": (None, True)}


class Host:
    """How a host is set up on both sides: `sdk` makes the SDK's client for a URL."""

    def __init__(self, name, yaml, sdk, model, differs, shell=None, counts=True, service=None, plays=None, prefix=""):
        self.name, self.yaml, self.sdk, self.model, self.differs = name, yaml, sdk, model, differs
        self.shell, self.counts, self.service, self.plays, self.prefix = shell or {}, counts, service, plays, prefix


PLAIN = "claude-haiku-4-5-20251001"
RUNTIME = "global.anthropic.claude-haiku-4-5-20251001-v1:0"
AWS = "upstream: aws\nregion: eu-west-1\nworkspace: w\n"
BEDROCK = "upstream: bedrock\nregion: eu-west-1\n"
MANTLE = BEDROCK + "bedrock: {endpoint: mantle}\n"
HOSTS = [
    Host("anthropic key", "upstream: anthropic\n", lambda url: anthropic.Anthropic(api_key=KEY, base_url=url), PLAIN,
         {**VERSION, **AS_KEY}, {"ANTHROPIC_API_KEY": KEY}),
    Host("aws key", AWS, lambda url: anthropic.AnthropicAWS(api_key=KEY, workspace_id="w", aws_region="eu-west-1", base_url=url),
         PLAIN, {**VERSION, **AS_KEY}, {"ANTHROPIC_AWS_API_KEY": KEY}, plays="aws"),
    Host("aws signed", AWS, lambda url: anthropic.AnthropicAWS(workspace_id="w", base_url=url, **SIGNER), PLAIN,
         {**VERSION, **SIGNED}, SHELL, service="aws-external-anthropic", plays="aws"),
    Host("google token", "upstream: google\nproject: p\nworkspace: w\n" + TOKEN_COMMAND,
         lambda url: AnthropicGoogleCloud(token_provider=lambda: TOKEN, base_url=url + GOOGLE), PLAIN, VERSION, plays="google"),
    Host("bedrock key", BEDROCK, lambda url: anthropic.AnthropicBedrock(api_key=KEY, aws_region="eu-west-1", base_url=url), RUNTIME,
         {**INVOKE, **AS_KEY}, {"AWS_BEARER_TOKEN_BEDROCK": KEY}, counts=False),
    Host("bedrock signed", BEDROCK, lambda url: anthropic.AnthropicBedrock(base_url=url, **SIGNER), RUNTIME,
         {**INVOKE, **SIGNED}, SHELL, counts=False, service="bedrock"),
    Host("mantle key", MANTLE,
         lambda url: anthropic.AnthropicBedrockMantle(api_key=KEY, aws_region="eu-west-1", base_url=url + "/anthropic"),
         "anthropic.claude-haiku-4-5", {**VERSION, **AS_KEY}, {"AWS_BEARER_TOKEN_BEDROCK": KEY}, plays="mantle"),
    Host("mantle signed", MANTLE, lambda url: anthropic.AnthropicBedrockMantle(base_url=url + "/anthropic", **SIGNER),
         "anthropic.claude-haiku-4-5", {**VERSION, **SIGNED}, SHELL, service="bedrock-mantle", plays="mantle"),
    Host("vertex token", "upstream: vertex\nproject: p\n" + TOKEN_COMMAND,
         lambda url: anthropic.AnthropicVertex(access_token=TOKEN, project_id="p", region="global", base_url=url + "/v1"),
         "claude-haiku-4-5@20251001", {"body.anthropic_version": ("2026-10-21", "vertex-2023-10-16")}, plays="vertex"),
    Host("foundry key", "upstream: foundry\nresource: r\n",
         lambda url: anthropic.AnthropicFoundry(api_key=KEY, base_url=url + "/anthropic"), PLAIN,
         {**VERSION, "api-key": (KEY, None)}, {"ANTHROPIC_FOUNDRY_API_KEY": KEY}, plays="foundry"),
    Host("foundry token", "upstream: foundry\nresource: r\n" + TOKEN_COMMAND,
         lambda url: anthropic.AnthropicFoundry(azure_ad_token_provider=lambda: TOKEN, base_url=url + "/anthropic"), PLAIN,
         VERSION, plays="foundry"),
]  # fmt: skip

MESSAGE = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [{"type": "text", "text": "hello"}],
           "stop_reason": "end_turn", "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}, "input_tokens": 7}  # fmt: skip


class Keeper(http.server.BaseHTTPRequestHandler):
    """Keeps requests; an answer is a message, whatever was asked for."""

    kept = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        Keeper.kept.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        answer = json.dumps(MESSAGE).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class Process:
    """proxx with these arguments, and the URL that it says it listens on."""

    def __init__(self, *arguments, shell=None):
        self.home = tempfile.TemporaryDirectory()
        log = Path(self.home.name, "log")
        with log.open("wb") as out:
            self.process = subprocess.Popen([os.environ["PROXX"], *arguments], stdin=subprocess.DEVNULL, stderr=out,
                                            env={"HOME": self.home.name, "PATH": os.environ["PATH"], **(shell or {})})  # fmt: skip
        end = time.monotonic() + 20
        while not (found := re.search(r"listening on http://(\S+?:\d+)", log.read_text())):
            if time.monotonic() > end:
                raise AssertionError(log.read_text())
            time.sleep(0.02)
        self.address = found[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.home.cleanup()

    def post(self, path, body):
        connection = http.client.HTTPConnection(self.address, timeout=20)
        with contextlib.closing(connection):
            connection.request("POST", path, json.dumps(body), {"content-type": "application/json"})
            return connection.getresponse().read().decode()


def names_signed(headers):
    found = re.search(r"SignedHeaders=([^,]*)", headers.get("authorization", ""))
    return found[1].split(";") if found else None


def facts(request):
    """What matters of a request, by name: not which client it is, what connection it wants, or the time."""
    path, headers, body = request
    out = {"path": path.partition("?")[0]}
    dull = r"host|user-agent|accept.*|connection|content-length|content-type|x-stainless-.*|x-app|x-amz-date|x-claude-code-.*|anthropic-dangerous-.*"
    out |= {name: value for name, value in headers.items() if not re.fullmatch(dull, name)}
    if names := names_signed(headers):
        out["authorization"] = re.search(r"Credential=\w+/\d+/([^,]*)", out["authorization"])[1]
        few = [name for name in names if re.fullmatch(r"host|content-type|x-amz-.*|anthropic-.*", name)]
        left = headers.keys() - set(names) - {"authorization", "connection"}
        out["signed"] = {few == names: SIGNED["signed"][1], left == {"user-agent"}: SIGNED["signed"][0]}.get(True, str(names))
    return out | {f"body.{name}": value for name, value in json.loads(body).items()}


def difference(theirs, ours):
    theirs, ours = facts(theirs), facts(ours)
    if theirs["path"].startswith("/model/"):
        theirs["path"] = INVOKE["path"][0]
    names = sorted(theirs.keys() | ours.keys())
    return {name: (theirs.get(name), ours.get(name)) for name in names if theirs.get(name) != ours.get(name)}


class Hosts(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keeper)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.url = f"http://127.0.0.1:{cls.server.server_port}"
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())

    def serve(self, host, url):
        config = Path(self.folder, "c.yaml")
        config.write_text(host.yaml + f"upstream_url: {url}\nclient_headers: plain\nserve: {{client_key: ignore}}\n")
        return Process("serve", "--port", "0", "-c", str(config), shell=host.shell)

    def test_requests(self):
        for host in HOSTS:
            client = host.sdk(self.url)
            with self.serve(host, self.url) as ours:
                for stream in (False, True):
                    with self.subTest(host=host.name, stream=stream):
                        try:
                            list(client.messages.create(model=host.model, max_tokens=9, messages=HI, **({"stream": True} if stream else {})))
                        except Exception:  # the answer is none of a stream's
                            pass
                        theirs = Keeper.kept.pop()
                        ours.post("/v1/chat/completions", {"model": PLAIN, "max_tokens": 9, "messages": HI, "stream": stream})
                        streamed = STREAMED if stream and host.differs.get("path") else {}
                        self.assertEqual(difference(theirs, Keeper.kept.pop()), host.differs | streamed)
                if not host.counts:
                    continue
                with self.subTest(host=host.name, what="count"):
                    client.messages.count_tokens(model=host.model, messages=HI)
                    theirs = Keeper.kept.pop()
                    self.assertIn("7", ours.post("/v1/responses/input_tokens", {"model": PLAIN, "input": "hi"}))
                    self.assertEqual(difference(theirs, Keeper.kept.pop()), host.differs)

    def test_signatures_are_botocore_s(self):
        for host in HOSTS:
            if not host.service:
                continue
            with self.subTest(host=host.name), self.serve(host, self.url) as ours:
                ours.post("/v1/chat/completions", {"model": PLAIN, "messages": [{"role": "user", "content": "hi \u00e4"}]})
                path, headers, body = Keeper.kept.pop()
                given = {name: headers[name] for name in names_signed(headers) if not re.match("host$|x-amz-", name)}
                request = AWSRequest("POST", self.url + path, headers=given, data=body)
                then = datetime.datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ")
                with mock.patch.object(botocore.auth, "get_current_datetime", lambda then=then: then):
                    botocore.auth.SigV4Auth(Credentials(ID, SECRET, SESSION), host.service, "eu-west-1").add_auth(request)
                self.assertEqual(headers["authorization"], request.headers["Authorization"])

    def test_the_mock_takes_what_the_sdk_sends(self):
        for host in HOSTS:
            if not host.plays:
                continue
            options = ["--as", host.plays, "--aws-key", f"{ID}:{SECRET}"]
            if not host.service:
                options += ["--token", KEY if "key" in host.name else TOKEN]
            with self.subTest(host=host.name), Process("mock", *options) as upstream:
                client = host.sdk("http://" + upstream.address)
                message = client.messages.create(model=host.model, max_tokens=99, messages=HI)
                self.assertIn("Hello", message.content[0].text)
                events = [event.type for event in client.messages.create(model=host.model, max_tokens=99, messages=HI, stream=True)]
                self.assertEqual((events[0], events[-1]), ("message_start", "message_stop"))
                if host.counts:
                    self.assertGreater(client.messages.count_tokens(model=host.model, messages=HI).input_tokens, 0)


if __name__ == "__main__":
    unittest.main()
