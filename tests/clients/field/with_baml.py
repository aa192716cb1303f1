# requires: baml-py==0.226.3 pydantic==2.14.4 typing-extensions
import os
import pathlib
import subprocess
import sys
import tempfile

from cases import GREETING, case, has, run

os.environ["BAML_LOG"] = "off"  # it goes to stdout
folder = tempfile.TemporaryDirectory()
source = pathlib.Path(__file__).with_name("baml_src")
copy = pathlib.Path(folder.name, "baml_src")
copy.mkdir()
for file in source.iterdir():
    (copy / file.name).write_text(file.read_text())
cli = pathlib.Path(sys.executable).with_name("baml-cli")
subprocess.run([cli, "generate", "--from", copy], check=True, stdout=sys.stderr)
sys.path.insert(0, folder.name)
from baml_client import b  # noqa: E402


@case("plain call")
def plain():
    has(b.Say("ping"), GREETING + "ping")


@case("stream")
def stream():
    answer = b.stream.Say("ping")
    assert list(answer)
    has(answer.get_final_response(), GREETING + "ping")


# BAML describes a type in words of its own and reads what looks like it; the mock repeats the prompt.
CITY = '{"name":"Oslo","people":700000,"kind":"capital"}'


@case("structured output")
def structured():
    city = b.ReadCity(CITY)
    assert (city.name, city.people, city.kind) == ("Oslo", 700000, "capital"), city


@case("stream of a structured output")
def structured_stream():
    answer = b.stream.ReadCity(CITY)
    assert list(answer)
    assert answer.get_final_response().people == 700000


run("baml-py")
