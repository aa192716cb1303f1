// The AI SDK's OpenAI provider: its default is the Responses API, its second turn item_references.
import assert from 'node:assert/strict';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, Output, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { has, kGreeting, kKey, kModel, kUrl, run } from './rows.mjs';

const model = createOpenAI({ baseURL: kUrl, apiKey: kKey })(kModel);
const tools = {
  get_weather: tool({
    description: 'Tells the weather of a city.',
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => `sunny in ${city}`,
  }),
};
const kStateless = { openai: { store: false } };

async function twoTurns(options) {
  const messages = [{ role: 'user', content: 'ping' }];
  const first = await generateText({ model, messages, ...options });
  has(first.text, kGreeting + 'ping');
  messages.push(...first.response.messages, { role: 'user', content: 'pong' });
  has((await generateText({ model, messages, ...options })).text, kGreeting + 'pong');
}

async function toolTurn(options) {
  const asked = { model, tools, prompt: 'Use get_weather.', stopWhen: stepCountIs(3), maxRetries: 0, ...options };
  const whole = await generateText(asked);
  assert.equal(whole.steps.length, 2);
  has(whole.text, 'sunny in');
  const stream = streamText(asked);
  has(await stream.text, 'sunny in');
}

await run('@ai-sdk/openai', {
  'plain call': async () => has((await generateText({ model, prompt: 'ping' })).text, kGreeting + 'ping'),
  stream: async () => {
    const deltas = [];
    for await (const delta of streamText({ model, prompt: 'ping' }).textStream) deltas.push(delta);
    assert.ok(deltas.length > 2);
    has(deltas.join(''), kGreeting + 'ping');
  },
  'structured output': async () => {
    const schema = z.object({ city: z.string(), people: z.number().int() });
    const { output } = await generateText({ model, prompt: 'Name a city.', output: Output.object({ schema }) });
    schema.parse(output);
  },
  'two turns, store: false': () => twoTurns({ providerOptions: kStateless }),
  'tool turn, store: false': () => toolTurn({ providerOptions: kStateless }),
  'two turns, default': () => twoTurns({}),
  'tool turn, default': () => toolTurn({}),
});
