#!/usr/bin/env python3
"""Makes seeds of the golden files: seeds.py GOLDEN_FOLDER OUTPUT_FOLDER.

What a target takes in front of its text is said at the top of its file."""
import pathlib
import sys

golden, out = map(pathlib.Path, sys.argv[1:])


def sections(path):
    """The sections of a txtar file, by name."""
    found, name = {}, None
    for line in path.read_bytes().splitlines(keepends=True):
        if line.startswith(b"-- ") and line.rstrip().endswith(b" --"):
            name = line.strip()[3:-3].strip().decode()
            found[name] = b""
        elif name is not None:
            found[name] += line
    return found


def put(target, name, text):
    folder = out / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text)


# Bits of client_stream.h: custom tools 'f' and 'shell', legacy calls, pauses.
ANSWER_BITS = {"custom": 4, "legacy": 2, "pause": 128, "thinking_all": 16, "usage": 1}


def answer_bits(name):
    return bytes([sum(bit for word, bit in ANSWER_BITS.items() if word in name)])


for path in sorted(golden.glob("*/*.txtar")):
    for name, text in sections(path).items():
        if name == "upstream.sse":
            put("answer", path.stem, answer_bits(path.stem) + text)
            for request in range(4):
                put("responses", f"{path.parent.name}_{path.stem}_{request}", bytes([request]) + text)
            put("sse", path.stem, text)
            put("page", path.stem, text)
        elif name == "openai.json" and path.parent.name == "request":
            put("request", path.stem, b"\0" + text)
            put("json", path.stem, text)
        elif name == "upstream.json" and path.parent.name == "response":
            put("response", path.stem, answer_bits(path.stem) + text)
            put("json", "response_" + path.stem, text)
            put("page", "response_" + path.stem, text)
        elif path.parent.name == "error" and name.startswith("upstream"):
            put("error", path.stem, b"d\0\x10application/json" + text)
for target in ("answer", "batch", "config", "error", "headers", "http", "json", "page",
               "request", "response", "responses", "sse", "stream"):
    (out / target).mkdir(parents=True, exist_ok=True)
