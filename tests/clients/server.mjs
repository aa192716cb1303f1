// `proxx serve --mock` for a suite: what it listens on, and what it logs.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const kWaitMs = 20_000;

// Settings of the machine's reach neither the server nor the clients.
for (const name of Object.keys(process.env)) {
  if (/^(ANTHROPIC|OPENAI|PROXX|LANGCHAIN|LANGSMITH)_|_proxy$/i.test(name)) delete process.env[name];
}

export class Server {
  #child;
  #log = '';

  static start(...options) {
    return Server.serve('--mock', ...options);
  }

  static async serve(...options) {
    const server = new Server();
    const home = mkdtempSync(join(tmpdir(), 'proxx-clients-'));
    process.on('exit', () => {
      server.#child?.kill('SIGKILL');
      rmSync(home, { recursive: true, force: true });
    });
    const port = options.includes('--port') ? [] : ['--port', '0'];
    server.#child = spawn(
      process.env.PROXX,
      ['serve', '--config', 'none', ...port, ...options],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env.PATH, HOME: home }, cwd: home },
    );
    server.#child.stderr.setEncoding('utf8').on('data', (text) => (server.#log += text));
    const found = await server.logged(/listening on (\S+)/);
    server.url = found[1];
    return server;
  }

  // The first match in the log, once it is there.
  async logged(pattern) {
    for (const end = Date.now() + kWaitMs; Date.now() < end; await sleep(20)) {
      const found = this.#log.match(pattern);
      if (found) return found;
    }
    throw new Error(`no ${pattern} in the log:\n${this.#log}`);
  }

  count(pattern) {
    return [...this.#log.matchAll(pattern)].length;
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const over = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await over;
  }
}

export const kModel = 'claude-sonnet-5-5';

export const kWeather = {
  type: 'object',
  properties: { city: { type: 'string', enum: ['Paris'] } },
  required: ['city'],
  additionalProperties: false,
};
export const kTime = {
  type: 'object',
  properties: { zone: { type: 'string', enum: ['CET'] } },
  required: ['zone'],
  additionalProperties: false,
};
