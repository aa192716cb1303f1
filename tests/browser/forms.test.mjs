// The forms: Try, which asks this server as any client does, and Convert.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {test} from 'node:test';

import {kModel} from '../clients/server.mjs';
import {until} from './browser.mjs';
import {answered, chat, details, openLive, record, rowsThere, state} from './fixture.mjs';

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
  await answered(tab);
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

test('a Try sends a file, an effort and a limit; its commands do in a shell what it did', async (t) => {
  const {origin, tab} = await openLive(t, '--mock');
  const folder = mkdtempSync(join(tmpdir(), 'proxx-try-'));
  t.after(() => rmSync(folder, {recursive: true, force: true}));
  const kPng = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
  writeFileSync(join(folder, 'a.png'), kPng, 'base64');
  writeFileSync(join(folder, 'a.pdf'), '%PDF-1.4\n%%EOF\n');
  await record(tab, true);
  await tab.click('[data-tab=try]');
  await until('there are models', () => tab.run(() => document.querySelector('#try-model').length > 3));
  assert.match(await tab.run(() => document.querySelector('#try-model').innerText), /claude-sonnet-5-5 \(1M, \$2\/\$10\)/);
  await tab.choose('#try-model', kModel);
  assert.equal(await tab.run(() => document.querySelector('#try-max').placeholder), 'up to 128000');
  await tab.type('#try-prompt', "it's here");
  await tab.type('#try-max', '3000');
  let id = 0;
  for (const [file, effort, sent] of [['a.png', 'low', /"type":"image".*"media_type":"image\/png"/],
    ['a.pdf', 'high', /"type":"document".*"media_type":"application\/pdf"/]]) {
    await tab.attach('#try-file', join(folder, file));
    await tab.choose('#try-effort', effort);
    await tab.click('#try-form button');
    await answered(tab);
    const {bodies} = await until('it is over', async () => (await details(tab, ++id)).open === false && details(tab, id));
    assert.match(bodies.upstream, sent);
    assert.match(bodies.upstream, new RegExp(`"effort":"${effort}"`));
    assert.equal(JSON.parse(bodies.request).max_tokens, 3000);
  }
  const path = `${dirname(process.env.PROXX)}:${process.env.PATH}`;
  for (const command of ['#try-curl', '#try-command']) {
    const said = execFileSync('bash', ['-c', await tab.run((s) => document.querySelector(s).textContent, command)],
      {env: {PATH: path, HOME: folder, ANTHROPIC_BASE_URL: origin, ANTHROPIC_API_KEY: 'any'}, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']});
    assert.match(said, /data: \[DONE\]/, command);
  }
  await rowsThere(tab, 4);
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
  // As it was written: digits, escapes, a key that is there twice.
  await tab.type('#convert-in', '{"model":"m","seed":1,"seed":12345678901234567890,"messages":[{"role":"user","content":"\\u0041"}],"stop":[],"user":null}');
  await tab.shows('#convert-marked', '12345678901234567890');
  assert.deepEqual((await tab.text('#convert-marked')).trim().split('\n').map((line) => line.replace(/ {2}\u2190.*/, '')),
    ['{', '  "model": "m",', '  "seed": 1,', '  "seed": 12345678901234567890,', '  "messages": [', '    {', '      "role": "user",',
      '      "content": "\\u0041"', '    }', '  ],', '  "stop": [],', '  "user": null', '}']);
  await tab.type('#convert-in', '['.repeat(5000) + ']'.repeat(5000));
  await tab.shows('#convert-notices', 'nesting too deep');
  assert.equal((await tab.text('#convert-marked')).length, 10000);
  await tab.type('#convert-in', '{');
  await tab.shows('#convert-notices', 'JSON');
  await tab.type('#convert-in', ' ');
  await until('it is empty again', async () => await tab.text('#convert-notices') === '');
  assert.deepEqual((await state(tab)).requests, []);
});
