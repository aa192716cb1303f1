# requires: litellm==1.110.2
import json

import litellm
from cases import GREETING, KEY, MODEL, URL, case, has, run
from pydantic import BaseModel

NAME = "openai/" + MODEL
HOW = {"model": NAME, "api_base": URL, "api_key": KEY}
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}


class City(BaseModel):
    name: str
    people: int


def user(text):
    return [{"role": "user", "content": text}]


@case("plain call")
def plain():
    answer = litellm.completion(messages=user("ping"), **HOW)
    has(answer.choices[0].message.content, GREETING + "ping")
    assert answer.usage.total_tokens > 0


@case("stream")
def stream():
    chunks = list(litellm.completion(messages=user("ping"), stream=True, **HOW))
    has("".join(chunk.choices[0].delta.content or "" for chunk in chunks), GREETING + "ping")


def check_tool_turn(streamed):
    messages = user("Use get_weather.")
    answer = litellm.completion(messages=messages, tools=[TOOL], stream=streamed, **HOW)
    if streamed:
        answer = litellm.stream_chunk_builder(list(answer), messages=messages)
    message = answer.choices[0].message
    call = message.tool_calls[0]
    assert json.loads(call.function.arguments)["city"], call
    messages += [message, {"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
    second = litellm.completion(messages=messages, tools=[TOOL], **HOW)
    has(second.choices[0].message.content, "The tools answered: sunny")


@case("tool turn")
def tool_turn():
    check_tool_turn(streamed=False)


@case("tool turn, streamed")
def tool_turn_streamed():
    check_tool_turn(streamed=True)


@case("forced call")
def forced():
    answer = litellm.completion(
        messages=user("Oslo"), tools=[TOOL], tool_choice="required", **HOW
    )
    assert answer.choices[0].finish_reason == "tool_calls", answer


@case("structured output")
def structured():
    answer = litellm.completion(messages=user("Name a city."), response_format=City, **HOW)
    City.model_validate_json(answer.choices[0].message.content)


@case("responses")
def responses():
    answer = litellm.responses(input="ping", **HOW)
    has(answer.output[-1].content[0].text, GREETING + "ping")


@case("responses, streamed")
def responses_streamed():
    kinds = [event.type for event in litellm.responses(input="ping", stream=True, **HOW)]
    assert kinds[-1] == "response.completed", kinds


@case("text completion")
def text_completion():
    answer = litellm.text_completion(
        model="text-completion-openai/" + MODEL, api_base=URL, api_key=KEY, prompt="ping"
    )
    has(answer.choices[0].text, GREETING + "ping")


run("litellm")
