import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { kModel, kTime, kWeather, Server } from './server.mjs';

let server;
let model;
before(async () => {
  server = await Server.start();
  model = model_of(server, { maxRetries: 0 });
});
after(() => server.stop());

function model_of(which, options) {
  return new ChatOpenAI({
    model: kModel,
    apiKey: 'made-up',
    streamUsage: true,
    configuration: { baseURL: which.url },
    ...options,
  });
}

const weather = tool(({ city }) => `rain in ${city}`, {
  name: 'get_weather',
  description: 'The weather',
  schema: kWeather,
});
const time = tool(({ zone }) => `noon ${zone}`, {
  name: 'get_time',
  description: 'The time',
  schema: kTime,
});

test('a chat', async () => {
  const answer = await model.invoke('ping');
  assert.equal(answer.content, 'Hello from the mock upstream. You said: ping');
  assert.ok(answer.usage_metadata.total_tokens > 0);
});

test('a stream with usage', async () => {
  let whole = null;
  for await (const chunk of await model.stream('ping')) whole = whole ? whole.concat(chunk) : chunk;
  assert.equal(whole.content, 'Hello from the mock upstream. You said: ping');
  assert.ok(whole.usage_metadata.output_tokens > 0);
  assert.equal(whole.response_metadata.finish_reason, 'stop');
});

for (const streaming of [false, true]) {
  test(`parallel tools and the turn with their results, streaming ${streaming}`, async () => {
    const bound = model.bindTools([weather, time]);
    const asked = new HumanMessage('[[mock:parallel-tools]]');
    let answer = null;
    if (streaming) {
      for await (const chunk of await bound.stream([asked])) answer = answer ? answer.concat(chunk) : chunk;
    } else {
      answer = await bound.invoke([asked]);
    }
    assert.deepEqual(
      answer.tool_calls.map((call) => [call.name, call.args]),
      [
        ['get_weather', { city: 'Paris' }],
        ['get_time', { zone: 'CET' }],
      ],
    );
    const results = answer.tool_calls.map(
      (call, i) => new ToolMessage({ tool_call_id: call.id, content: ['rain', 'noon'][i] }),
    );
    const second = await bound.invoke([asked, answer, ...results]);
    assert.equal(second.content, 'The tools answered: rain noon');
  });
}

for (const method of ['jsonSchema', 'functionCalling']) {
  test(`structured output by ${method}`, async () => {
    const structured = model.withStructuredOutput({ title: 'weather', ...kWeather }, { method, name: 'weather' });
    assert.deepEqual(await structured.invoke('weather'), { city: 'Paris' });
  });
}

for (const [scenario, status] of [
  ['error-400', 400],
  ['error-401', 401],
  ['error-429', 429],
  ['error-529', 503],
]) {
  test(`${scenario} keeps its status`, async () => {
    await assert.rejects(model.invoke(`[[mock:${scenario}]]`), (error) => {
      assert.equal(error.status, status);
      return true;
    });
  });
}

test('an error in the stream is raised', async () => {
  await assert.rejects(async () => {
    for await (const chunk of await model.stream('[[mock:error-mid-stream]]')) assert.ok(chunk);
  }, /Overloaded/);
});

test('leaving a stream cancels it', async () => {
  const own = await Server.start();
  try {
    for await (const chunk of await model_of(own).stream('[[mock:slow]]')) {
      if (chunk.content) break;
    }
    await own.logged(/status=499/);
  } finally {
    await own.stop();
  }
});

test('the retries of the client find what it needs', async () => {
  const own = await Server.start();
  try {
    const answer = await model_of(own, { maxRetries: 2 }).invoke('[[mock:flaky]] again');
    assert.equal(answer.content, 'Hello from the mock upstream. You said: again');
    assert.equal(own.count(/ status=503 /g), 1);
  } finally {
    await own.stop();
  }
});
