# requires: smolagents[openai]==1.26.0
from cases import GREETING, KEY, MODEL, URL, WEATHER, case, get_weather, has, run
from smolagents import CodeAgent, OpenAIModel, ToolCallingAgent, tool

model = OpenAIModel(model_id=MODEL, api_base=URL, api_key=KEY)
messages = [{"role": "user", "content": [{"type": "text", "text": "ping"}]}]
weather = tool(get_weather)


@case("plain call")
def plain():
    has(model.generate(messages).content, GREETING + "ping")


@case("stream")
def stream():
    deltas = [delta.content or "" for delta in model.generate_stream(messages)]
    assert len(deltas) > 2, deltas
    has("".join(deltas), GREETING + "ping")


def check_tool_agent(**options):
    agent = ToolCallingAgent(tools=[weather], model=model, max_steps=2, verbosity_level=0, **options)
    agent.run("Use get_weather.")
    seen = [step.observations for step in agent.memory.steps if hasattr(step, "observations")]
    has(seen, WEATHER)
    return agent


@case("tool turn")
def tool_turn():
    check_tool_agent()


@case("tool turn, streamed")
def tool_turn_streamed():
    check_tool_agent(stream_outputs=True)


@case("answer by the final_answer tool")
def final_answer():
    agent = ToolCallingAgent(tools=[], model=model, max_steps=2, verbosity_level=0)
    assert agent.run("Name a city.")
    assert len([step for step in agent.memory.steps if hasattr(step, "observations")]) == 1


@case("code agent")
def code():
    agent = CodeAgent(tools=[], model=model, max_steps=2, verbosity_level=0)
    assert agent.run("Say <code>final_answer(6 * 7)</code>") == 42


run("smolagents")
