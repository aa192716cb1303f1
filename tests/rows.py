#!/usr/bin/env python3
"""Compares docs/faults.md with the tests: each row has a test that carries the row's number in its name
(TEST_CASE, @test, a golden file's first line), and its last column names the files of these tests.
    tests/rows.py [--write]      --write fills the column"""
import collections
import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parent
PAGE = TESTS.parent / "docs" / "faults.md"
CASE = re.compile(r'(?:TEST_CASE(?:_FIXTURE)?\(\s*(?:\w+,\s*)?|^@test )"((?:[^"]|"\s*")*)"', re.M)
ROW = re.compile(r"^\| ([A-Z]\d+) \| (.*) \| ([^|]*)\|$")


def rows_in(name):
    """The rows that a test's name names; "H5 to H9" is five."""
    found = set(re.findall(r"\b[A-Z]\d+\b", name))
    for section, first, last in re.findall(r"\b([A-Z])(\d+) to \1(\d+)\b", name):
        found |= {f"{section}{n}" for n in range(int(first), int(last) + 1)}
    return found


def tested_rows():
    """Of each row: the files of its tests, relative to tests/."""
    files = collections.defaultdict(set)
    for path in sorted(TESTS.rglob("*")):
        if path.suffix not in (".cc", ".bats", ".txtar"):
            continue
        text = path.read_text(errors="replace")
        names = [text.split("\n", 1)[0]] if path.suffix == ".txtar" else CASE.findall(text)
        for name in names:
            for row in rows_in(name):
                files[row].add(str(path.relative_to(TESTS)))
    return files


def main():
    files = tested_rows()
    failed = False
    lines = []
    for line in PAGE.read_text().split("\n"):
        match = ROW.match(line)
        if match:
            row, text, column = match.groups()
            tests = ", ".join(sorted(files[row]))
            if not tests:
                print(f"no test names {row}: {text}", file=sys.stderr)
                failed = True
            elif column.strip() != tests and "--write" not in sys.argv:
                print(f"docs/faults.md: the tests of {row} are {tests}; run tests/rows.py --write", file=sys.stderr)
                failed = True
            line = f"| {row} | {text} | {tests} |"
        lines.append(line)
    if "--write" in sys.argv:
        PAGE.write_text("\n".join(lines))
    return failed


sys.exit(main())
