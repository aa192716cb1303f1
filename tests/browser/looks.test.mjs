// How it looks and is used: sizes, themes, the keyboard.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {chat, openLive, post, rowsThere} from './fixture.mjs';

test('nothing is cut off at 360 and 1600 pixels, in a row that is open neither', async (t) => {
  const {origin, tab} = await openLive(t, '--mock');
  const long = 'x'.repeat(500);
  await post(origin + '/v1/chat/completions', chat(long, {seed: 1, [long]: 1}), {'user-agent': long, 'x-long': long});
  await rowsThere(tab, 1);
  await tab.click('#rows tr.row');
  await tab.shows('#rows td.open', 'Answer headers');
  for (const [width, name] of [360, 1600].flatMap((each) => ['requests', 'try', 'convert'].map((tab) => [each, tab]))) {
    await tab.resize(width, 780);
    await tab.click(`[data-tab=${name}]`);
    const wide = await tab.run(() => [...document.querySelectorAll('body, #rows, td.open *, form *, pre')]
      .filter((each) => each.getBoundingClientRect().right > innerWidth || each.scrollWidth > innerWidth)
      .map((each) => each.outerHTML.slice(0, 80)));
    assert.deepEqual(wide, [], `${name} at ${width}`);
  }
});

test('every text can be read, light and dark', async (t) => {
  const {origin, tab} = await openLive(t, '--mock');
  await post(origin + '/v1/chat/completions', chat('[[mock:error-429]]', {seed: 1}));
  await rowsThere(tab, 1);
  await tab.click('#rows tr.row');
  await tab.shows('#rows td.open', 'Answer headers');
  await tab.click('[data-tab=convert]');
  await tab.type('#convert-in', JSON.stringify(chat('hi', {seed: 1})));
  await tab.shows('#convert-marked mark', 'seed');
  const backgrounds = [];
  for (const theme of ['light', 'dark']) {
    await tab.send('Emulation.setEmulatedMedia', {features: [{name: 'prefers-color-scheme', value: theme}]});
    for (const name of ['requests', 'try', 'convert']) {
      await tab.click(`[data-tab=${name}]`);
      const {faint, count, background} = await tab.run(contrasts);
      assert.ok(count > 8, name);
      assert.deepEqual(faint, [], `${name}, ${theme}`);
      if (name === 'requests') backgrounds.push(background);
    }
  }
  assert.notEqual(backgrounds[0], backgrounds[1]);
});

// In the page: what has text with a contrast below 4.5 (WCAG 2.2, 1.4.3).
function contrasts() {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => {
    const [r, g, b] = rgb(colour).map((each) => each / 255).map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const canvasColour = document.body.appendChild(document.createElement('i'));
  canvasColour.style.setProperty('background', 'Canvas');
  const background = getComputedStyle(canvasColour).backgroundColor;
  canvasColour.remove();
  const behind = (node) => !node ? background
    : rgb(getComputedStyle(node).backgroundColor)[3] ? getComputedStyle(node).backgroundColor : behind(node.parentElement);
  const texts = [...document.querySelectorAll('body *')].filter((each) => each.checkVisibility() && !each.disabled &&
    each.namespaceURI.endsWith('xhtml') && [...each.childNodes].some((child) => child.nodeType === 3 && child.data.trim()));
  const faint = texts.map((each) => {
    const [a, b] = [light(getComputedStyle(each).color), light(behind(each))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), each.outerHTML.slice(0, 80)];
  }).filter(([ratio]) => ratio < 4.5);
  return {faint, count: texts.length, background};
}

test('all of it is used by the keyboard alone', async (t) => {
  const {origin, tab} = await openLive(t, '--mock');
  await post(origin + '/v1/chat/completions', chat('hi', {seed: 1}));
  await rowsThere(tab, 1);
  const focus = () => tab.run(() => {
    const {id, dataset, className, tagName} = document.activeElement;
    return dataset.tab || id || className || tagName;
  });
  const tabTo = async (name) => {
    for (let i = 0; i < 30; ++i) {
      await tab.press('Tab');
      if (await focus() === name) return;
    }
    assert.fail(`${name} is not reached`);
  };
  await tabTo('recording');
  await tab.press(' ');
  await tabTo('row');
  assert.notEqual(await tab.run(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
  await tab.press(' ');
  await tab.shows('#rows td.open', 'seed');
  await tabTo('convert');
  await tab.press('Enter');
  await tabTo('convert-in');
  await tab.send('Input.insertText', {text: JSON.stringify(chat('hi', {seed: 1}))});
  await tab.shows('#convert-notices', 'seed');
  await tabTo('try');
  await tab.press(' ');
  await tabTo('try-prompt');
  await tab.send('Input.insertText', {text: 'hello'});
  await tabTo('main');
  await tab.press('Enter');
  await tab.shows('#try-answer', 'hello');
  assert.ok(await tab.run(() => document.querySelector('#recording').checked));
});
