#!/usr/bin/env python3
"""Each citation of a page under docs/ points at something there: `docs/protocol.md 1.8` at a heading that
begins with 1.8, `docs/faults.md U51` at a row. Further places follow after commas: `docs/protocol.md 1.2, 4.2`.
    tests/citations.py SOURCE_DIR"""
import pathlib
import re
import sys

PLACE = r"(?:[A-Z]\d+|\d+(?:\.\d+)?)"
# A citation may go on in the next line of a comment.
CITATION = re.compile(rf"docs/([a-z-]+\.md)((?:[\s/#*]|,|\band\b|\bto\b)+{PLACE}\b(?:(?:,|\s|//+|#|\band\b|\bto\b)+{PLACE}\b(?!\.\d))*)?")
FOLDERS = ("src", "tests", "bench", "scripts", "cmake", "docs")
TOP = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "config.yaml")
OLD = re.compile(r"(?<!-)\b(?:wire|contract|design|field|style|responses|batches|hosted)\.md\b|(?<!docs/)\bfaults\.md\b")


def places_of(page):
    text = page.read_text()
    headings = re.findall(rf"^#+ ({PLACE})\b", text, re.M)
    rows = re.findall(r"^\| ([A-Z]\d+) \|", text, re.M)
    return set(headings) | set(rows)


def main():
    root = pathlib.Path(sys.argv[1])
    pages = {page.name: places_of(page) for page in (root / "docs").glob("*.md")}
    files = [root / name for name in TOP]
    for folder in FOLDERS:
        files += [p for p in (root / folder).rglob("*") if p.suffix in (".h", ".cc", ".md", ".txtar", ".bats", ".sh", ".py", ".txt", ".cmake", ".bash")]
    failed = False

    def complain(path, text, at, message):
        nonlocal failed
        line = text.count("\n", 0, at) + 1
        print(f"{path.relative_to(root)}:{line}: {message}", file=sys.stderr)
        failed = True

    for path in files:
        if not path.is_file() or path.name in ("citations.py", "rows.py") or "corpus" in path.parts:
            continue
        text = path.read_text(errors="replace")
        for match in CITATION.finditer(text):
            name, places = match.groups()
            if name not in pages:
                complain(path, text, match.start(), f"there is no docs/{name}")
                continue
            for place in re.findall(rf"\b{PLACE}\b", places or ""):
                if place not in pages[name]:
                    complain(path, text, match.start(), f"docs/{name} has no {place}")
        for match in OLD.finditer(text):
            if text[max(0, match.start() - 5):match.start()] not in ("docs/", "docs-") and not text[:match.start()].endswith("("):
                complain(path, text, match.start(), f"{match.group()} is not a page of docs/")
    return failed


sys.exit(main())
