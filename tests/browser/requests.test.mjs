// The list of requests: rows, opened rows, what is live.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {kModel} from '../clients/server.mjs';
import {until} from './browser.mjs';
import {chat, details, endedRow, openLive, post, record, row, rowsThere} from './fixture.mjs';

test('rows of a chat call, a Responses call and a relayed call appear as they come', async (t) => {
  const {origin, tab} = await openLive(t, '--mock');
  await post(origin + '/v1/chat/completions', chat('hi', {stream: true, seed: 1}), {'user-agent': 'tester/1'});
  const first = await endedRow(tab, '/v1/chat/completions');
  assert.equal(first[1], 'tester/1');
  assert.equal(first[2], '/v1/chat/completions (stream)');
  assert.deepEqual(first.slice(3, 5), [kModel, '200']);
  assert.match(first[5] + first[6], /ms.*ms/);
  assert.match(first[7] + ' ' + first[8], /^\d+ \d+$/);
  assert.match(first[11], /^\$0\.\d+$/);
  assert.ok(Number(first[12]) >= 1, 'the notice is counted');
  await post(origin + '/v1/responses', {model: kModel, input: 'hi'});
  assert.equal((await endedRow(tab, '/v1/responses'))[4], '200');
  await post(origin + '/v1/messages', {model: kModel, max_tokens: 9, messages: [{role: 'user', content: 'hi'}]});
  const relayed = await endedRow(tab, '/v1/messages');
  assert.equal(relayed[4], '200');
  assert.match(relayed[7] + ' ' + relayed[8] + ' ' + relayed[11], /^\d+ \d+ \$0\.\d+$/);
  await post(origin + '/v1/chat/completions', chat('[[mock:error-429]]'));
  await tab.shows('#rows', '429');
  await tab.shows('#totals', kModel);
  assert.ok(await tab.run(() => document.querySelectorAll('#plot rect').length > 0), 'the plot has a bar');
});

test('a stream is an open row with its time running, and is counted, until it ends', async (t) => {
  const {origin, tab} = await openLive(t, '--mock');
  const client = new AbortController();
  const answer = await fetch(origin + '/v1/chat/completions', {method: 'POST', signal: client.signal,
    headers: {'content-type': 'application/json'}, body: JSON.stringify(chat('[[mock:slow]]', {stream: true}))});
  const first = await until('it is a row', () => row(tab, '/v1/chat/completions (stream)'));
  assert.deepEqual(first.slice(3, 5), [kModel, 'open']);
  await tab.shows('#streams', '1 open stream');
  await tab.click('#rows tr.row');
  await tab.shows('#rows td.open', 'Request headers');
  await until('its time runs', async () => (await row(tab, '/v1'))[6] !== first[6]);
  client.abort();
  await assert.rejects(answer.text());
  await until('it has ended', async () => (await row(tab, '/v1'))[4] === '499');
  await tab.shows('#streams', '0 open streams');
  await rowsThere(tab, 1);
  await tab.shows('#rows td.open', 'Answer headers');
});

test('totals add up by model, and the plot has a bar and a line', async (t) => {
  const {origin, tab} = await openLive(t, '--mock');
  for (let i = 0; i < 3; ++i) await post(origin + '/v1/chat/completions', chat('[[mock:cached]] hi'));
  await post(origin + '/v1/chat/completions', chat('[[mock:error-429]]'));
  await post(origin + '/v1/messages', {...chat('hi', {max_tokens: 9}), model: 'claude-haiku-4-5'});
  await rowsThere(tab, 5);
  const totals = () => tab.run(() => [...document.querySelectorAll('#totals tbody tr')].map((each) => each.innerText.split('\t')));
  const [haiku, sonnet] = await until('both models have a total', async () => {
    const all = await totals();
    return all.length === 2 && all[1][1] === '4' && all;
  });
  assert.deepEqual(haiku.slice(0, 3), ['claude-haiku-4-5', '1', '0']);
  assert.match(haiku[7], /^\$0\.\d+$/, 'an alias has its price');
  assert.deepEqual(sonnet.slice(0, 3), [kModel, '4', '1']);
  assert.equal(sonnet[5], '2700', 'cached');
  assert.match(sonnet[7], /^\$0\.\d+$/);
  assert.match(await tab.text('#plot-text'), /up to 5 requests a minute.*first token after up to/);
  const [bar, line] = await tab.run(() => ['#plot rect', '#plot polyline'].map((each) =>
    document.querySelector(each).getBBox()).map(({width, height}) => width + height));
  assert.ok(bar > 8 && line >= 0);
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

  await record(tab, true);
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
  await record(tab, false);
  const left = await details(tab, 2);
  assert.equal(left.notices[0].path, 'seed');
  assert.equal(left.bodies, undefined);
  await tab.click('#rows tr.row');
  await tab.click('#rows tr.row');
  await tab.shows('#rows td.open', 'Answer headers');
  assert.doesNotMatch(await tab.text('#rows td.open'), /was kept|Request to Anthropic/);
});
