// The list of requests, totals and the plot.
const requests = new Map();  // by id: {request, row, seen}, the oldest first

const ms = (value) => value === undefined ? '' : value < 1000 ? Math.round(value) + ' ms' : (value / 1000).toFixed(1) + ' s';
const money = (value) => value === undefined ? '' : '$' + value.toFixed(value < 1 ? 4 : 2);

function showState(state) {
  $('streams').textContent = state.open_streams + ' open stream' + (state.open_streams === 1 ? '' : 's');
  $('recording').checked = state.recording;
  $('totals').tBodies[0].replaceChildren(...state.totals.map((total) => {
    const row = make('tr');
    const t = total.tokens;
    row.append(...[total.model, total.requests, total.errors, t.input, t.output, t.cached, t.reasoning,
      money(total.cost)].map((text) => make('td', text)));
    return row;
  }));
  plot(state.minutes);
  for (const each of requests.values()) if (each.request.open) showTime(each);
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

// All that the server tells at first.
function showSnapshot(snapshot) {
  $('version').textContent = snapshot.version;
  showModels(snapshot.models);
  showState(snapshot);
  requests.clear();
  $('rows').tBodies[0].replaceChildren();
  $('none').hidden = false;
  snapshot.requests.forEach(showRequest);
}
// A row that is new, or another state of one.
function showRequest(request) {
  let shown = requests.get(request.id);
  if (!shown) {
    shown = {row: newRow(request.id)};
    requests.set(request.id, shown);
    $('rows').tBodies[0].prepend(shown.row);
    $('none').hidden = true;
    forgetOldest();
  }
  shown.request = request;
  shown.seen = performance.now();
  const t = request.tokens || {};
  const noticeCount = request.dropped + request.adjusted + request.note;
  const texts = [new Date(request.time_ms).toLocaleTimeString([], {hourCycle: 'h23'}), request.client,
    request.path + (request.stream ? ' (stream)' : ''), request.model, request.open ? 'open' : request.status,
    ms(request.first_ms), '', t.input, t.output, t.cached, t.reasoning,
    money(request.cost), noticeCount || '', request.error];
  texts.forEach((text, i) => (shown.row.cells[i].textContent = text === undefined ? '' : text));
  shown.row.classList.toggle('under-way', request.open);
  shown.row.cells[4].classList.toggle('bad', request.status >= 400);
  showTime(shown);
  if (shown.row.getAttribute('aria-expanded') === 'true') fillOpened(shown.row, request.id);
}
function showTime({row, request, seen}) {
  row.cells[6].textContent = ms(request.total_ms + (request.open ? performance.now() - seen : 0));
}
function newRow(id) {
  const row = make('tr', undefined, 'row');
  row.tabIndex = 0;
  row.setAttribute('aria-expanded', 'false');
  for (const head of $('rows').tHead.rows[0].cells) {
    const cell = make('td');
    cell.dataset.name = head.textContent;
    row.append(cell);
  }
  row.cells[12].className = 'warn';
  row.cells[13].className = 'bad';
  row.addEventListener('click', () => toggle(row, id));
  row.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    toggle(row, id);
  });
  return row;
}
function forgetOldest() {
  for (const [id, {row}] of requests) {
    if (requests.size <= 200) return;
    if (row.getAttribute('aria-expanded') === 'true') row.nextSibling.remove();
    row.remove();
    requests.delete(id);
  }
}
