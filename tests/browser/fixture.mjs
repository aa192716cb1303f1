// What the tests of the page share: a browser for each file, with the binary in $PROXX and the
// browser in $CHROMIUM.
import assert from 'node:assert/strict';
import {after, before} from 'node:test';

import {kModel, Server} from '../clients/server.mjs';
import {Browser, until} from './browser.mjs';

process.on('SIGTERM', () => process.exit(1));  // ends the servers, too
let browser;
before(() => (browser = new Browser(process.env.CHROMIUM)));
after(() => browser.close());

export const post = (url, body, headers = {}) => fetch(url, {method: 'POST', body: JSON.stringify(body),
  headers: {'content-type': 'application/json', ...headers}}).then((answer) => answer.text());
export const chat = (text, more = {}) => ({model: kModel, messages: [{role: 'user', content: text}], ...more});

// A server with those options and a tab with its page. When the test is over, the console was silent
// and no other origin was asked.
export async function open(t, ...options) {
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
export async function openLive(t, ...options) {
  const opened = await open(t, ...options);
  await opened.tab.shows('#live', 'live');
  return opened;
}
// state(TAB): what the server tells the page.
export const state = (tab) => tab.run(() => fetch('/proxx/requests').then((answer) => answer.json()));
export const details = (tab, id) => tab.run((n) => fetch('/proxx/requests/' + n).then((answer) => answer.json()), id);
export const rowsThere = (tab, count) => until(`${count} rows are there`,
  () => tab.run((n) => document.querySelectorAll('#rows tr.row').length === n, count));
// The texts of the first row whose path begins so; nothing without one.
export const row = (tab, path) => tab.run((p) => [...document.querySelectorAll('#rows tr.row')]
  .find((each) => each.cells[2].innerText.startsWith(p))?.innerText.split('\t'), path);
// The same of a request that has ended.
export const endedRow = (tab, path) => until(`${path} is a row and has ended`, async () => {
  const texts = await row(tab, path);
  return texts && texts[4] !== 'open' && texts;
});
export async function record(tab, isOn) {
  await tab.click('#recording');
  await until('it records, or not', async () => (await state(tab)).recording === isOn);
}
export const answered = (tab) => until('it is answered', () => tab.run(() =>
  document.querySelector('#try-stop').disabled && document.querySelector('#try-answer').innerText));
