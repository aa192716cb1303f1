// An opened row: notices, times, headers, and bodies as far as they were recorded.
function toggle(row, id) {
  const isOpen = row.getAttribute('aria-expanded') === 'true';
  row.setAttribute('aria-expanded', String(!isOpen));
  if (isOpen) return row.nextSibling.remove();
  const opened = make('tr');
  const place = make('td', undefined, 'open');
  place.colSpan = row.cells.length;
  place.append(make('div', 'loading'));
  opened.append(place);
  row.after(opened);
  fillOpened(row, id);
}
async function fillOpened(row, id) {
  const cell = row.nextSibling.firstChild.firstChild;
  try {
    cell.replaceChildren(...parts(await askJson('/proxx/requests/' + id)));
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

// Lines [TEXT, PATH] of JSON as it came, digits, escapes and repeated keys included; throws if it is none.
function jsonLines(text) {
  JSON.parse(text);
  const tokens = text.match(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/g);
  const lines = [], outside = [];  // outside: {isList, path, index, key}
  let indent = '', line = '', path = '';
  const end = () => {
    lines.push([line, path]);
    line = path = '';
  };
  tokens.forEach((token, i) => {
    const outer = outside.at(-1);
    if (token === ',') {
      line += ',';
      end();
      ++outer.index;
      outer.key = undefined;
    } else if (token === ':') {
      line += ': ';
    } else if (token === '}' || token === ']') {
      const isEmpty = '{['.includes(tokens[i - 1]);
      if (!isEmpty) end();
      indent = indent.slice(2);
      line = (isEmpty ? line : indent) + token;
      outside.pop();
    } else if (outer && !outer.isList && outer.key === undefined) {
      line = indent + token;
      outer.key = JSON.parse(token);
    } else {
      line = (line || indent) + token;
      path = !outer ? '' : outer.isList ? `${outer.path}[${outer.index}]` : outer.path ? `${outer.path}.${outer.key}` : outer.key;
      if (token !== '{' && token !== '[') return;
      if (outside.length === 128) throw new Error('the server takes no deeper JSON either');
      outside.push({isList: token === '[', path, index: 0});
      indent += '  ';
      if (tokens[i + 1] !== '}' && tokens[i + 1] !== ']') end();
    }
  });
  end();
  return lines;
}
function pretty(text) {
  try { return jsonLines(text).map(([line]) => line).join('\n'); } catch { return text; }
}
// JSON in lines, those at a notice's path marked with its reason; text that is no JSON as it is.
function markJson(to, text, notices) {
  const reasons = new Map();
  for (const {kind, path, reason} of notices) {
    if (path) reasons.set(path, [...reasons.get(path) || [], kind + ': ' + reason]);
  }
  let lines;
  try { lines = jsonLines(text); } catch { return void (to.textContent = text); }
  let plain = '';
  for (const [line, path] of lines) {
    const here = reasons.get(path);
    if (here) to.append(plain, make('mark', line));
    plain = (here ? '  \u2190 ' + here.join('; ') : plain + line) + '\n';
  }
  to.append(plain);
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
