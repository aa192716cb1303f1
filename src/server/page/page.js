'use strict';
// Text of clients and models gets into the page as text nodes only.
const $ = (id) => document.getElementById(id);
const rows = new Map();
let models = [];
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

const ms = (value) => value === undefined ? '' : value < 1000 ? Math.round(value) + ' ms' : (value / 1000).toFixed(1) + ' s';
const money = (value) => value === undefined ? '' : '$' + value.toFixed(value < 1 ? 4 : 2);
function cost(model, tokens) {
  const row = models.find((each) => each.id === model);
  if (!row || !tokens || row.price_input < 0 || row.price_output < 0) return undefined;
  const read = row.price_cache_read < 0 ? row.price_input : row.price_cache_read;
  const plain = tokens.input - tokens.cached - tokens.cache_write;
  return (plain * row.price_input + tokens.cached * read + tokens.cache_write * row.price_input * 1.25 +
          tokens.output * row.price_output) / 1e6;
}

function showState(state) {
  $('version').textContent = state.version;
  $('streams').textContent = state.open_streams + ' open stream' + (state.open_streams === 1 ? '' : 's');
  $('recording').checked = state.recording;
  if (JSON.stringify(models) !== JSON.stringify(state.models)) {
    models = state.models;
    const chosen = $('try-model').value;
    $('try-model').replaceChildren(...models.map((model) => {
      const price = model.price_input < 0 ? '' : `, $${model.price_input}/$${model.price_output}`;
      const context = model.context < 1e6 ? Math.round(model.context / 1e3) + 'k' : model.context / 1e6 + 'M';
      const option = make('option', `${model.id} (${context}${price})`);
      option.value = model.id;
      return option;
    }));
    if (chosen) $('try-model').value = chosen;
  }
  $('totals').tBodies[0].replaceChildren(...state.totals.map((total) => {
    const row = make('tr');
    const t = total.tokens;
    const counted = t.input + t.output > 0;  // not those of relayed answers
    row.append(...[total.model, total.requests, total.errors,
      ...(counted ? [t.input, t.output, t.cached, t.reasoning, money(cost(total.model, t))] : ['', '', '', '', ''])]
      .map((text) => make('td', text)));
    return row;
  }));
  plot(state.minutes);
}

function plot(minutes) {
  const now = Math.floor(Date.now() / 60000);
  const most = Math.max(1, ...minutes.map((each) => each.requests));
  const slowest = Math.max(1, ...minutes.map((each) => each.first_ms || 0));
  const at = (each) => 600 - (now - each.minute + 1) * 10;
  const line = minutes.filter((each) => each.first_ms !== undefined)
    .map((each) => `${at(each) + 5},${(58 - each.first_ms / slowest * 54).toFixed(1)}`);
  if (line.length === 1) line.push(line[0]);  // its ends make a dot
  $('plot').replaceChildren(
    ...minutes.map((each) => shape('rect', {x: at(each) + 1, width: 8, y: 60 - each.requests / most * 58, height: each.requests / most * 58})),
    shape('polyline', {points: line.join(' ')}));
  $('plot-text').textContent = minutes.length
    ? `Last hour: up to ${most} requests a minute (bars), first token after up to ${ms(slowest)} (line)` : 'No request in the last hour';
}

function addRow(request) {
  if (rows.has(request.id)) return;
  const row = make('tr', undefined, 'row');
  row.tabIndex = 0;
  row.setAttribute('aria-expanded', 'false');
  const t = request.tokens || {};
  const noticeCount = request.dropped + request.adjusted + request.note;
  const cells = [new Date(request.time_ms).toLocaleTimeString(), request.client,
    request.path + (request.stream ? ' (stream)' : ''), request.model, request.status,
    ms(request.first_ms), ms(request.total_ms), t.input, t.output, t.cached, t.reasoning,
    money(cost(request.model, request.tokens)), noticeCount || '', request.error];
  row.append(...cells.map((text, i) => {
    const cell = make('td', text);
    cell.dataset.name = $('rows').tHead.rows[0].cells[i].textContent;
    return cell;
  }));
  if (request.status >= 400) row.cells[4].className = 'bad';
  row.cells[12].className = 'warn';
  row.cells[13].className = 'bad';
  const toggle = () => toggleRow(row, request);
  row.addEventListener('click', toggle);
  row.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    toggle();
  });
  rows.set(request.id, row);
  $('rows').tBodies[0].prepend(row);
  $('none').hidden = true;
  for (const [id, old] of rows) {
    if (rows.size <= 200) break;
    if (old.nextSibling && !old.nextSibling.classList.contains('row')) old.nextSibling.remove();
    old.remove();
    rows.delete(id);
  }
}

async function toggleRow(row, request) {
  const is_open = row.getAttribute('aria-expanded') === 'true';
  row.setAttribute('aria-expanded', String(!is_open));
  if (is_open) return row.nextSibling.remove();
  const opened = make('tr');
  const place = make('td', undefined, 'open');
  const cell = make('div', 'loading');
  place.colSpan = row.cells.length;
  place.append(cell);
  opened.append(place);
  row.after(opened);
  try {
    cell.replaceChildren(...parts(await askJson('/proxx/requests/' + request.id)));
  } catch (error) {
    cell.textContent = error.message;
  }
}

function parts(details) {
  const out = [bar(details)];
  const notices = details.notices || [];
  if (notices.length) out.push(noticeList(notices));
  if (details.bodies) {
    const before = make('pre');
    markJson(before, details.bodies.request, notices);
    out.push(pair('Request of the client' + (details.bodies.cut ? ' (cut)' : ''), before,
      'Request to Anthropic', make('pre', pretty(details.bodies.upstream || details.bodies.request))));
    out.push(pair('Answer as text', make('pre', answerText(details.bodies.answer)),
      'Answer, raw', make('pre', details.bodies.answer)));
  }
  if (details.notices) {
    out.push(pair('Request headers', make('pre', details.request_headers),
      'Answer headers', make('pre', details.answer_headers)));
  } else {
    out.push(make('p', 'Its notices and headers made room for those of newer requests.', 'dim'));
  }
  return out;
}
function pair(leftTitle, left, rightTitle, right) {
  const box = make('div', undefined, 'pair');
  box.append(titled(leftTitle, left), titled(rightTitle, right));
  return box;
}
function titled(title, node) {
  const box = make('div');
  box.append(make('h2', title), node);
  return box;
}
function noticeList(notices) {
  const list = make('ul', undefined, 'notices');
  for (const notice of notices) {
    const item = make('li', notice.kind + ' ', 'warn');
    if (notice.path) item.append(make('code', notice.path), ': ');
    item.append(notice.reason);
    list.append(item);
  }
  return list;
}
function bar(details) {
  const box = make('div');
  const total = Math.max(details.total_ms, 0.001);
  const convert = Math.min(details.convert_ms, total);
  const first = Math.max(convert, details.first_ms === undefined ? total : details.first_ms);
  const svg = shape('svg', {width: '100%', height: 12, viewBox: '0 0 1000 12', preserveAspectRatio: 'none'});
  const ends = [0, convert, first, total];
  ['convert', 'wait', 'stream'].forEach((name, i) => svg.append(shape('rect', {
    class: name, x: ends[i] / total * 1000, width: Math.max(0, ends[i + 1] - ends[i]) / total * 1000, height: 12})));
  box.append(make('div', `convert ${details.convert_ms.toFixed(2)} ms, wait ${ms(first - convert)}, stream ${ms(total - first)} (${details.request_id})`, 'dim'), svg);
  return box;
}

function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}
// JSON in lines, those at a notice's path marked with its reason.
function markJson(to, text, notices) {
  let value;
  try { value = JSON.parse(text); } catch { return void (to.textContent = text); }
  const put = (line, path) => {
    const here = notices.filter((notice) => notice.path === path);
    if (!here.length || !path) return to.append(line + '\n');
    const mark = make('mark', line);
    to.append(mark, '  \u2190 ' + here.map((notice) => notice.kind + ': ' + notice.reason).join('; ') + '\n');
  };
  const walk = (node, path, indent, name, comma) => {
    const lead = indent + (name === undefined ? '' : JSON.stringify(name) + ': ');
    const entries = node && typeof node === 'object' ? Object.entries(node) : [];
    if (!entries.length) return put(lead + JSON.stringify(node) + comma, path);
    const is_list = Array.isArray(node);
    put(lead + (is_list ? '[' : '{'), path);
    entries.forEach(([each, inner], i) => walk(inner,
      is_list ? `${path}[${each}]` : path ? `${path}.${each}` : each, indent + '  ',
      is_list ? undefined : each, i + 1 < entries.length ? ',' : ''));
    to.append(indent + (is_list ? ']' : '}') + comma + '\n');
  };
  walk(value, '', '', undefined, '');
}
// The text of an answer of any of the APIs, streamed or whole.
function answerText(raw) {
  let out = '';
  const take = (text) => {
    let json;
    try { json = JSON.parse(text); } catch { return; }
    const choice = json.choices && json.choices[0];
    if (choice) out += (choice.delta || choice.message || {}).content || choice.text || '';
    else if (typeof json.delta === 'string') out += json.type === 'response.output_text.delta' ? json.delta : '';
    else if (json.delta && json.delta.text) out += json.delta.text;
    else for (const item of json.output || (Array.isArray(json.content) ? [json] : [])) {
      for (const block of item.content || []) out += block.text || '';
    }
  };
  if (raw.trimStart().startsWith('{')) take(raw);
  else for (const line of raw.split('\n')) if (line.startsWith('data: ')) take(line.slice(6));
  return out;
}

// One at a time. Ends when a key is asked for.
let isWatching = false;
async function watch() {
  if (isWatching) return;
  isWatching = true;
  for (;;) {
    try {
      const answer = await ask('/proxx/events');
      if (answer.status === 401) {
        isWatching = false;
        $('live').textContent = 'a key is needed';
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      $('live').textContent = 'live';
      await eachEvent(answer, (name, data) => {
        const json = JSON.parse(data);
        if (name === 'request') return addRow(json);
        if (name === 'snapshot') {
          rows.clear();
          $('rows').tBodies[0].replaceChildren();
          $('none').hidden = false;
        }
        showState(json);
        if (name === 'snapshot') json.requests.forEach(addRow);
      });
    } catch { /* tried again below */ }
    $('live').textContent = 'not connected';
    await new Promise((done) => setTimeout(done, 2000));
  }
}

// Try.
async function asDataUrl(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = failed;
    reader.readAsDataURL(file);
  });
}
const quoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";
async function tryBody() {
  const messages = [];
  if ($('try-system').value) messages.push({role: 'system', content: $('try-system').value});
  const file = $('try-file').files[0];
  let content = $('try-prompt').value;
  if (file) {
    const data = await asDataUrl(file);
    content = [{type: 'text', text: content}, file.type.startsWith('image/')
      ? {type: 'image_url', image_url: {url: data}}
      : {type: 'file', file: {filename: file.name, file_data: data}}];
  }
  messages.push({role: 'user', content});
  const body = {model: $('try-model').value, messages, stream: true};
  if ($('try-effort').value) body.reasoning_effort = $('try-effort').value;
  if ($('try-max').value) body.max_tokens = Number($('try-max').value);
  return body;
}
function showCommands(body) {
  const json = quoted(JSON.stringify(body));
  $('try-curl').textContent = `curl -N ${location.origin}/v1/chat/completions -H 'content-type: application/json'` +
    (key ? " -H 'authorization: Bearer KEY'" : '') + ` -d ${json}`;
  $('try-command').textContent = `proxx <<<${json}`;
}
let typing = 0;
$('try-form').addEventListener('input', async () => {
  const turn = ++typing;
  const body = await tryBody();
  if (turn === typing) showCommands(body);
});
let sending = null;
$('try-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  if (sending) sending.abort();
  const mine = sending = new AbortController();
  $('try-stop').disabled = false;
  const thought = $('try-thought').querySelector('pre');
  $('try-answer').textContent = thought.textContent = '';
  $('try-thought').hidden = true;
  try {
    const body = await tryBody();
    showCommands(body);
    const answer = await ask('/v1/chat/completions', {method: 'POST', body: JSON.stringify(body), signal: mine.signal});
    if (!answer.ok) throw new Error((await answer.json()).error.message);
    await eachEvent(answer, (name, data) => {
      if (data === '[DONE]') return;
      const json = JSON.parse(data);
      if (json.error) throw new Error(json.error.message);
      const delta = ((json.choices || [])[0] || {}).delta || {};
      if (delta.reasoning_content) {
        $('try-thought').hidden = false;
        thought.append(delta.reasoning_content);
      }
      if (delta.content) $('try-answer').append(delta.content);
    });
  } catch (error) {
    if (sending !== mine) return;
    $('try-answer').append(make('span', error.name === 'AbortError' ? ' (stopped)' : error.message, 'bad'));
  }
  if (sending === mine) $('try-stop').disabled = true;
});
$('try-stop').addEventListener('click', () => sending && sending.abort());

// Convert.
let converting = 0;
$('convert-in').addEventListener('input', async () => {
  const turn = ++converting;
  await new Promise((done) => setTimeout(done, 200));
  if (turn !== converting) return;
  const text = $('convert-in').value;
  let result = {notices: []};
  if (text.trim()) {
    try {
      const answer = await ask('/proxx/convert', {method: 'POST', body: text});
      result = await answer.json();
    } catch (error) {
      result = {error};
    }
  }
  if (turn !== converting) return;
  const notices = result.error
    ? [{kind: 'error', path: result.error.param || '', reason: result.error.message}] : result.notices;
  $('convert-marked').replaceChildren();
  markJson($('convert-marked'), text.trim(), notices);
  $('convert-notices').replaceChildren(...noticeList(notices).childNodes);
  $('convert-out').textContent = result.body ? pretty(result.body) : '';
});

$('recording').addEventListener('change', async (event) => {
  const box = event.target;
  try {
    await askJson('/proxx/recording', {method: 'POST', body: JSON.stringify({on: box.checked})});
  } catch {
    box.checked = !box.checked;
  }
});
for (const button of document.querySelectorAll('[data-copy]')) {
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText($(button.dataset.copy).textContent).then(
      () => (button.textContent = 'Copied'), () => (button.textContent = 'Not allowed'));
    setTimeout(() => (button.textContent = 'Copy'), 1500);
  });
}
$('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  key = $('key').value.trim();
  $('key').value = '';
  $('key-form').hidden = true;
  watch();
});
for (const tab of document.querySelectorAll('[data-tab]')) {
  tab.addEventListener('click', () => {
    for (const each of document.querySelectorAll('[data-tab]')) {
      each.setAttribute('aria-pressed', String(each === tab));
      $(each.dataset.tab).hidden = each !== tab;
    }
  });
}
watch();
