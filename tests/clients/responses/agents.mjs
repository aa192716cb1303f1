// openai-agents for JavaScript: its default is the Responses API.
import assert from 'node:assert/strict';
import { Agent, run as ask, setDefaultOpenAIClient, setTracingDisabled, tool } from '@openai/agents';
import OpenAI from 'openai';
import { z } from 'zod';
import { has, kGreeting, kKey, kModel, kUrl, run } from './rows.mjs';

setDefaultOpenAIClient(new OpenAI({ baseURL: kUrl, apiKey: kKey, maxRetries: 0 }));
setTracingDisabled(true);

const weather = tool({
  name: 'get_weather',
  description: 'Tells the weather of a city.',
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => `sunny in ${city}`,
});
const agent = (options) => new Agent({ name: 'a', model: kModel, ...options });

await run('@openai/agents', {
  'plain turn': async () => has((await ask(agent(), 'ping')).finalOutput, kGreeting + 'ping'),
  'tool turn with reasoning': async () => {
    const modelSettings = { reasoning: { effort: 'low', summary: 'auto' } };
    const result = await ask(agent({ tools: [weather], modelSettings }), 'Use get_weather.');
    has(result.finalOutput, 'sunny in');
    assert.ok(result.newItems.some((item) => item.type === 'reasoning_item'));
  },
  'tool turn, streamed': async () => {
    const result = await ask(agent({ tools: [weather] }), 'Use get_weather.', { stream: true });
    let deltas = 0;
    for await (const event of result) deltas += event.type === 'raw_model_stream_event' ? 1 : 0;
    await result.completed;
    assert.ok(deltas > 4);
    has(result.finalOutput, 'sunny in');
  },
  'structured output': async () => {
    const outputType = z.object({ city: z.string(), people: z.number().int() });
    outputType.parse((await ask(agent({ outputType }), 'Name a city.')).finalOutput);
  },
  'two turns with the whole history': async () => {
    const first = await ask(agent({ tools: [weather] }), 'Use get_weather.');
    const second = await ask(agent(), [...first.history, { role: 'user', content: 'ping' }]);
    has(second.finalOutput, kGreeting + 'ping');
  },
  'two turns by previousResponseId': async () => {
    const first = await ask(agent(), 'ping');
    const second = await ask(agent(), 'pong', { previousResponseId: first.lastResponseId });
    has(second.finalOutput, kGreeting + 'pong');
  },
});
