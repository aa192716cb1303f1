// openai-node's Responses helpers against `proxx serve --mock`: its stream() is the strictest reader
// of Responses events there is.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import OpenAI from 'openai';
import { kModel, kWeather, Server } from './server.mjs';

let server;
let client;
before(async () => {
  server = await Server.start();
  client = new OpenAI({ baseURL: server.url, apiKey: 'sk-test', maxRetries: 0 });
});
after(() => server.stop());

const kTools = [{ type: 'function', name: 'weather', description: 'w', strict: false, parameters: kWeather }];

test('a response', async () => {
  const response = await client.responses.create({ model: kModel, input: 'hi' });
  assert.equal(response.status, 'completed');
  assert.match(response.output_text, /hi/);
  assert.ok(response.usage.input_tokens > 0);
  assert.ok(response.completed_at >= response.created_at);
});

test('a stream says what the whole response does', async () => {
  const stream = client.responses.stream({ model: kModel, instructions: 'Be brief.', input: 'hi' });
  let text = '';
  for await (const event of stream) if (event.type === 'response.output_text.delta') text += event.delta;
  const response = await stream.finalResponse();
  assert.equal(response.status, 'completed');
  assert.equal(response.output_text, text);
  assert.equal(response.instructions, 'Be brief.');
});

test('a tool loop with its reasoning, streamed and not', async () => {
  for (const streamed of [true, false]) {
    const input = [{ role: 'user', content: 'Call weather.' }];
    const ask = async () => {
      const body = { model: kModel, store: false, reasoning: { effort: 'low', summary: 'auto' }, tools: kTools, input };
      return streamed ? client.responses.stream(body).finalResponse() : client.responses.create(body);
    };
    const first = await ask();
    const call = first.output.find((item) => item.type === 'function_call');
    assert.ok(call, JSON.stringify(first.output));
    assert.deepEqual(JSON.parse(call.arguments), { city: 'Paris' });
    for (const { parsed_arguments, ...item } of first.output) input.push(item);
    input.push({ type: 'function_call_output', call_id: call.call_id, output: 'sunny' });
    const second = await ask();
    assert.equal(second.status, 'completed');
    assert.ok(second.output_text.length > 0);
  }
});

test('a call that is forced, and an answer by a schema', async () => {
  const forced = await client.responses.create({ model: kModel, input: 'x', tools: kTools, tool_choice: { type: 'function', name: 'weather' } });
  assert.equal(forced.output.filter((item) => item.type === 'function_call').length, 1);
  const format = { type: 'json_schema', name: 'w', strict: true, schema: { ...kWeather, additionalProperties: false } };
  const shaped = await client.responses.create({ model: kModel, input: 'x', text: { format } });
  assert.deepEqual(JSON.parse(shaped.output_text), { city: 'Paris' });
});

test('state that is not kept is refused in words', async () => {
  const error = await client.responses.create({ model: kModel, input: 'x', previous_response_id: 'resp_1' }).then(
    () => assert.fail('answered'),
    (caught) => caught,
  );
  assert.equal(error.status, 400);
  assert.equal(error.code, 'previous_response_not_found');
  await assert.rejects(client.responses.retrieve('resp_1'), { status: 404 });
});
