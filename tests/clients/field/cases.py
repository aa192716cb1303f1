"""What the programs of the field suite share: the server, and how a case is run and told.

FIELD_URL is the server's base URL with /v1. A program prints a line a case, fields divided by tabs:
client, version, case, ok or failed, reason. It exits 1 if a case failed.
"""

import importlib.metadata
import os
import signal
import sys
import traceback

URL = os.environ["FIELD_URL"]
KEY = "made-up"
MODEL = "claude-sonnet-5-5"
GREETING = "Hello from the mock upstream. You said: "
WEATHER = "sunny in"

CASE_S = 100
REASON_CHARS = 300

_cases = []


def case(name):
    """A decorator: the function is a case of this name, and fails by raising."""

    def keep(function):
        _cases.append((name, function))
        return function

    return keep


def get_weather(city: str) -> str:
    """Tells the weather of a city.

    Args:
        city: The city's name.
    """
    return f"{WEATHER} {city}"


def has(text, part):
    assert part in str(text), f"expected {part!r} in {text!r}"


def run(package):
    """Runs all cases of the client that `package` is."""
    run_version(package, importlib.metadata.version(package))


def run_version(package, version):
    failed = False
    for name, function in _cases:
        reason = _reason(function)
        failed = failed or bool(reason)
        print(package, version, name, "failed" if reason else "ok", reason, sep="\t", flush=True)
    sys.exit(failed)


def _reason(function):
    """Why it failed, on one line; "" if it did not."""

    def late(*_):
        raise TimeoutError(f"no end after {CASE_S} s")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(CASE_S)
    try:
        function()
    except Exception as error:
        traceback.print_exc()
        return " ".join(f"{type(error).__name__}: {error}".split())[:REASON_CHARS]
    finally:
        signal.alarm(0)
    return ""
