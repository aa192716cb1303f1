# requires: guidance==0.3.1 openai==3.57.0
import guidance
from cases import GREETING, KEY, MODEL, URL, WEATHER, case, get_weather, has, run
from guidance import assistant, gen, models, user
from pydantic import BaseModel


class City(BaseModel):
    name: str
    people: int


def answer(prompt, what):
    lm = models.OpenAI(MODEL, api_key=KEY, base_url=URL, echo=False)
    with user():
        lm += prompt
    with assistant():
        lm += what
    return lm


@case("plain call, which is a stream")
def plain():
    has(answer("ping", gen("text"))["text"], GREETING + "ping")


@case("structured output")
def structured():
    City.model_validate_json(answer("Name a city.", guidance.json("city", schema=City))["city"])


@case("tool turn")
def tool_turn():
    has(str(answer("Use get_weather.", gen(tools=[get_weather]))), WEATHER)


run("guidance")
