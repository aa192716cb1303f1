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
