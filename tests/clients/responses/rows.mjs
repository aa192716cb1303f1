// How the programs of this suite run and tell their cases: a line each, fields divided by tabs:
// client, version, case, ok or failed, reason. FIELD_URL is the server's base URL with /v1.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

export const kUrl = process.env.FIELD_URL;
export const kKey = 'made-up';
export const kModel = 'claude-sonnet-5-5';
export const kGreeting = 'Hello from the mock upstream. You said: ';
const kCaseMs = 60_000;
const kReasonChars = 300;

export function has(text, part) {
  assert.ok(String(text).includes(part), `expected ${part} in ${text}`);
}

// Runs `cases`, functions by name, for the client that `name` is in package.json.
export async function run(name, cases) {
  const wanted = JSON.parse(readFileSync('package.json', 'utf8')).dependencies[name];
  for (const [title, body] of Object.entries(cases)) {
    let timer;
    const late = new Promise((_, reject) => (timer = setTimeout(reject, kCaseMs, new Error('no end'))));
    const reason = await Promise.race([body(), late]).then(
      () => '',
      (error) => (console.error(error), String(error).replace(/\s+/g, ' ').slice(0, kReasonChars)),
    );
    clearTimeout(timer);
    console.log([name, wanted, title, reason ? 'failed' : 'ok', reason].join('\t'));
    if (reason) process.exitCode = 1;
  }
}
