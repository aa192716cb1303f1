# requires: llm==0.36
import os
import pathlib
import subprocess
import sys
import tempfile

from cases import GREETING, KEY, MODEL, URL, WEATHER, case, has, run

LLM = pathlib.Path(sys.executable).with_name("llm")
FOLDER = tempfile.TemporaryDirectory()
SETTINGS = f"""
- model_id: proxx
  model_name: {MODEL}
  api_base: {URL}
  api_key_name: anthropic
  supports_schema: true
  supports_tools: true
  vision: true
"""


def llm(*words):
    done = subprocess.run(
        [LLM, *words],
        env=dict(os.environ, LLM_USER_PATH=FOLDER.name),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout + done.stderr


@case("the recipe of docs/clients.md")
def recipe():
    pathlib.Path(FOLDER.name, "extra-openai-models.yaml").write_text(SETTINGS)
    llm("keys", "set", "anthropic", "--value", KEY)
    has(llm("-m", "proxx", "ping"), GREETING + "ping")


@case("plain call")
def plain():
    has(llm("-m", "proxx", "--no-stream", "ping"), GREETING + "ping")


@case("JSON by a schema")
def schema():
    has(llm("-m", "proxx", "--schema", "name, age int", "invent a person"), '"age"')


@case("an attached PDF")
def attachment():
    file = pathlib.Path(FOLDER.name, "paper.pdf")
    file.write_bytes(b"%PDF-1.4\n%%EOF\n")
    has(llm("-m", "proxx", "-a", str(file), "what is new here"), GREETING + "what is new here")


@case("a second turn")
def turns():
    has(llm("-m", "proxx", "one"), GREETING + "one")
    has(llm("-c", "two"), GREETING + "two")


@case("a tool")
def tool():
    code = f"""
def get_weather(city: str) -> str:
    'The weather of a city'
    return "{WEATHER} " + city
"""
    has(llm("-m", "proxx", "--td", "--functions", code, "call get_weather"), WEATHER)


run("llm")
