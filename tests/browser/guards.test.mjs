// What the page may do and who may ask: its policy, hostile text, keys, a server that is away.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';

import {kModel, Server} from '../clients/server.mjs';
import {until} from './browser.mjs';
import {answered, chat, open, openLive, post, record, rowsThere} from './fixture.mjs';

const kKey = 'client-key-one';
const kHostile = '<img src=x onerror=window.hacked=1>';

test('it loads, and its policy lets no request leave the origin', async (t) => {
  const {origin, tab} = await openLive(t, '--mock');
  await tab.shows('#version', '.');
  await tab.shows('#streams', '0 open streams');
  assert.deepEqual(tab.requests.map((url) => url.replace(origin, '')), ['/', '/proxx/events']);
  const strange = await createServer((_, answer) => answer.end('reached')).listen(0, '127.0.0.1');
  await once(strange, 'listening');
  t.after(() => strange.close());
  const refused = await tab.run((url) => fetch(url).then(() => '', (error) => error.message),
    `http://127.0.0.1:${strange.address().port}/`);
  assert.match(refused, /Refused|Failed/);
  assert.ok(tab.errors.length > 0 && tab.errors.every((each) => /Content Security Policy/.test(each)), String(tab.errors));
  tab.errors.length = 0;
  tab.requests = tab.requests.filter((url) => url.startsWith(origin));
});

test('what clients, models and upstreams write stays text', async (t) => {
  const answer = {id: kHostile, type: 'message', role: 'assistant', model: kHostile, stop_reason: 'end_turn',
    content: [{type: 'text', text: kHostile}], usage: {input_tokens: 1, output_tokens: 1}};
  const upstream = createServer((request, reply) => {
    const isError = request.headers['anthropic-beta'] === 'fail';
    reply.writeHead(isError ? 400 : 200, {'content-type': 'application/json', 'request-id': kHostile});
    reply.end(JSON.stringify(isError
      ? {type: 'error', error: {type: kHostile, message: kHostile}} : answer));
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  t.after(() => upstream.close());
  const {origin, tab} = await openLive(t, '--upstream-url', `http://127.0.0.1:${upstream.address().port}`);
  await record(tab, true);
  const request = {...chat(kHostile, {[kHostile]: kHostile, metadata: {[kHostile]: kHostile}}), model: kHostile};
  const headers = {'user-agent': kHostile, 'x-api-key': 'k', 'x-odd': kHostile, 'anthropic-version': '2023-06-01'};
  await post(origin + '/v1/chat/completions', request, headers);
  await post(origin + '/v1/chat/completions', {...request, stream: true}, {...headers, 'anthropic-beta': 'fail'});
  await post(origin + '/v1/messages', {...chat(kHostile, {max_tokens: 5}), model: kHostile}, headers);
  await post(origin + '/v1/messages', {...chat(kHostile, {max_tokens: 5}), model: kHostile}, {...headers, 'anthropic-beta': 'fail'});
  await post(origin + '/v1/' + kHostile, {}, headers);
  await rowsThere(tab, 5);
  await tab.run(() => document.querySelectorAll('#rows tr.row').forEach((row) => row.click()));
  await until('all are open', () => tab.run(() => document.querySelectorAll('#rows td.open h2').length >= 5 * 4));
  const text = await tab.text('#rows');
  assert.ok(text.split(kHostile).length > 20, 'the text is shown as it is');
  await tab.click('[data-tab=convert]');
  await tab.type('#convert-in', JSON.stringify(request));
  await tab.shows('#convert-notices', kHostile);
  await tab.click('[data-tab=try]');
  await tab.type('#try-prompt', kHostile);
  await tab.shows('#try-curl', kHostile);
  await tab.run(() => new Promise((done) => setTimeout(done, 100)));
  assert.equal(await tab.run(() => document.querySelectorAll('img, iframe, script[src], object, a').length), 0);
  assert.equal(await tab.run(() => window.hacked), undefined);
});

test('with an auth_file it asks for a key, tells that one is wrong, and keeps it nowhere', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'proxx-key-'));
  t.after(() => rmSync(folder, {recursive: true, force: true}));
  writeFileSync(join(folder, 'keys'), kKey + '\n', {mode: 0o600});
  const {origin, tab} = await open(t, '--mock', '--auth-file', join(folder, 'keys'));
  await tab.shows('#key-form', 'key');
  await tab.type('#key', 'wrong');
  await tab.press('Enter');
  await tab.shows('#key-form', 'not accepted');
  await tab.type('#key', kKey);
  await tab.press('Enter');
  await tab.shows('#live', 'live');
  assert.equal(await tab.text('#key-form'), '');
  await post(origin + '/v1/chat/completions', chat('hi'), {authorization: 'Bearer ' + kKey});
  await rowsThere(tab, 1);
  await tab.click('#rows tr.row');
  await tab.shows('#rows td.open', 'authorization: [redacted]');
  await tab.click('[data-tab=try]');
  await tab.type('#try-prompt', 'hi');
  await tab.click('#try-form button');
  await answered(tab);
  await tab.shows('#try-curl', 'Bearer KEY');
  const kept = await tab.run((key) => [document.documentElement.outerHTML.includes(key),
    localStorage.length, sessionStorage.length, document.cookie, document.querySelector('#key').value], kKey);
  assert.deepEqual(kept, [false, 0, 0, '', '']);
  // The browser itself tells of each 401.
  assert.equal(tab.errors.filter((each) => each.includes('401')).length, 2);
  tab.errors = tab.errors.filter((each) => !each.includes('401'));
});

test('it connects again to a server that was away, without a word in the console of its own', async (t) => {
  const {server, origin, tab} = await openLive(t, '--mock');
  await post(origin + '/v1/chat/completions', chat('hi'));
  await rowsThere(tab, 1);
  await server.stop();
  await tab.shows('#live', 'not connected');
  await tab.click('#rows tr.row');
  await tab.shows('#rows td.open', 'not reached');
  await tab.click('#recording');
  await until('the switch is back', () => tab.run(() => !document.querySelector('#recording').checked));
  await tab.click('[data-tab=convert]');
  await tab.type('#convert-in', '{}');
  await tab.shows('#convert-notices', 'not reached');
  const second = await Server.serve('--mock', '--port', new URL(origin).port);
  t.after(() => second.stop());
  await tab.shows('#live', 'live');
  await rowsThere(tab, 0);
  await tab.click('[data-tab=requests]');
  await tab.shows('#none', 'No request yet');
  assert.ok(tab.errors.every((each) => /ERR_/.test(each)), String(tab.errors));
  tab.errors = [];
});
