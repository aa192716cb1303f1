# requires: llama-index-llms-openai-like==0.8.1
import asyncio

from cases import GREETING, KEY, MODEL, URL, WEATHER, case, get_weather, has, run
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms import ChatMessage
from llama_index.core.prompts import PromptTemplate
from llama_index.llms.openai_like import OpenAILike
from pydantic import BaseModel

llm = OpenAILike(
    model=MODEL,
    api_base=URL,
    api_key=KEY,
    is_chat_model=True,
    is_function_calling_model=True,
    context_window=200_000,
)


class City(BaseModel):
    """A city."""

    name: str
    people: int


@case("plain call")
def plain():
    has(llm.chat([ChatMessage(role="user", content="ping")]).message.content, GREETING + "ping")
    has(llm.complete("ping").text, GREETING + "ping")


@case("stream")
def stream():
    deltas = [chunk.delta or "" for chunk in llm.stream_chat([ChatMessage("ping")])]
    assert len(deltas) > 2, deltas
    has("".join(deltas), GREETING + "ping")


@case("tool turn of an agent, streamed")
def tool_turn():
    async def go():
        return str(await FunctionAgent(tools=[get_weather], llm=llm).run("Use get_weather."))

    has(asyncio.run(go()), WEATHER)


@case("structured output")
def structured():
    city = llm.structured_predict(City, PromptTemplate("Name a {kind}."), kind="city")
    assert isinstance(city, City)
    typed = llm.as_structured_llm(City).chat([ChatMessage("Name a city.")])
    assert isinstance(typed.raw, City)


@case("stream of a structured output")
def structured_stream():
    # The library does not force the call here, so that the prompt has to ask for it.
    seen = list(llm.stream_structured_predict(City, PromptTemplate("Call City.")))
    assert len(seen) > 2 and isinstance(seen[-1], City), seen


run("llama-index-llms-openai-like")
