"""The real Codex CLI, whose path is in CODEX. Its folders are made anew for each case."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "field"))
from cases import GREETING, KEY, MODEL, URL, case, has, run_version  # noqa: E402

CODEX = os.environ["CODEX"]
PIXEL = (
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c63a8070000810080d394534a0000000049454e44ae426082"
)
CONFIG = """
model = "{model}"
model_provider = "proxx"
approval_policy = "never"
sandbox_mode = "danger-full-access"

[model_providers.proxx]
name = "proxx"
base_url = "{url}"
env_key = "PROXX_CLIENT_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0

[mcp_servers.demo]
command = {python}
args = [{server}]
"""


class Session:
    """A thread of `codex exec --json`: the events of its last turn, and what its file holds."""

    def __init__(self, prompt, *options, files=None):
        self.folder = tempfile.TemporaryDirectory()
        self.home, self.work = (pathlib.Path(self.folder.name, name) for name in ("home", "work"))
        self.home.mkdir()
        self.work.mkdir()
        for file, content in (files or {}).items():
            (self.work / file).write_bytes(content)
        python, server = json.dumps(sys.executable), json.dumps(str(HERE / "mcp_server.py"))
        config = CONFIG.format(model=MODEL, url=URL, python=python, server=server)
        (self.home / "config.toml").write_text(config)
        self._exec(prompt, *options)

    def again(self, prompt, *options):
        """Another turn of the thread."""
        self._exec("resume", "--last", *options, prompt)

    def _exec(self, *arguments):
        done = subprocess.run(
            [CODEX, "exec", "--skip-git-repo-check", "--json", *arguments],
            cwd=self.work,
            env={**os.environ, "CODEX_HOME": str(self.home), "PROXX_CLIENT_KEY": KEY},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        print(done.stdout, done.stderr, file=sys.stderr)
        self.events = [json.loads(line) for line in done.stdout.splitlines()]

    def thread(self):
        files = self.home.glob("sessions/**/*.jsonl")
        return [json.loads(line) for path in files for line in path.open()]

    def items(self, kind):
        return [
            event["item"]
            for event in self.events
            if event["type"] == "item.completed" and event["item"]["type"] == kind
        ]

    def answer(self):
        """The last message of a turn that ended well."""
        assert self.events[-1]["type"] == "turn.completed", self.events[-1]
        return self.items("agent_message")[-1]["text"]

    def failure(self):
        assert self.events[-1]["type"] == "turn.failed", self.events[-1]
        return self.events[-1]["error"]["message"]

    def outputs(self):
        return [item["aggregated_output"].strip() for item in self.items("command_execution")]


def call(name, **arguments):
    """A prompt that the mock answers with this call."""
    return f"{name} {json.dumps(arguments)}"


@case("plain turn")
def plain():
    session = Session("ping")
    has(session.answer(), GREETING)
    assert session.events[-1]["usage"]["input_tokens"] > 1000, session.events[-1]


@case("tool turn with its shell")
def shell():
    session = Session(call("exec_command", cmd="echo got-$((40 + 2))"))
    assert session.outputs() == ["got-42"], session.outputs()
    has(session.answer(), "got-42")
    assert session.items("reasoning"), session.events


@case("parallel calls")
def parallel():
    calls = [call("exec_command", cmd=f"echo got-$(({n} + 2))") for n in (40, 50)]
    session = Session(" ".join(["[[mock:parallel-tools]]", *calls]))
    assert sorted(session.outputs()) == ["got-42", "got-52"], session.outputs()
    has(session.answer(), "got-42")
    has(session.answer(), "got-52")


@case("an MCP server's tool, in a namespace")
def mcp():
    session = Session(call("mcp__demo__double", number=21))
    [item] = session.items("mcp_tool_call")
    assert (item["server"], item["tool"], item["status"]) == ("demo", "double", "completed"), item
    has(session.answer(), "twice is 42")


@case("two tools of two kinds at once")
def mixed():
    calls = call("exec_command", cmd="echo got-$((40 + 2))"), call("mcp__demo__double", number=4)
    session = Session(" ".join(["[[mock:parallel-tools]]", *calls]))
    has(session.answer(), "got-42")
    has(session.answer(), "twice is 8")


@case("--output-schema")
def output_schema():
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string", "enum": ["Paris"]}},
        "required": ["city"],
        "additionalProperties": False,
    }
    session = Session(
        "Name a city.",
        "--output-schema",
        "schema.json",
        files={"schema.json": json.dumps(schema).encode()},
    )
    assert json.loads(session.answer()) == {"city": "Paris"}, session.answer()


@case("an image")
def image():
    session = Session("What is this?", "-i", "pixel.png", files={"pixel.png": bytes.fromhex(PIXEL)})
    has(session.answer(), GREETING)
    has(json.dumps(session.thread()), "data:image/png;base64,")


@case("a compaction, then a turn with a call")
def compaction():
    """After a compaction Codex sends the prompts of before again, and so the call is made again.

    Codex asks for it once, without tools; upstream it goes twice. The thinking before it is signed
    for the tools that were there, so it is refused and sent again without thinking
    (docs/mapping-chat.md 6.4).
    """
    command = "[ -e big ] || head -c 60000 /dev/zero | tr '\\0' x | tee big; echo got-$((40 + 2))"
    session = Session(call("exec_command", cmd=command))
    session.again("ping", "-c", "model_auto_compact_token_limit=13000")
    kinds = [entry["type"] for entry in session.thread()]
    assert kinds.count("compacted") == 1, kinds
    assert session.outputs() == ["got-42"], session.outputs()
    has(session.answer(), "got-42")


@case("two turns with a call each")
def two_turns():
    session = Session(call("exec_command", cmd="echo got-$((40 + 2))"))
    session.again(call("exec_command", cmd="echo got-$((50 + 2))"))
    has(session.answer(), "got-52")


@case("text cut by max_tokens")
def cut_text():
    session = Session("[[mock:max-tokens]]")
    has(session.failure(), "max_output_tokens")
    has(session.items("agent_message")[-1]["text"], "This sentence is cut off because the")


@case("a call cut by max_tokens is not run")
def cut_call():
    session = Session("[[mock:max-tokens-tool]] " + call("exec_command", cmd="touch ran"))
    has(session.failure(), "max_output_tokens")
    assert not session.items("command_execution") and not list(session.work.iterdir()), session.events


@case("an upstream failure in the middle")
def failure():
    has(Session("[[mock:error-mid-stream]]").failure(), "Overloaded")


@case("a stream that ends in the middle")
def truncated():
    has(Session("[[mock:truncated]]").failure(), "ended before message_stop")


@case("a refusal")
def refusal():
    has(Session("[[mock:refusal]]").answer(), "The mock was told to refuse.")


run_version("@openai/codex", os.environ["CODEX_VERSION"])
