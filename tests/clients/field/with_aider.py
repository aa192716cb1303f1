# requires: aider-chat==0.86.2
import pathlib
import subprocess
import sys
import tempfile

from cases import GREETING, KEY, MODEL, URL, case, has, run


def aider(*options):
    """What it prints, on one line: it breaks lines at the width of the terminal."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "add.py")
        file.write_text("def add(a, b):\n    return a - b\n")
        done = subprocess.run(
            [pathlib.Path(sys.executable).with_name("aider"), "--model", "openai/" + MODEL]
            + ["--openai-api-base", URL, "--openai-api-key", KEY, "--no-git", "--yes-always"]
            + ["--no-check-update", "--analytics-disable", "--no-show-model-warnings"]
            + [*options, file.name],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
    return " ".join(done.stdout.split())


@case("stream")
def stream():
    has(aider("--message", "ping"), GREETING + "ping")


@case("plain call")
def plain():
    has(aider("--no-stream", "--message", "ping"), GREETING + "ping")


@case("a question about the file")
def ask():
    has(aider("--message", "/ask ping"), GREETING + "ping")


run("aider-chat")
