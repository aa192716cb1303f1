import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import OpenAI from 'openai';
import { kModel, kTime, kWeather, Server } from './server.mjs';

let server;
let client;
before(async () => {
  server = await Server.start();
  client = client_of(server, { maxRetries: 0 });
});
after(() => server.stop());

function client_of(which, options) {
  return new OpenAI({ baseURL: which.url, apiKey: 'made-up', ...options });
}

const ask = (content, more = {}) => ({
  model: kModel,
  messages: [{ role: 'user', content }],
  ...more,
});
const tools = [
  { type: 'function', function: { name: 'get_weather', parameters: kWeather, strict: true } },
  { type: 'function', function: { name: 'get_time', parameters: kTime } },
];

test('a chat, and its headers', async () => {
  const { data, response, request_id } = await client.chat.completions
    .create(ask('ping', { seed: 7 }))
    .withResponse();
  assert.equal(data.choices[0].message.content, 'Hello from the mock upstream. You said: ping');
  assert.equal(data.choices[0].finish_reason, 'stop');
  assert.equal(data.model, kModel);
  assert.ok(data.usage.total_tokens > 0);
  assert.match(request_id, /^req_/);
  assert.equal(response.headers.get('x-proxx-dropped'), 'seed');
});

test('a stream with usage', async () => {
  const stream = await client.chat.completions.create(
    ask('grüße, 世界', { stream: true, stream_options: { include_usage: true } }),
  );
  let text = '';
  let usage = null;
  const reasons = [];
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    if (chunk.choices[0]?.finish_reason) reasons.push(chunk.choices[0].finish_reason);
    if (chunk.usage) usage = chunk.usage;
  }
  assert.equal(text, 'Hello from the mock upstream. You said: grüße, 世界');
  assert.deepEqual(reasons, ['stop']);
  assert.ok(usage.completion_tokens > 0);
});

test('the stream helper puts together what the plain call gives', async () => {
  const helper = client.chat.completions.stream(ask('twice', { stream: true }));
  const streamed = await helper.finalChatCompletion();
  const plain = await client.chat.completions.create(ask('twice'));
  assert.equal(streamed.choices[0].message.content, plain.choices[0].message.content);
});

test('one byte a write, CR LF, pings and unknown events change nothing', async () => {
  for (const scenario of ['one-byte', 'crlf', 'pings', 'unknown-events']) {
    const helper = client.chat.completions.stream(ask(`[[mock:${scenario}]] same`, { stream: true }));
    const text = (await helper.finalChatCompletion()).choices[0].message.content;
    assert.equal(text, 'Hello from the mock upstream. You said: same', scenario);
  }
});

for (const stream of [false, true]) {
  test(`parallel tool calls and the turn with their results, stream ${stream}`, async () => {
    const first = ask('[[mock:parallel-tools]]', { tools, stream });
    const answer = stream
      ? await client.chat.completions.stream(first).finalChatCompletion()
      : await client.chat.completions.create(first);
    const { message, finish_reason } = answer.choices[0];
    assert.equal(finish_reason, 'tool_calls');
    assert.deepEqual(
      message.tool_calls.map((call) => [call.function.name, JSON.parse(call.function.arguments)]),
      [
        ['get_weather', { city: 'Paris' }],
        ['get_time', { zone: 'CET' }],
      ],
    );
    assert.notEqual(message.tool_calls[0].id, message.tool_calls[1].id);

    const second = await client.chat.completions.create({
      ...first,
      stream: false,
      messages: [
        ...first.messages,
        message,
        { role: 'tool', tool_call_id: message.tool_calls[0].id, content: 'sunny' },
        { role: 'tool', tool_call_id: message.tool_calls[1].id, content: 'noon' },
      ],
    });
    assert.equal(second.choices[0].message.content, 'The tools answered: sunny noon');
    assert.equal(second.choices[0].finish_reason, 'stop');
  });
}

test('runTools calls functions until the answer is there', async () => {
  const runner = client.chat.completions.runTools({
    ...ask('what does get_weather say?'),
    tools: [
      {
        type: 'function',
        function: {
          name: 'get_weather',
          description: 'The weather',
          parameters: kWeather,
          parse: JSON.parse,
          function: ({ city }) => `rain in ${city}`,
        },
      },
    ],
  });
  assert.equal(await runner.finalContent(), 'The tools answered: rain in Paris');
});

test('structured output is parsed', async () => {
  const answer = await client.chat.completions.parse(
    ask('weather', {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'weather', strict: true, schema: kWeather },
      },
    }),
  );
  assert.deepEqual(JSON.parse(answer.choices[0].message.content), { city: 'Paris' });
});

for (const [scenario, status, type] of [
  ['error-400', 400, OpenAI.BadRequestError],
  ['error-401', 401, OpenAI.AuthenticationError],
  ['error-403', 403, OpenAI.PermissionDeniedError],
  ['error-404', 404, OpenAI.NotFoundError],
  ['error-409', 409, OpenAI.ConflictError],
  ['error-422', 422, OpenAI.UnprocessableEntityError],
  ['error-429', 429, OpenAI.RateLimitError],
  ['error-500', 500, OpenAI.InternalServerError],
  ['error-529', 503, OpenAI.InternalServerError],
  ['overloaded-first-event', 503, OpenAI.InternalServerError],
  ['reset', 502, OpenAI.InternalServerError],
  ['redirect', 502, OpenAI.InternalServerError],
]) {
  test(`${scenario} is a ${type.name}`, async () => {
    const failed = client.chat.completions.create(ask(`[[mock:${scenario}]]`, { stream: true }));
    await assert.rejects(failed, (error) => {
      assert.ok(error instanceof type, String(error));
      assert.equal(error.status, status);
      assert.ok(error.error.message.length > 0);
      assert.ok(error.requestID, 'x-request-id');
      return true;
    });
  });
}

test('a request that cannot be sent names its parameter', async () => {
  await assert.rejects(client.chat.completions.create(ask('hi', { max_tokens: -1 })), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.param, 'max_tokens');
    return true;
  });
});

for (const scenario of ['error-mid-stream', 'truncated', 'truncated-after-delta', 'reset-mid-stream']) {
  test(`${scenario}: the stream raises, what came before is there`, async () => {
    const stream = await client.chat.completions.create(ask(`[[mock:${scenario}]]`, { stream: true }));
    let text = '';
    await assert.rejects(async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    }, OpenAI.APIError);
    assert.match(text, /^Hello from/);
  });
}

test('leaving a stream cancels it', async () => {
  const own = await Server.start();
  try {
    const stream = await client_of(own).chat.completions.create(ask('[[mock:slow]]', { stream: true }));
    for await (const chunk of stream) {
      assert.equal(chunk.object, 'chat.completion.chunk');
      break;
    }
    await own.logged(/status=499/);
  } finally {
    await own.stop();
  }
});

test('the retries of the client find what it needs', async () => {
  const own = await Server.start();
  try {
    const answer = await client_of(own, { maxRetries: 2 }).chat.completions.create(ask('[[mock:flaky]] again'));
    assert.equal(answer.choices[0].message.content, 'Hello from the mock upstream. You said: again');
    assert.equal(own.count(/ status=503 /g), 1);
    await own.logged(/ status=200 /);
  } finally {
    await own.stop();
  }
});

test('models', async () => {
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  assert.ok(ids.includes(kModel), ids.join(' '));
  assert.equal((await client.models.retrieve(kModel)).id, kModel);
  await assert.rejects(client.models.retrieve('no-such-model'), OpenAI.NotFoundError);
});
