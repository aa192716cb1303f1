// The page at `/` in a real browser: page.test.mjs, with the binary in $PROXX and the browser in $CHROMIUM.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';

import {kModel, Server} from '../clients/server.mjs';
import {Browser, until} from './browser.mjs';

const kKey = 'client-key-one';
const kHostile = '<img src=x onerror=window.hacked=1>';

process.on('SIGTERM', () => process.exit(1));  // ends the servers, too
let browser;
before(() => (browser = new Browser(process.env.CHROMIUM)));
after(() => browser.close());

const post = (url, body, headers = {}) => fetch(url, {method: 'POST', body: JSON.stringify(body),
  headers: {'content-type': 'application/json', ...headers}}).then((answer) => answer.text());
const chat = (text, more = {}) => ({model: kModel, messages: [{role: 'user', content: text}], ...more});

// A server with those options and a tab with its page. When the test is over, the console was silent
// and no other origin was asked.
async function open(t, ...options) {
  const server = await Server.serve(...options);
  const {origin} = new URL(server.url);
  const tab = await browser.open(origin + '/');
  t.after(async () => {
    await tab.close();
    await server.stop();
    assert.deepEqual(tab.errors, []);
    for (const url of tab.requests) {
      assert.ok(url.startsWith(origin + '/') || url.startsWith('data:'), `${url} was asked for`);
    }
  });
  return {server, origin, tab};
}
async function openLive(t, ...options) {
  const opened = await open(t, ...options);
  await opened.tab.shows('#live', 'live');
  return opened;
}
// state(TAB): what the server tells the page.
const state = (tab) => tab.run(() => fetch('/proxx/requests').then((answer) => answer.json()));
const rowsThere = (tab, count) => until(`${count} rows are there`,
  () => tab.run((n) => document.querySelectorAll('#rows tr.row').length === n, count));
const records = (tab, isOn) => until('it records, or not', async () => (await state(tab)).recording === isOn);

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

test('rows of a chat call, a Responses call and a relayed call appear as they come', async (t) => {
  const {origin, tab} = await openLive(t, '--mock');
  const row = (path) => tab.run((p) => [...document.querySelectorAll('#rows tr.row')]
    .find((each) => each.cells[2].innerText.startsWith(p))?.innerText.split('\t'), path);
  await post(origin + '/v1/chat/completions', chat('hi', {stream: true, seed: 1}), {'user-agent': 'tester/1'});
  const first = await until('the chat call is a row', () => row('/v1/chat/completions'));
  assert.equal(first[1], 'tester/1');
  assert.equal(first[2], '/v1/chat/completions (stream)');
  assert.deepEqual(first.slice(3, 5), [kModel, '200']);
  assert.match(first[5] + first[6], /ms.*ms/);
  assert.match(first[7] + ' ' + first[8], /^\d+ \d+$/);
  assert.match(first[11], /^\$0\.\d+$/);
  assert.ok(Number(first[12]) >= 1, 'the notice is counted');
  await post(origin + '/v1/responses', {model: kModel, input: 'hi'});
  assert.equal((await until('the Responses call is a row', () => row('/v1/responses')))[4], '200');
  await post(origin + '/v1/messages', {model: kModel, max_tokens: 9, messages: [{role: 'user', content: 'hi'}]});
  assert.equal((await until('the relayed call is a row', () => row('/v1/messages')))[4], '200');
  await post(origin + '/v1/chat/completions', chat('[[mock:error-429]]'));
  await tab.shows('#rows', '429');
  await tab.shows('#totals', kModel);
  assert.ok(await tab.run(() => document.querySelectorAll('#plot rect').length > 0), 'the plot has a bar');
});

test('an opened row shows notices, headers without keys, and bodies while they are recorded', async (t) => {
  const {origin, tab} = await openLive(t, '--mock');
  await post(origin + '/v1/chat/completions', chat('not kept', {seed: 7}), {'x-api-key': 'sk-ant-hush'});
  await rowsThere(tab, 1);
  // By the keyboard.
  await tab.run(() => document.querySelector('#rows tr.row').focus());
  await tab.press('Enter');
  await tab.shows('#rows td.open', 'seed');
  const bare = await tab.text('#rows td.open');
  assert.match(bare, /dropped seed: /);
  assert.match(bare, /x-api-key: \[redacted\]/);
  assert.match(bare, /x-request-id: req/);
  assert.doesNotMatch(bare, /hush|not kept/);
  await tab.press('Enter');
  assert.equal(await tab.text('#rows td.open'), '');

  await tab.click('#recording');
  await records(tab, true);
  await post(origin + '/v1/chat/completions', chat('was kept', {seed: 8, stream: true}));
  await rowsThere(tab, 2);
  await tab.click('#rows tr.row');
  await tab.shows('#rows td.open', 'Request to Anthropic');
  const marked = await tab.text('#rows td.open mark');
  assert.match(marked, /"seed": 8/);
  const whole = await tab.text('#rows td.open');
  assert.match(whole, /"max_tokens"/);
  assert.match(whole, /data: \[DONE\]/);
  assert.match(whole, /was kept/);
  await tab.click('#recording');
  await records(tab, false);
  const details = await tab.run(() => fetch('/proxx/requests/2').then((answer) => answer.json()));
  assert.equal(details.notices[0].path, 'seed');
  assert.equal(details.bodies, undefined);
});

test('a Try streams, its commands can be copied, and a refusal is told', async (t) => {
  const {origin, tab} = await openLive(t, '--mock');
  await tab.click('[data-tab=try]');
  await tab.run((model) => {
    document.querySelector('#try-model').value = model;
    document.querySelector('#try-effort').value = 'low';
  }, kModel);
  await tab.type('#try-system', 'Be brief.');
  await tab.type('#try-prompt', "[[mock:thinking]] don't");
  await tab.shows('#try-curl', 'curl');
  const curl = await tab.text('#try-curl');
  assert.match(curl, /\/v1\/chat\/completions/);
  assert.ok(curl.includes("don'\\''t"), curl);
  assert.match(await tab.text('#try-command'), /^proxx <<<'\{/);
  await tab.click('#try-form button');
  await until('it is answered', () => tab.run(() => document.querySelector('#try-stop').disabled &&
    document.querySelector('#try-answer').innerText));
  assert.ok(await tab.run(() => !document.querySelector('#try-thought').hidden), 'reasoning is shown');
  await tab.type('#try-prompt', '[[mock:slow]]');
  await tab.click('#try-form button');
  await until('some of it is there', () => tab.text('#try-answer'));
  assert.ok(await tab.run(() => !document.querySelector('#try-stop').disabled), 'it still streams');
  await tab.click('#try-stop');
  await until('it stops', () => tab.run(() => document.querySelector('#try-stop').disabled));
  await tab.type('#try-prompt', '[[mock:error-529]]');
  await tab.click('#try-form button');
  await tab.shows('#try-answer', 'verloaded');
  tab.errors = tab.errors.filter((each) => !each.includes('/v1/chat/completions'));  // the status
});

test('Convert marks a dropped field, and an error at its place; nothing is sent', async (t) => {
  const {origin, tab} = await openLive(t, '--mock');
  await tab.click('[data-tab=convert]');
  await tab.type('#convert-in', JSON.stringify(chat('hi', {logit_bias: {1: 2}})));
  await tab.shows('#convert-out', '"max_tokens"');
  assert.match(await tab.text('#convert-marked mark'), /logit_bias/);
  assert.match(await tab.text('#convert-notices'), /dropped logit_bias: /);
  await tab.type('#convert-in', JSON.stringify({model: kModel, input: 'hi', seed: 1}));
  await tab.shows('#convert-marked', '"input"');
  await tab.shows('#convert-out', '"messages"');
  await tab.type('#convert-in', JSON.stringify(chat(7)));
  await tab.shows('#convert-notices', 'messages[0].content');
  assert.match(await tab.text('#convert-marked mark'), /"content": 7/);
  assert.equal(await tab.text('#convert-out'), '');
  await tab.type('#convert-in', '{');
  await tab.shows('#convert-notices', 'JSON');
  await tab.type('#convert-in', ' ');
  await until('it is empty again', async () => await tab.text('#convert-notices') === '');
  assert.deepEqual((await state(tab)).requests, []);
});

test('nothing is cut off at 360 pixels, in a row that is open neither', async (t) => {
  const {origin, tab} = await openLive(t, '--mock');
  await tab.resize(360, 780);
  const long = 'x'.repeat(500);
  await post(origin + '/v1/chat/completions', chat(long, {seed: 1, [long]: 1}), {'user-agent': long, 'x-long': long});
  await rowsThere(tab, 1);
  await tab.click('#rows tr.row');
  await tab.shows('#rows td.open', 'Answer headers');
  for (const name of ['requests', 'try', 'convert']) {
    await tab.click(`[data-tab=${name}]`);
    const wide = await tab.run(() => [...document.querySelectorAll('body, #rows, td.open *, form *, pre')]
      .filter((each) => each.getBoundingClientRect().right > innerWidth || each.scrollWidth > innerWidth)
      .map((each) => each.outerHTML.slice(0, 80)));
    assert.deepEqual(wide, [], name);
  }
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
  await tab.click('#recording');
  await records(tab, true);
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
  await until('it is answered', () => tab.text('#try-answer'));
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
