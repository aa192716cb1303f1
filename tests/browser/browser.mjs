// Chromium without a window, driven by the DevTools protocol over a pipe: no port, no package.
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const kWaitMs = 8_000;

// Resolves to the first value of `look` that is true; rejects with `what` after 8 s.
export async function until(what, look) {
  const end = Date.now() + kWaitMs;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (Date.now() > end) throw new Error(`after ${kWaitMs / 1000} s still not: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

export class Browser {
  #process;
  #folder = mkdtempSync(join(tmpdir(), 'proxx-browser-'));
  #calls = new Map();
  #tabs = new Map();
  #last = 0;

  constructor(program) {
    const options = ['--headless', '--remote-debugging-pipe', '--no-first-run', '--disable-gpu',
      '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--disable-extensions', '--force-device-scale-factor=1',
      `--user-data-dir=${this.#folder}`];
    // Chromium refuses root its sandbox, and a container often has none to give.
    options.push('--no-sandbox');
    this.#process = spawn(program, [...options, 'about:blank'],
      {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
    let rest = '';
    const reader = this.#process.stdio[4];
    reader.setEncoding('utf8');
    reader.on('data', (data) => {
      const texts = (rest + data).split('\0');
      rest = texts.pop();
      for (const text of texts) this.#take(JSON.parse(text));
    });
    this.#process.stdio[3].on('error', () => {});
    this.#process.on('exit', (code) => {
      for (const {fail} of this.#calls.values()) fail(new Error(`the browser ended: ${code}`));
    });
  }

  #take(message) {
    if (!message.id) return this.#tabs.get(message.sessionId)?.take(message.method, message.params);
    const {done, fail, method} = this.#calls.get(message.id);
    this.#calls.delete(message.id);
    if (message.error) fail(new Error(`${method}: ${message.error.message}`));
    else done(message.result);
  }

  send(method, params = {}, sessionId = undefined) {
    const id = ++this.#last;
    return new Promise((done, fail) => {
      this.#calls.set(id, {done, fail, method});
      this.#process.stdio[3].write(JSON.stringify({id, method, params, sessionId}) + '\0');
    });
  }

  async open(url, {width = 1200, height = 900, dark = false} = {}) {
    const {targetId} = await this.send('Target.createTarget', {url: 'about:blank'});
    const {sessionId} = await this.send('Target.attachToTarget', {targetId, flatten: true});
    const tab = new Tab(this, sessionId, targetId);
    this.#tabs.set(sessionId, tab);
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await tab.send(domain + '.enable');
    await tab.resize(width, height);
    await tab.send('Emulation.setEmulatedMedia',
      {features: [{name: 'prefers-color-scheme', value: dark ? 'dark' : 'light'}]});
    await tab.send('Page.navigate', {url});
    await until('the page is loaded', () => tab.run(() => document.readyState === 'complete'));
    return tab;
  }

  async close() {
    const gone = new Promise((done) => this.#process.on('exit', done));
    this.send('Browser.close').catch(() => {});
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 5000);
    await gone;
    clearTimeout(timer);
    rmSync(this.#folder, {recursive: true, force: true, maxRetries: 5});
  }
}

class Tab {
  #browser;
  #session;
  #target;
  errors = [];    // of the console, the network and the policy; exceptions
  requests = [];  // URLs

  constructor(browser, session, target) {
    this.#browser = browser;
    this.#session = session;
    this.#target = target;
  }

  resize(width, height) {
    return this.send('Emulation.setDeviceMetricsOverride', {width, height, deviceScaleFactor: 1, mobile: false});
  }

  send(method, params) { return this.#browser.send(method, params, this.#session); }

  take(method, params) {
    if (method === 'Network.requestWillBeSent') this.requests.push(params.request.url);
    if (method === 'Network.webSocketCreated') this.requests.push(params.url);
    if (method === 'Runtime.exceptionThrown') {
      const {text, exception} = params.exceptionDetails;
      this.errors.push(exception?.description || text);
    }
    if (method === 'Runtime.consoleAPICalled' && params.type !== 'log') {
      this.errors.push(params.args.map((each) => each.value || each.description).join(' '));
    }
    if (method === 'Log.entryAdded' && params.entry.level !== 'verbose') {
      this.errors.push(`${params.entry.text} ${params.entry.url || ''}`);
    }
  }

  // Calls a function in the page, with arguments that JSON can tell; its answer, awaited.
  async run(what, ...args) {
    const answer = await this.send('Runtime.evaluate', {
      expression: `(${what})(...${JSON.stringify(args)})`, awaitPromise: true, returnByValue: true});
    const failed = answer.exceptionDetails;
    if (failed) throw new Error(failed.exception?.description || failed.text);
    return answer.result.value;
  }

  // The text that a user sees of the first element that the selector names; '' without one.
  text(selector) {
    return this.run((s) => {
      const node = document.querySelector(s);
      return node?.checkVisibility() ? node.innerText : '';
    }, selector);
  }
  shows(selector, text) {
    return until(`${text} is in ${selector}`, async () => (await this.text(selector)).includes(text));
  }

  // As a user does: with the mouse and the keyboard.
  async click(selector) {
    const at = await this.run((s) => {
      const node = document.querySelector(s);
      node.scrollIntoView({block: 'center'});
      const box = node.getBoundingClientRect();
      return {x: box.x + Math.min(box.width / 2, 60), y: box.y + box.height / 2};
    }, selector);
    const event = {...at, button: 'left', clickCount: 1};
    await this.send('Input.dispatchMouseEvent', {type: 'mousePressed', ...event});
    await this.send('Input.dispatchMouseEvent', {type: 'mouseReleased', ...event});
  }
  async type(selector, text) {
    await this.run((s) => {
      const node = document.querySelector(s);
      node.focus();
      node.select?.();
    }, selector);
    await this.send('Input.insertText', {text});
  }
  choose(selector, value) {
    return this.run((s, v) => {
      const node = document.querySelector(s);
      node.value = v;
      node.dispatchEvent(new Event('input', {bubbles: true}));
    }, selector, value);
  }
  // A file, as if the dialog was used.
  async attach(selector, path) {
    const {root} = await this.send('DOM.getDocument');
    const {nodeId} = await this.send('DOM.querySelector', {nodeId: root.nodeId, selector});
    await this.send('DOM.setFileInputFiles', {nodeId, files: [path]});
  }
  async press(key) {
    const text = {Enter: '\r', ' ': ' '}[key];
    const code = {Enter: 13, ' ': 32, Tab: 9}[key];
    await this.send('Input.dispatchKeyEvent', {type: 'keyDown', key, text, windowsVirtualKeyCode: code});
    await this.send('Input.dispatchKeyEvent', {type: 'keyUp', key, windowsVirtualKeyCode: code});
  }

  // A PNG, base64.
  async picture() { return (await this.send('Page.captureScreenshot', {format: 'png'})).data; }
  close() { return this.#browser.send('Target.closeTarget', {targetId: this.#target}); }
}
