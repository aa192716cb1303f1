# requires: autogen-agentchat==0.7.5 autogen-ext[openai]==0.7.5
import asyncio

from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import MaxMessageTermination
from autogen_agentchat.messages import ModelClientStreamingChunkEvent, StructuredMessage
from autogen_agentchat.teams import RoundRobinGroupChat, SelectorGroupChat
from autogen_ext.models.openai import OpenAIChatCompletionClient
from cases import GREETING, KEY, MODEL, URL, WEATHER, case, get_weather, has, run
from pydantic import BaseModel

client = OpenAIChatCompletionClient(
    model=MODEL,
    base_url=URL,
    api_key=KEY,
    model_info={
        "family": "unknown",
        "function_calling": True,
        "json_output": True,
        "structured_output": True,
        "vision": True,
        "multiple_system_messages": True,
    },
)
loop = asyncio.new_event_loop()  # one, because the client keeps its connections


class City(BaseModel):
    name: str
    people: int


def last(agent, task):
    return loop.run_until_complete(agent.run(task=task)).messages[-1]


@case("plain call")
def plain():
    has(last(AssistantAgent("a", client), "ping").content, GREETING + "ping")


@case("stream")
def stream():
    async def deltas():
        agent = AssistantAgent("a", client, model_client_stream=True)
        return [
            event.content
            async for event in agent.run_stream(task="ping")
            if isinstance(event, ModelClientStreamingChunkEvent)
        ]

    seen = loop.run_until_complete(deltas())
    assert len(seen) > 2, seen
    has("".join(seen), GREETING + "ping")


@case("tool turn")
def tool_turn():
    has(last(AssistantAgent("a", client, tools=[get_weather]), "Use get_weather.").content, WEATHER)


@case("tool turn with a reflection")
def reflection():
    agent = AssistantAgent("a", client, tools=[get_weather], reflect_on_tool_use=True)
    has(last(agent, "Use get_weather.").content, "The tools answered: " + WEATHER)


@case("structured output")
def structured():
    message = last(AssistantAgent("a", client, output_content_type=City), "Name a city.")
    assert isinstance(message, StructuredMessage) and isinstance(message.content, City), message


@case("team of two")
def team():
    agents = [AssistantAgent(name, client) for name in ("writer", "critic")]
    group = RoundRobinGroupChat(agents, termination_condition=MaxMessageTermination(4))
    messages = loop.run_until_complete(group.run(task="ping")).messages
    assert [each.source for each in messages] == ["user", "writer", "critic", "writer"], messages


@case("team with a selector")
def selector():
    agents = [AssistantAgent(name, client, description=name) for name in ("writer", "critic")]
    group = SelectorGroupChat(agents, client, termination_condition=MaxMessageTermination(3))
    assert len(loop.run_until_complete(group.run(task="ping")).messages) == 3


run("autogen-ext")
