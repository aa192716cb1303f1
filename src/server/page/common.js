'use strict';
// Text of clients and models gets into the page as text nodes only.
const $ = (id) => document.getElementById(id);
let key = '';

function make(tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
}
function shape(tag, attributes) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}
function headers() {
  const all = {'content-type': 'application/json'};
  if (key) all.authorization = 'Bearer ' + key;
  return all;
}
async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, {...options, headers: headers()});
  } catch (error) {
    throw error.name === 'AbortError' ? error : new Error('the server was not reached');
  }
  if (answer.status === 401) askForKey();
  return answer;
}
function askForKey() {
  $('key-refused').hidden = !key;
  if (!$('key-form').hidden) return;
  $('key-form').hidden = false;
  $('key').focus();
}
// The answer's JSON; an error of the server's is thrown with its words.
async function askJson(path, options) {
  const answer = await ask(path, options);
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.error.message);
  return json;
}

// Server-sent events over fetch, which can send a key.
async function eachEvent(answer, take) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return;
    rest += value;
    const parts = rest.split('\n\n');
    rest = parts.pop();
    for (const part of parts) {
      let name = '', data = '';
      for (const line of part.split('\n')) {
        if (line.startsWith('event: ')) name = line.slice(7);
        if (line.startsWith('data: ')) data += line.slice(6);
      }
      if (data) take(name, data);
    }
  }
}
