# requires: openai-agents==0.24.0
"""openai-agents for Python: its default is the Responses API."""

import asyncio
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "field"))
from agents import (  # noqa: E402
    Agent,
    ModelSettings,
    Runner,
    SQLiteSession,
    function_tool,
    set_default_openai_client,
    set_tracing_disabled,
)
from cases import GREETING, KEY, MODEL, URL, WEATHER, case, get_weather, has, run  # noqa: E402
from openai import AsyncOpenAI  # noqa: E402
from openai.types.shared import Reasoning  # noqa: E402
from pydantic import BaseModel  # noqa: E402

set_default_openai_client(AsyncOpenAI(base_url=URL, api_key=KEY, max_retries=0))
set_tracing_disabled(True)
loop = asyncio.new_event_loop()
weather = function_tool(get_weather)


class City(BaseModel):
    name: str
    people: int


def agent(**options):
    return Agent(name="a", model=MODEL, **options)


def ask(who, prompt, **options):
    return loop.run_until_complete(Runner.run(who, prompt, **options))


@case("plain turn")
def plain():
    has(ask(agent(), "ping").final_output, GREETING + "ping")


@case("tool turn with reasoning")
def tool_turn():
    settings = ModelSettings(reasoning=Reasoning(effort="low", summary="auto"))
    result = ask(agent(tools=[weather], model_settings=settings), "Use get_weather.")
    has(result.final_output, WEATHER)
    assert any(item.type == "reasoning_item" for item in result.new_items), result.new_items


@case("tool turn, streamed")
def streamed():
    async def go():
        result = Runner.run_streamed(agent(tools=[weather]), "Use get_weather.")
        kinds = [event.type async for event in result.stream_events()]
        assert "raw_response_event" in kinds and "run_item_stream_event" in kinds, kinds
        return result.final_output

    has(loop.run_until_complete(go()), WEATHER)


@case("structured output after a tool")
def structured():
    result = ask(agent(tools=[weather], output_type=City), "Use get_weather.")
    assert isinstance(result.final_output, City), result.final_output


@case("handoff")
def handoff():
    other = Agent(name="other", model=MODEL, instructions="You are the other.")
    result = ask(agent(handoffs=[other]), "Use transfer_to_other.")
    assert result.last_agent.name == "other", result.last_agent


@case("two turns in a session")
def session():
    memory = SQLiteSession("s")
    ask(agent(tools=[weather]), "Use get_weather.", session=memory)
    has(ask(agent(), "ping", session=memory).final_output, GREETING + "ping")


@case("two turns by previous_response_id")
def previous():
    first = ask(agent(), "ping")
    second = ask(agent(), "pong", previous_response_id=first.last_response_id)
    has(second.final_output, GREETING + "pong")


run("openai-agents")
