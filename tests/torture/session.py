"""A session of `proxx serve` under a fault: requests of each kind, twice, and a drain."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time

from cases import EXIT_CODES, request
from faults import HANG_SECONDS, Page, environment, steady

KEY = "sk-ant-torture"
JSON = {"content-type": "application/json"}
EVENTS = "/proxx/events"  # without an end
NATIVE = json.dumps({"model": "claude-sonnet-5-5", "max_tokens": 9, "stream": True,
                     "messages": [{"role": "user", "content": "hi"}]}).encode()  # fmt: skip
STEPS = [
    ("answer", "POST", "/v1/chat/completions", request()),
    ("stream", "POST", "/v1/chat/completions", request("tools", True)),
    ("native", "POST", "/v1/messages", NATIVE),
    ("models", "GET", "/v1/models", None),
    ("invalid", "POST", "/v1/chat/completions", b'{"model":'),
    ("upstream-error", "POST", "/v1/chat/completions", request("error-400")),
    ("page", "GET", "/", None),
    ("page-recording", "POST", "/proxx/recording", b'{"on":true}'),
    ("page-convert", "POST", "/proxx/convert", request()),
    ("page-requests", "GET", "/proxx/requests", None),
    ("page-request", "GET", "/proxx/requests/1", None),
    ("page-events", "GET", EVENTS, None),
]


# Members of the page's data that do not depend on how requests went.
LASTING = ("requests", "models", "totals", "minutes", "id", "path", "status", "notices")


class Failure(Exception):
    """What the session found wrong."""


class Closed(Exception):
    """The server closed the connection, or is gone, before an answer was whole."""


class Connection(http.client.HTTPConnection):
    """Over a Unix socket: its place is known even if the line that tells it could not be written."""

    def __init__(self, path):
        super().__init__("localhost", timeout=HANG_SECONDS)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(HANG_SECONDS)
        self.sock.connect(self.path)


def listens(process, place):
    until = time.monotonic() + HANG_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            return False
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(place)
            return True
        time.sleep(0.005)
    raise Failure("does not begin to listen")


def ask(place, method, path, body):
    """Status and body as a client has them."""
    connection = Connection(place)
    try:
        connection.request(method, path, body, JSON)
        response = connection.getresponse()
        if path == EVENTS and response.status == 200:
            return 200, first_event(response)
        body = steady(response.read())
        return response.status, form_of(body) if is_shown(path, response) else body
    except (TimeoutError, socket.timeout) as error:
        raise Failure(f"{method} {path} is not answered") from error
    except (OSError, http.client.HTTPException) as error:
        raise Closed(str(error)) from error
    finally:
        connection.close()


def first_event(response):
    """Its name. The page reads the rest as it comes."""
    name = response.readline()
    if not name or not response.readline().endswith(b"\n"):
        raise Closed("in the first event")
    return name


def is_shown(path, response):
    return path.startswith("/proxx/requests") and response.status == 200


def form_of(body):
    """What the page shows of requests tells how they went: its form is all that stays the same."""
    with contextlib.suppress(ValueError):
        return b" ".join(sorted(key.encode() for key in json.loads(body) if key in LASTING))
    return body


def is_honest(name, got, sound):
    """An answer that is another than the sound one must be an error, and say so."""
    status, body = got
    if status >= 400:
        try:
            return "error" in json.loads(body)
        except ValueError:
            return False
    if status != 200 or name not in ("stream", "native"):
        return False
    return b'"error"' in body and b"[DONE]" not in body and b"message_stop" not in body


def run_session(proxx, libraries, upstream, fault, sound):
    """(calls, fired, answers); raises Failure. `sound` is None in the run that makes the answers."""
    with tempfile.TemporaryDirectory(prefix="torture.") as directory:
        page = Page(directory)
        env = environment(libraries, fault, page, directory)
        env["ANTHROPIC_API_KEY"] = KEY
        log, place = os.path.join(directory, "log"), os.path.join(directory, "socket")
        settings = os.path.join(directory, "proxx.yaml")
        with open(settings, "w", encoding="utf-8") as file:
            file.write("serve: {page: true}\n")
        with open(log, "wb") as stderr:
            process = subprocess.Popen(
                [proxx, "serve", "--config", settings, "--unix", place, "--upstream-url", upstream],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr, env=env)  # fmt: skip
        try:
            answers = hold(process, place, page, fault, sound)
            check_end(process, log, fault)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
        return page.calls, page.failed > 0, answers


def hold(process, place, page, fault, sound):
    answers = {}
    if not listens(process, place):
        return answers
    for turn in (1, 2):
        hurt_before = page.failed > 0 and fault.times == 1
        for name, method, path, body in STEPS:
            try:
                answers[name] = ask(place, method, path, body)
            except Closed:
                if process_ended(process, fault):
                    return answers
                if fault.invisible or hurt_before:
                    raise Failure(f"{name} (turn {turn}): closed without an answer") from None
                continue
            if sound is None or answers[name] == sound[name]:
                continue
            if fault.invisible or hurt_before or not is_honest(name, answers[name], sound[name]):
                raise Failure(f"{name} (turn {turn}): {answers[name]}")
    process.send_signal(signal.SIGTERM)
    return answers


def check_end(process, log, fault):
    try:
        code = process.wait(HANG_SECONDS)
    except subprocess.TimeoutExpired:
        raise Failure("does not end") from None
    if code not in EXIT_CODES:
        raise Failure(f"exit code {code}")
    with open(log, "rb") as text:
        if code != 0 and b"proxx: " not in text.read() and fault.call != "write":
            raise Failure(f"exit code {code} without a message")
    if code != 0 and fault.invisible:
        raise Failure(f"exit code {code}")


def process_ended(process, fault):
    """Whether the connection was closed because the program ended, which shows a moment later."""
    try:
        process.wait(0.2 if fault.call != "allocation" else 1)
        return True
    except subprocess.TimeoutExpired:
        return False


class Upstream:
    """`proxx mock`, unhurt."""

    def __init__(self, proxx):
        self.process = subprocess.Popen([proxx, "mock", "--port", "0"], stderr=subprocess.PIPE)
        line = self.process.stderr.readline().decode()
        self.url = re.search(r"http://\S+", line)[0]

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()
