import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, jsonSchema, Output, stepCountIs, streamText, tool } from 'ai';
import { kModel, kTime, kWeather, Server } from './server.mjs';

let server;
let model;
before(async () => {
  server = await Server.start();
  model = model_of(server);
});
after(() => server.stop());

function model_of(which) {
  const provider = createOpenAICompatible({
    name: 'proxx',
    baseURL: which.url,
    apiKey: 'made-up',
    includeUsage: true,
    supportsStructuredOutputs: true,
  });
  return provider(kModel);
}

const tools = {
  get_weather: tool({
    description: 'The weather',
    inputSchema: jsonSchema(kWeather),
    execute: ({ city }) => `rain in ${city}`,
  }),
  get_time: tool({
    description: 'The time',
    inputSchema: jsonSchema(kTime),
    execute: ({ zone }) => `noon ${zone}`,
  }),
};

test('a chat', async () => {
  const answer = await generateText({ model, prompt: 'ping' });
  assert.equal(answer.text, 'Hello from the mock upstream. You said: ping');
  assert.equal(answer.finishReason, 'stop');
  assert.ok(answer.usage.totalTokens > 0);
});

test('a stream with usage', async () => {
  const answer = streamText({ model, prompt: 'ping' });
  let text = '';
  for await (const part of answer.textStream) text += part;
  assert.equal(text, 'Hello from the mock upstream. You said: ping');
  assert.equal(await answer.finishReason, 'stop');
  assert.ok((await answer.usage).outputTokens > 0);
});

// The second turn has no marker in its last user message's place: tool results end the turn.
test('parallel tools and the turn with their results', async () => {
  const answer = await generateText({
    model,
    tools,
    prompt: '[[mock:parallel-tools]]',
    stopWhen: stepCountIs(3),
  });
  assert.deepEqual(
    answer.steps[0].toolCalls.map((call) => [call.toolName, call.input]),
    [
      ['get_weather', { city: 'Paris' }],
      ['get_time', { zone: 'CET' }],
    ],
  );
  assert.equal(answer.steps.length, 2);
  assert.equal(answer.text, 'The tools answered: rain in Paris noon CET');
});

test('tools in a stream', async () => {
  const answer = streamText({ model, tools, prompt: 'get_weather please', stopWhen: stepCountIs(3) });
  const kinds = new Set();
  for await (const part of answer.fullStream) kinds.add(part.type);
  assert.ok(kinds.has('tool-call') && kinds.has('tool-result'), [...kinds].join(' '));
  assert.equal(await answer.text, 'The tools answered: rain in Paris');
});

test('reasoning is a part of its own', async () => {
  const answer = await generateText({ model, prompt: '[[mock:thinking]]', providerOptions: { proxx: { reasoningEffort: 'low' } } });
  assert.match(answer.reasoningText, /greeting is due/);
  assert.match(answer.text, /^Hello from the mock/);
});

test('structured output', async () => {
  const answer = await generateText({
    model,
    prompt: 'weather',
    output: Output.object({ schema: jsonSchema(kWeather) }),
  });
  assert.deepEqual(answer.output, { city: 'Paris' });
});

for (const [scenario, status, retryable] of [
  ['error-400', 400, false],
  ['error-401', 401, false],
  ['error-429', 429, true],
  ['error-529', 503, true],
]) {
  test(`${scenario} is an APICallError`, async () => {
    const failed = generateText({ model, prompt: `[[mock:${scenario}]]`, maxRetries: 0 });
    await assert.rejects(failed, (error) => {
      assert.ok(APICallError.isInstance(error), String(error));
      assert.equal(error.statusCode, status);
      assert.equal(error.isRetryable, retryable);
      return true;
    });
  });
}

test('an error in the stream is told', async () => {
  const answer = streamText({ model, prompt: '[[mock:error-mid-stream]]', onError() {} });
  const parts = [];
  for await (const part of answer.fullStream) parts.push(part);
  const told = parts.find((part) => part.type === 'error');
  assert.match(JSON.stringify(told.error?.message ?? told.error), /Overloaded/);
});

test('aborting a stream cancels it', async () => {
  const own = await Server.start();
  try {
    const controller = new AbortController();
    const answer = streamText({
      model: model_of(own),
      prompt: '[[mock:slow]]',
      abortSignal: controller.signal,
      onError() {},
    });
    for await (const part of answer.fullStream) if (part.type === 'text-delta') controller.abort();
    await own.logged(/status=499/);
  } finally {
    await own.stop();
  }
});

test('the retries of the client find what it needs', async () => {
  const own = await Server.start();
  try {
    const answer = await generateText({ model: model_of(own), prompt: '[[mock:flaky]] again' });
    assert.equal(answer.text, 'Hello from the mock upstream. You said: again');
    assert.equal(own.count(/ status=503 /g), 1);
  } finally {
    await own.stop();
  }
});
