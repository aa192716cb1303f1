# requires: pydantic-ai-slim[openai]==2.68.0
from cases import GREETING, KEY, MODEL, URL, WEATHER, case, get_weather, has, run
from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

provider = OpenAIProvider(base_url=URL, api_key=KEY)


class City(BaseModel):
    name: str
    people: int


def cases_of(name, model):
    @case(f"{name}: plain call")
    def plain():
        has(Agent(model).run_sync("ping").output, GREETING + "ping")

    @case(f"{name}: stream")
    def stream():
        with Agent(model).run_stream_sync("ping") as result:
            texts = list(result.stream_text(delta=True))
        assert texts, texts
        has("".join(texts), GREETING + "ping")

    @case(f"{name}: tool turn")
    def tool_turn():
        has(Agent(model, tools=[get_weather]).run_sync("Use get_weather.").output, WEATHER)

    @case(f"{name}: structured output")
    def structured():
        assert isinstance(Agent(model, output_type=City).run_sync("Name a city.").output, City)

    @case(f"{name}: structured output after a tool")
    def structured_with_tool():
        agent = Agent(model, output_type=City, tools=[get_weather])
        assert isinstance(agent.run_sync("Use get_weather.").output, City)


cases_of("chat", OpenAIChatModel(MODEL, provider=provider))
cases_of("responses", OpenAIResponsesModel(MODEL, provider=provider))
run("pydantic-ai-slim")
