"""The command lines that are run under faults, and the judgement of one run."""

import contextlib
import dataclasses
import json
import os
import subprocess
import tempfile

from faults import HANG_SECONDS, Page, environment, steady

LATE_SECONDS = 0.3
# proxx(1); a signal's death is none of them.
EXIT_CODES = range(0, 13)


def request(scenario="text", stream=False):
    body = {"model": "claude-sonnet-5-5", "stream": stream,
            "messages": [{"role": "user", "content": f"[[mock:{scenario}]] hi"}]}  # fmt: skip
    return json.dumps(body).encode()


def batch_lines(*names):
    return b"".join(
        json.dumps({"custom_id": name, "method": "POST", "url": "/v1/chat/completions",
                    "body": json.loads(request())}).encode() + b"\n"
        for name in names
    )  # fmt: skip


def golden(path, section):
    """A section of a golden file (txtar)."""
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "..", "golden", path), encoding="utf-8") as file:
        text = file.read().split(f"-- {section} --\n", 1)[1]
    return text.split("\n-- ", 1)[0].encode()


@dataclasses.dataclass
class Case:
    name: str
    arguments: list
    stdin: bytes = b""
    files: dict = dataclasses.field(default_factory=dict)
    output: str = ""  # a file that is looked at with stdout
    whole: bool = False  # that file is there in whole or not at all
    resumes: bool = False  # what a failed run left is finished by the next
    reads_late: bool = False  # stdout fills up before it is read
    calls: tuple = ()  # only these fail; else all


BATCH = ["batch", "--mock", "-j", "2", "-o", "out.jsonl"]
CASES = [
    Case("send", ["--mock"], request()),
    Case("send-stream", ["--mock"], request("parallel-tools", True)),
    Case("send-large", ["--mock"], request("huge-event", True), reads_late=True,
         calls=("descriptor", "watch")),
    Case("send-file", ["--mock", "-v", "-o", "out.json", "./in.json"], b"", {"in.json": request()},
         "out.json", whole=True),
    Case("dry-run", ["-n", "-v"], request("tools")),
    Case("ask", ["ask", "--mock", "-u", "-a", "note.txt", "what", "is", "this"], b"from the pipe\n",
         {"note.txt": b"a note\n"}),
    Case("convert-request", ["convert", "request"], golden("request/messages.txtar", "openai.json")),
    Case("convert-response", ["convert", "response", "--created", "1"],
         golden("response/tool_use.txtar", "upstream.json")),
    Case("convert-stream", ["convert", "stream", "--created", "1"],
         golden("stream/parallel_tool_use.txtar", "upstream.sse")),
    Case("batch", [*BATCH, "in.jsonl"], b"", {"in.jsonl": batch_lines("a", "b", "c")}, "out.jsonl",
         resumes=True),
    Case("batch-resume", [*BATCH, "--resume", "in.jsonl"], b"",
         {"in.jsonl": batch_lines("a", "b", "c"),
          "out.jsonl": b'{"id":"batch_req_1","custom_id":"b","response":{"status_code":500,'
                       b'"request_id":"r","body":{}},"error":null}\n{"id":"batch_r'},
         "out.jsonl", resumes=True),
    Case("half-price", ["batch", "--half-price", "--mock", "-c", "c.yaml", "-o", "out.jsonl", "in.jsonl"], b"",
         {"in.jsonl": batch_lines("a", "b", "c"), "c.yaml": b"half_price: {poll: 0.05, settle: 0.2}\n"},
         "out.jsonl"),
    Case("bridge", ["bridge", "--mock"],
         b'{"id":1,"body":%s}\n{"id":2,"body":%s}\n' % (request(), request("tools", True))),
    Case("config", ["config", "-c", "c.yaml"], b"",
         {"c.yaml": b"model: claude-opus-5-5\nserve: {threads: 2}\nmodels: {gpt: claude-sonnet-5-5}\n"}),
]  # fmt: skip


@dataclasses.dataclass
class Outcome:
    code: int = 0
    stdout: bytes = b""
    stderr: bytes = b""
    file: object = None
    hangs: bool = False
    calls: int = 0
    fired: bool = False


def run_once(proxx, libraries, case, fault, directory):
    page = Page(directory)
    env = environment(libraries, fault, page, directory)
    outcome = Outcome()
    with open(os.path.join(directory, "stdin"), "w+b") as stdin:
        stdin.write(case.stdin)
        stdin.seek(0)
        process = subprocess.Popen([proxx, *case.arguments], stdin=stdin, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, cwd=directory, env=env)  # fmt: skip
    if case.reads_late:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LATE_SECONDS)
    try:
        stdout, outcome.stderr = process.communicate(timeout=HANG_SECONDS)
        outcome.code, outcome.stdout = process.returncode, steady(stdout)
    except subprocess.TimeoutExpired:
        outcome.hangs = True
        process.kill()
        process.communicate()
    outcome.calls, outcome.fired = page.read()[0], page.failed > 0
    if case.output and os.path.exists(os.path.join(directory, case.output)):
        with open(os.path.join(directory, case.output), "rb") as file:
            outcome.file = steady(file.read())
    os.unlink(page.path)
    return outcome


def run_case(proxx, libraries, case, fault):
    """The outcome, and for cases that resume that of the run after it."""
    with tempfile.TemporaryDirectory(prefix="torture.") as directory:
        for name, content in case.files.items():
            with open(os.path.join(directory, name), "wb") as file:
                file.write(content)
        outcome = run_once(proxx, libraries, case, fault, directory)
        if not case.resumes or outcome.code == 0 or fault is None:
            return outcome, None
        again = dataclasses.replace(case, arguments=[*case.arguments, "--resume"])
        if "--resume" in case.arguments:
            again = case
        return outcome, run_once(proxx, libraries, again, None, directory)


def by_line(text):
    """Jobs side by side end in any order; what each says does not vary."""
    return sorted((text or b"").splitlines())


def same(case, outcome, sound):
    if case.resumes or case.arguments[0] == "bridge":
        return (by_line(outcome.file) == by_line(sound.file)
                and by_line(outcome.stdout) == by_line(sound.stdout))  # fmt: skip
    return outcome.file == sound.file and outcome.stdout == sound.stdout


def by_id(text):
    """The bridge's lines of each request."""
    lines = {}
    for line in text.splitlines():
        lines.setdefault(json.loads(line)["id"], []).append(line)
    return lines


def bridge_is_honest(text, sound):
    """Each request has its answer, or a beginning of it and an error behind."""
    got, want = by_id(text), by_id(sound)
    for name, lines in want.items():
        mine = got.get(name, [])
        if mine == lines:
            continue
        if not mine or not is_error(mine[-1]) or mine[:-1] != lines[: len(mine) - 1]:
            return False
    return got.keys() == want.keys()


def is_error(text):
    try:
        return "error" in json.loads(text.removeprefix(b"data: "))
    except ValueError:
        return False


def is_begun(text, sound):
    """Whether the text is a beginning of the sound one, an error behind it or instead."""
    common = len(os.path.commonprefix([text, sound]))
    if common == len(text):
        return True
    # an error frame begins as chunks do, so go back to where the last whole frame ended
    start = text.rfind(b"\n\n", 0, common) + 2 if b"\n\n" in text[:common] else 0
    return is_error(text[start:].strip())


def judge(case, fault, outcome, resumed, sound):
    """What is wrong with the outcome; empty if nothing is."""
    if outcome.hangs:
        return "hangs"
    if outcome.code not in EXIT_CODES:
        return f"exit code {outcome.code}"
    if not outcome.fired:
        return "" if outcome.code == sound.code and same(case, outcome, sound) else "differs unhurt"
    if fault.invisible and (outcome.code != sound.code or not same(case, outcome, sound)):
        return f"exit code {outcome.code}, and the output is not what it is without"
    if outcome.code == 0 and not same(case, outcome, sound):
        # the bridge tells failures by line
        if case.name != "bridge" or not bridge_is_honest(outcome.stdout, sound.stdout):
            return f"exit code 0, but the output differs: {outcome.stdout[:500]}"
    if outcome.code != 0 and not outcome.stderr and fault.call != "write":
        return f"exit code {outcome.code} without a message"
    if outcome.code != 0 and case.whole and outcome.file not in (None, sound.file):
        if not is_error(outcome.file):
            return "a file that is neither whole nor absent"
    if outcome.code != 0 and not case.resumes and case.arguments[0] != "bridge":
        if not is_begun(outcome.stdout, sound.stdout):
            return "the output is no beginning of the right one"
    if resumed is not None and (resumed.code != 0 or not same(case, resumed, sound)):
        return f"exit code {outcome.code}; resumed, it does not become whole ({resumed.code})"
    return ""
