# requires: langgraph==1.2.24 langchain==1.5.0 langchain-openai==1.7.4
from cases import GREETING, KEY, MODEL, URL, WEATHER, case, get_weather, has, run
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from pydantic import BaseModel

model = ChatOpenAI(model=MODEL, base_url=URL, api_key=KEY)


class City(BaseModel):
    """A city."""

    name: str
    people: int


def ask(prompt):
    return {"messages": [("user", prompt)]}


def graph():
    builder = StateGraph(MessagesState)
    builder.add_node("chat", lambda state: {"messages": [model.invoke(state["messages"])]})
    builder.add_edge(START, "chat")
    return builder.compile()


@case("plain call")
def plain():
    has(graph().invoke(ask("ping"))["messages"][-1].content, GREETING + "ping")


@case("stream")
def stream():
    chunks = [chunk.content for chunk, _ in graph().stream(ask("ping"), stream_mode="messages")]
    assert len(chunks) > 2, chunks
    has("".join(chunks), GREETING + "ping")


@case("tool turn")
def tool_turn():
    messages = create_agent(model, [get_weather]).invoke(ask("Use get_weather."))["messages"]
    assert [message.type for message in messages] == ["human", "ai", "tool", "ai"], messages
    has(messages[-1].content, WEATHER)


@case("structured output")
def structured():
    state = create_agent(model, [], response_format=City).invoke(ask("Name a city."))
    assert isinstance(state["structured_response"], City), state


@case("structured output after a tool")
def structured_with_tool():
    agent = create_agent(model, [get_weather], response_format=City)
    state = agent.invoke(ask("Use get_weather."))
    assert isinstance(state["structured_response"], City), state


@case("with_structured_output, function_calling")
def function_calling():
    typed = model.with_structured_output(City, method="function_calling")
    assert isinstance(typed.invoke("Name a city."), City)


run("langgraph")
