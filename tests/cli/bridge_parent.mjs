#!/usr/bin/env node
// A parent of `proxx bridge`: asks all prompts side by side, prints each answer as it streams.
// Usage: bridge_parent.mjs [--mock] PROMPT...
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const options = process.argv.slice(2).filter((word) => word.startsWith('-'));
const prompts = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const bridge = spawn(process.env.PROXX ?? 'proxx', ['bridge', ...options], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
bridge.on('exit', (code) => { process.exitCode = code ?? 1; });

const answers = prompts.map(() => '');
for (const [id, content] of prompts.entries()) {
  const body = { stream: true, messages: [{ role: 'user', content }] };
  bridge.stdin.write(JSON.stringify({ id, body }) + '\n');
}
bridge.stdin.end(); // what is in flight still finishes

for await (const text of createInterface({ input: bridge.stdout })) {
  const line = JSON.parse(text);
  if (line.chunk) {
    for (const choice of line.chunk.choices) answers[line.id] += choice.delta.content ?? '';
  } else if (line.error) {
    console.log(`${line.id}: error ${line.status}: ${line.error.message}`);
  } else if (line.done) {
    console.log(`${line.id}: ${answers[line.id]}`);
  }
}
