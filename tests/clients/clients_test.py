"""openai and anthropic for Python and `llm` against `proxx serve --mock`, whose path is in PROXX."""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

for name in list(os.environ):
    if re.match(r"(ANTHROPIC|OPENAI|PROXX|LLM)_|.*_proxy$", name, re.IGNORECASE):
        del os.environ[name]

import anthropic  # noqa: E402
import openai  # noqa: E402  (it reads the environment)
from openai import AsyncOpenAI, OpenAI  # noqa: E402

MODEL = "claude-sonnet-5-5"
WAIT_S = 20
GREETING = "Hello from the mock upstream. You said: "


def schema(name, value):
    return {
        "type": "object",
        "properties": {name: {"type": "string", "enum": [value]}},
        "required": [name],
        "additionalProperties": False,
    }


TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "parameters": schema("city", "Paris")}},
    {"type": "function", "function": {"name": "get_time", "parameters": schema("zone", "CET")}},
]


class Server:
    def __init__(self):
        self.home = tempfile.TemporaryDirectory()
        self.log_path = Path(self.home.name, "log")
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [os.environ["PROXX"], "serve", "--config", "none", "--port", "0", "--mock"],
                stdin=subprocess.DEVNULL,
                stderr=log,
                cwd=self.home.name,
                env={"HOME": self.home.name},
            )
        self.url = self.logged(r"listening on (\S+)")[1]

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.process.kill()
        self.process.wait()
        self.home.cleanup()

    def log(self):
        return self.log_path.read_text()

    def logged(self, pattern):
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            if found := re.search(pattern, self.log()):
                return found
            time.sleep(0.02)
        raise AssertionError(f"no {pattern} in the log:\n{self.log()}")

    def client(self, **options):
        return OpenAI(base_url=self.url, api_key="made-up", **{"max_retries": 0, **options})


def user(content):
    return [{"role": "user", "content": content}]


class WithServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.client = cls.server.client()

    def create(self, content, **more):
        return self.client.chat.completions.create(model=MODEL, messages=user(content), **more)


class OpenAIClient(WithServer):
    def test_chat(self):
        raw = self.client.chat.completions.with_raw_response.create(
            model=MODEL, messages=user("ping"), seed=7
        )
        answer = raw.parse()
        self.assertEqual(answer.choices[0].message.content, GREETING + "ping")
        self.assertEqual(answer.choices[0].finish_reason, "stop")
        self.assertGreater(answer.usage.total_tokens, 0)
        self.assertTrue(raw.headers["x-request-id"].startswith("req_"))
        self.assertEqual(raw.headers["x-proxx-dropped"], "seed")

    def test_stream_with_usage(self):
        text, usage = "", None
        for chunk in self.create("grüße, 世界", stream=True, stream_options={"include_usage": True}):
            if chunk.choices:
                text += chunk.choices[0].delta.content or ""
            usage = chunk.usage or usage
        self.assertEqual(text, GREETING + "grüße, 世界")
        self.assertGreater(usage.completion_tokens, 0)

    def test_parallel_tools_and_the_turn_with_their_results(self):
        for stream in (False, True):
            with self.subTest(stream=stream):
                self.check_tools(stream)

    def check_tools(self, stream):
        request = {"model": MODEL, "messages": user("[[mock:parallel-tools]]"), "tools": TOOLS}
        if stream:
            with self.client.chat.completions.stream(**request) as events:
                choice = events.get_final_completion().choices[0]
        else:
            choice = self.client.chat.completions.create(**request).choices[0]
        calls = choice.message.tool_calls
        self.assertEqual(choice.finish_reason, "tool_calls")
        self.assertEqual(
            [(call.function.name, json.loads(call.function.arguments)) for call in calls],
            [("get_weather", {"city": "Paris"}), ("get_time", {"zone": "CET"})],
        )
        request["messages"] += [
            choice.message.model_dump(exclude_none=True),
            {"role": "tool", "tool_call_id": calls[0].id, "content": "sunny"},
            {"role": "tool", "tool_call_id": calls[1].id, "content": "noon"},
        ]
        second = self.client.chat.completions.create(**request).choices[0]
        self.assertEqual(second.message.content, "The tools answered: sunny noon")

    def test_structured_output(self):
        import pydantic

        class Weather(pydantic.BaseModel):
            city: str
            degrees: int

        answer = self.client.chat.completions.parse(
            model=MODEL, messages=user("weather"), response_format=Weather
        )
        self.assertIsInstance(answer.choices[0].message.parsed, Weather)

    def test_errors_are_those_of_the_client(self):
        for scenario, status, kind in (
            ("error-400", 400, openai.BadRequestError),
            ("error-401", 401, openai.AuthenticationError),
            ("error-403", 403, openai.PermissionDeniedError),
            ("error-404", 404, openai.NotFoundError),
            ("error-429", 429, openai.RateLimitError),
            ("error-500", 500, openai.InternalServerError),
            ("error-529", 503, openai.InternalServerError),
            ("overloaded-first-event", 503, openai.InternalServerError),
        ):
            with self.subTest(scenario), self.assertRaises(kind) as raised:
                self.create(f"[[mock:{scenario}]]", stream=True)
            self.assertEqual(raised.exception.status_code, status)
            self.assertTrue(raised.exception.body["message"])
            self.assertTrue(raised.exception.request_id)

    def test_a_stream_that_breaks_raises(self):
        for scenario in ("error-mid-stream", "truncated", "reset-mid-stream"):
            with self.subTest(scenario), self.assertRaises(openai.APIError):
                for chunk in self.create(f"[[mock:{scenario}]]", stream=True):
                    self.assertTrue(chunk.choices)

    def test_leaving_a_stream_cancels_it(self):
        with Server() as own:
            stream = own.client().chat.completions.create(
                model=MODEL, messages=user("[[mock:slow]]"), stream=True
            )
            next(iter(stream))
            stream.close()
            own.logged("status=499")

    def test_cancelling_the_task_cancels_the_call(self):
        async def leave(url):
            async with AsyncOpenAI(base_url=url, api_key="made-up") as client:
                await asyncio.wait_for(
                    client.chat.completions.create(model=MODEL, messages=user("[[mock:hang]]")), 0.3
                )

        with Server() as own:
            with self.assertRaises(asyncio.TimeoutError):
                asyncio.run(leave(own.url))
            own.logged("status=499")

    def test_retries_of_the_client(self):
        with Server() as own:
            answer = own.client(max_retries=2).chat.completions.create(
                model=MODEL, messages=user("[[mock:flaky]] again")
            )
            self.assertEqual(answer.choices[0].message.content, GREETING + "again")
            own.logged(" status=200 ")
            self.assertEqual(own.log().count(" status=503 "), 1)

    def test_models(self):
        self.assertIn(MODEL, [model.id for model in self.client.models.list()])
        self.assertEqual(self.client.models.retrieve(MODEL).id, MODEL)


class Responses(WithServer):
    TOOL = {"type": "function", "name": "get_weather", "strict": True, "parameters": schema("city", "Paris")}

    def stream(self, content, **more):
        """The kinds of the events, the text of the deltas, and the whole response."""
        kinds, text = [], ""
        with self.client.responses.stream(model=MODEL, input=content, **more) as stream:
            for event in stream:
                kinds.append(event.type)
                text += event.delta if event.type == "response.output_text.delta" else ""
            return kinds, text, stream.get_final_response()

    def test_stream(self):
        kinds, text, response = self.stream("grüße, 世界", instructions="Be brief.")
        self.assertEqual(text, GREETING + "grüße, 世界")
        self.assertEqual(response.output_text, text)
        self.assertEqual(response.instructions, "Be brief.")
        self.assertGreater(response.usage.output_tokens, 0)
        self.assertEqual(kinds[0], "response.created")
        self.assertEqual(kinds[-1], "response.completed")

    def test_a_tool_loop_with_its_reasoning(self):
        history = [{"role": "user", "content": "Use get_weather."}]
        how = {"tools": [self.TOOL], "reasoning": {"effort": "low", "summary": "auto"}, "store": False}
        kinds, _, first = self.stream(history, **how)
        self.assertIn("response.function_call_arguments.delta", kinds)
        self.assertEqual([item.type for item in first.output][0], "reasoning")
        call = first.output[-1]
        self.assertEqual(json.loads(call.arguments), {"city": "Paris"})
        self.assertEqual(call.parsed_arguments, {"city": "Paris"})
        for item in first.output:
            history.append(item.model_dump(exclude_none=True, exclude={"parsed_arguments"}))
        history.append({"type": "function_call_output", "call_id": call.call_id, "output": "sunny"})
        _, text, second = self.stream(history, **how)
        self.assertEqual(text, "The tools answered: sunny")
        self.assertEqual(second.status, "completed")

    def test_structured_output(self):
        import pydantic

        class Weather(pydantic.BaseModel):
            city: str
            degrees: int

        _, _, response = self.stream("weather", text_format=Weather)
        self.assertIsInstance(response.output_parsed, Weather)

    def test_a_stream_that_breaks_raises(self):
        for scenario in ("error-mid-stream", "truncated", "reset-mid-stream"):
            with self.subTest(scenario), self.assertRaises(openai.APIError) as raised:
                self.stream(f"[[mock:{scenario}]]")
            self.assertTrue(str(raised.exception))

    def test_a_cut_stream_is_incomplete(self):
        request = {"model": MODEL, "input": "[[mock:max-tokens]]"}
        with self.client.responses.stream(**request) as stream:
            last = list(stream)[-1]
        self.assertEqual(last.type, "response.incomplete")
        self.assertEqual(last.response.incomplete_details.reason, "max_output_tokens")


class Llm(WithServer):
    def llm(self, *arguments, code=0):
        folder = Path(self.server.home.name, "llm")
        folder.mkdir(exist_ok=True)
        Path(folder, "extra-openai-models.yaml").write_text(
            "- model_id: proxx\n"
            f"  model_name: {MODEL}\n"
            f"  api_base: {self.server.url}\n"
            "  api_key_name: proxx\n"
            "  supports_schema: true\n"
            "  supports_tools: true\n"
        )
        Path(folder, "keys.json").write_text('{"proxx": "made-up"}')
        run = subprocess.run(
            [sys.executable, "-m", "llm", *arguments],
            env={**os.environ, "LLM_USER_PATH": str(folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        self.assertEqual(run.returncode, code, run.stderr)
        return run

    def test_streaming_and_not(self):
        for options in ([], ["--no-stream"]):
            with self.subTest(options):
                run = self.llm("-m", "proxx", *options, "ping")
                self.assertEqual(run.stdout.strip(), GREETING + "ping")

    def test_schema(self):
        run = self.llm("-m", "proxx", "--schema", json.dumps(schema("city", "Paris")), "weather")
        self.assertEqual(json.loads(run.stdout), {"city": "Paris"})

    def test_tools(self):
        run = self.llm(
            "-m", "proxx", "--functions", "def get_weather(city: str) -> str:\n    return 'rain'",
            "get_weather please",
        )  # fmt: skip
        self.assertIn("The tools answered: rain", run.stdout)

    def test_error(self):
        run = self.llm("-m", "proxx", "[[mock:error-401]]", code=1)
        self.assertIn("invalid x-api-key", run.stderr)


class AnthropicBatches(unittest.TestCase):
    """Anthropic's own SDK makes and reads message batches through `serve`, which relays them."""

    def wait(self, client, batch_id):
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            batch = client.messages.batches.retrieve(batch_id)
            if batch.processing_status == "ended":
                return batch
            self.assertEqual(batch.request_counts.succeeded, 0)
            time.sleep(0.05)
        self.fail("the batch does not end")

    def test_batches(self):
        def request(name, **more):
            params = {"model": MODEL, "max_tokens": 50, "messages": user(f"item {name}"), **more}
            return {"custom_id": name, "params": params}

        with Server() as server:
            client = anthropic.Anthropic(
                base_url=server.url.removesuffix("/v1"), api_key="made-up", max_retries=0
            )
            batches = client.messages.batches
            made = batches.create(requests=[request("a"), request("b"), request("bad", model="nobody")])
            self.assertEqual(made.request_counts.processing, 3)
            ended = self.wait(client, made.id)
            self.assertEqual((ended.request_counts.succeeded, ended.request_counts.errored), (2, 1))
            results = {each.custom_id: each.result for each in batches.results(made.id)}
            self.assertEqual(set(results), {"a", "b", "bad"})
            self.assertEqual(results["a"].message.content[0].text, GREETING + "item a")
            self.assertEqual(results["a"].message.usage.service_tier, "batch")
            self.assertEqual(results["bad"].type, "errored")
            with self.assertRaises(anthropic.BadRequestError):
                batches.create(requests=[request("not an id")])
            other = batches.create(requests=[request("c")])
            batches.cancel(other.id)
            self.wait(client, other.id)
            self.assertEqual([each.id for each in batches.list(limit=1)], [other.id, made.id])
            batches.delete(made.id)
            with self.assertRaises(anthropic.NotFoundError):
                batches.retrieve(made.id)


if __name__ == "__main__":
    unittest.main()
