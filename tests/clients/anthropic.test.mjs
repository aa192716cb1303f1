// Anthropic's own SDK makes and reads message batches through `serve`, which relays them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Anthropic from '@anthropic-ai/sdk';
import { kModel, Server } from './server.mjs';

const kWaitMs = 20_000;

let server;
let batches;
before(async () => {
  server = await Server.start();
  const client = new Anthropic({ baseURL: server.url.replace(/\/v1$/, ''), apiKey: 'made-up', maxRetries: 0 });
  batches = client.messages.batches;
});
after(() => server.stop());

const request = (name) => ({
  custom_id: name,
  params: { model: kModel, max_tokens: 50, messages: [{ role: 'user', content: `item ${name}` }] },
});

async function ended(id) {
  for (const end = Date.now() + kWaitMs; Date.now() < end; await sleep(50)) {
    const batch = await batches.retrieve(id);
    if (batch.processing_status === 'ended') return batch;
  }
  throw new Error('the batch does not end');
}

test('a batch is made, read, listed, cancelled and deleted', async () => {
  const made = await batches.create({ requests: [request('a'), request('b')] });
  assert.equal((await ended(made.id)).request_counts.succeeded, 2);
  const texts = new Map();
  for await (const line of await batches.results(made.id)) {
    texts.set(line.custom_id, line.result.message.content[0].text);
  }
  assert.match(texts.get('a'), /item a$/);
  assert.match(texts.get('b'), /item b$/);
  const other = await batches.create({ requests: [request('c')] });
  await batches.cancel(other.id);
  await ended(other.id);
  const listed = [];
  for await (const batch of batches.list()) listed.push(batch.id);
  assert.deepEqual(listed, [other.id, made.id]);
  await batches.delete(made.id);
  await assert.rejects(batches.retrieve(made.id), { status: 404 });
});
