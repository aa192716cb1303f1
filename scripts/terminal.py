#!/usr/bin/env python3
"""Draws docs/terminal.svg: commands run in a real terminal against the built-in mock, with what they print.

    scripts/terminal.py PROXX > docs/terminal.svg

The same binary always gives the same bytes; tests/docs.sh compares them with the committed file. The only thing
changed is the port of `serve`, which the system picks: it is drawn as 8080.
"""

import html
import os
import pty
import re
import signal
import sys
import tempfile

COLUMNS = 80
COMMANDS = [
    "proxx ask --mock hi",
    "git diff | proxx ask --mock -m opus what could break here",
    "proxx ask --mock -J 'name, age int' invent a person",
    "proxx ask --mock -C talk.json name three colours",
    "proxx ask --mock -C talk.json which of them is warm",
    """echo '{"messages":[{"role":"user","content":"hi"}],"seed":7}' > request.json""",
    "proxx --mock -F text request.json",
    "proxx ask --mock '[[mock:truncated]]' || echo \"exit code $?\"",
    "proxx serve --mock",
]
# What `git diff` prints here: the picture is not of this repository's state.
DIFF = "-  delay = min(delay * 2, limit)\n+  delay *= 2\n"

FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
WIDTH_PX, LINE_PX, SIZE_PX, MARGIN_PX, BAR_PX = 8.43, 19, 14, 18, 34
COLOURS = {30: "#6e7681", 31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#56d4dd"}


def run(command, folder, environment):
    """What the terminal got. A server is interrupted once it has said where its page is."""
    environment = dict(environment, PROXX_PORT="0")
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.execvpe("bash", ["bash", "-c", command], environment)
    got = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux ends a terminal without writers so
            break
        if not piece:
            break
        got += piece
        if b"page at" in got and got.endswith(b"\n"):
            os.kill(process, signal.SIGKILL)
            break
    os.close(terminal)
    os.waitpid(process, 0)
    return re.sub(r"(127\.0\.0\.1):\d+", r"\1:8080", got.decode())


def cells(text):
    """Lines of (character, style): colours followed, lines wrapped at COLUMNS."""
    lines, style = [[]], ""
    for part in re.split(r"(\x1b\[[0-9;]*[a-zA-Z]|\r\n|\r|\n)", text):
        if part in ("\r\n", "\n"):
            lines.append([])
        elif part == "\r":
            lines[-1] = []
        elif part.startswith("\x1b["):
            if part.endswith("m"):
                style = styled(style, part[2:-1])
        else:
            for character in part:
                if len(lines[-1]) == COLUMNS:
                    lines.append([])
                lines[-1].append((character, style))
    if not lines[-1]:
        lines.pop()
    return lines


def styled(style, codes):
    for code in [int(code or 0) for code in codes.split(";")]:
        if code == 0:
            style = ""
        elif code == 1:
            style += "font-weight:bold;"
        elif code == 2:
            style += "opacity:0.6;"
        elif code in COLOURS or code - 60 in COLOURS:
            style += f"fill:{COLOURS[code if code in COLOURS else code - 60]};"
    return style


def drawn(line):
    spans, at = [], 0
    while at < len(line):
        end = at
        while end < len(line) and line[end][1] == line[at][1]:
            end += 1
        words = html.escape("".join(character for character, _ in line[at:end]), quote=False)
        style = line[at][1]
        spans.append(f'<tspan style="{style}">{words}</tspan>' if style else words)
        at = end
    return "".join(spans)


def svg(lines):
    width = round(COLUMNS * WIDTH_PX + 2 * MARGIN_PX)
    height = BAR_PX + len(lines) * LINE_PX + MARGIN_PX
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">'
    )
    yield "<title>proxx in a terminal, answered by its mock</title>"
    yield f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>'
    for at, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        yield f'<circle cx="{MARGIN_PX + 6 + at * 20}" cy="17" r="6" fill="{colour}"/>'
    yield f'<g font-family="{FONT}" font-size="{SIZE_PX}" fill="#e6edf3" style="white-space:pre" xml:space="preserve">'
    for at, line in enumerate(lines):
        y = BAR_PX + at * LINE_PX + SIZE_PX
        yield f'<text x="{MARGIN_PX}" y="{y}">{drawn(line)}</text>'
    yield "</g>\n</svg>"


def main():
    proxx = os.path.realpath(sys.argv[1])
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        tools = os.path.join(folder, "bin")
        os.mkdir(tools)
        os.symlink(proxx, os.path.join(tools, "proxx"))
        with open(os.path.join(tools, "git"), "w") as git:
            git.write(f"#!/bin/sh\ncat <<'END'\n{DIFF}END\n")
        os.chmod(git.name, 0o755)
        environment = {
            "PATH": tools + ":/usr/local/bin:/usr/bin:/bin",
            "HOME": folder,
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "COLUMNS": str(COLUMNS),
        }
        for command in COMMANDS:
            lines += cells("\x1b[32m$\x1b[0m " + "\x1b[1m" + command + "\x1b[0m\n")
            lines += cells(run(command, folder, environment))
    sys.stdout.write("\n".join(svg(lines)) + "\n")


if __name__ == "__main__":
    main()
