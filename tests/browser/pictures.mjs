// Pictures of the page, filled by the mock: node pictures.mjs FOLDER, with the binary in $PROXX and
// the browser in $CHROMIUM. Two of them, with fewer colours, are in docs/.
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';

import {kModel, Server} from '../clients/server.mjs';
import {Browser, until} from './browser.mjs';

const folder = process.argv[2];
const kViews = [
  {name: 'wide', width: 1600, height: 900}, {name: 'narrow', width: 360, height: 780},
  {name: 'readme', width: 1200, height: 720},
].flatMap((view) => [false, true].map((dark) => ({...view, dark, name: view.name + (dark ? '-dark' : '')})));

const kQuestion = 'Where was the first lighthouse?';
const kOpen = {model: 'claude-opus-5-5', stream: true, messages: [{role: 'user', content: '[[mock:slow]] ' + kQuestion}]};
const kCalls = [
  ['/v1/chat/completions', 'agent/2.1 (linux)', {model: kModel, stream: true, seed: 7,
    messages: [{role: 'system', content: 'You are a careful reviewer.'}, {role: 'user', content: '[[mock:thinking]] ' + kQuestion}]}],
  ['/v1/responses', 'openai-python/2.9', {model: 'claude-opus-4-8', input: kQuestion, truncation: 'auto'}],
  ['/v1/messages', 'anthropic-sdk/1.4', {model: 'claude-haiku-4-5', max_tokens: 64, stream: true,
    messages: [{role: 'user', content: '[[mock:cached]] ' + kQuestion}]}],
  ['/v1/chat/completions', 'agent/2.1 (linux)', {model: kModel, messages: [{role: 'user', content: '[[mock:error-429]]'}]}],
  ['/v1/chat/completions', 'agent/2.1 (linux)', kOpen],
  ['/v1/chat/completions', 'notebook', {model: kModel, logit_bias: {1: 2}, presence_penalty: 0.5, temperature: 0.2,
    messages: [{role: 'user', content: kQuestion}]}],
];

process.on('SIGTERM', () => process.exit(1));
const browser = new Browser(process.env.CHROMIUM);
for (const view of kViews) {
  const server = await Server.start();
  const {origin} = new URL(server.url);
  await fetch(origin + '/proxx/recording', {method: 'POST', body: '{"on":true}'});
  for (const [path, client, body] of kCalls) {
    const answer = await fetch(origin + path, {method: 'POST', body: JSON.stringify(body), headers: {
      'content-type': 'application/json', 'user-agent': client, authorization: 'Bearer sk-of-a-client'}});
    if (body !== kOpen) await answer.text();
  }
  const tab = await browser.open(origin + '/', view);
  const save = async (name) => writeFileSync(join(folder, `${name}-${view.name}.png`), await tab.picture(), 'base64');
  await tab.shows('#live', 'live');
  await tab.shows('#rows', 'notebook');
  await save('requests');
  await tab.click('#rows tr.row');
  await tab.shows('#rows td.open', 'Request to Anthropic');
  await tab.run(() => scrollTo(0, 0));
  await save('opened');
  await tab.run(() => document.querySelector('#rows').scrollIntoView());
  await save('scrolled');
  await tab.run(() => scrollTo(0, 0));
  await tab.click('[data-tab=try]');
  await tab.run((model) => {
    document.querySelector('#try-model').value = model;
    document.querySelector('#try-effort').value = 'low';
  }, kModel);
  await tab.type('#try-prompt', '[[mock:thinking]] ' + kQuestion);
  await tab.click('#try-form button');
  await until('it is answered', () => tab.run(() => document.querySelector('#try-stop').disabled &&
    document.querySelector('#try-answer').innerText));
  await tab.run(() => (document.querySelector('#try-thought').open = true));
  await tab.run(() => scrollTo(0, 0));
  await save('try');
  await tab.click('[data-tab=convert]');
  await tab.type('#convert-in', JSON.stringify(kCalls[5][2], null, 2));
  await tab.shows('#convert-out', 'max_tokens');
  await tab.run(() => scrollTo(0, 0));
  await save('convert');
  await tab.close();
  await server.stop();
}
await browser.close();
