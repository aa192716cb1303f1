// Try: a request to this server's own API.
function showModels(models) {
  const chosen = $('try-model').value;
  $('try-model').replaceChildren(...models.map((model) => {
    const price = model.price_input < 0 ? '' : `, $${model.price_input}/$${model.price_output}`;
    const context = model.context < 1e6 ? Math.round(model.context / 1e3) + 'k' : model.context / 1e6 + 'M';
    const option = make('option', `${model.id} (${context}${price})`);
    option.value = model.id;
    option.dataset.most = model.max_tokens;
    return option;
  }));
  if (chosen) $('try-model').value = chosen;
  showLimit();
}
function showLimit() {
  const most = $('try-model').selectedOptions[0]?.dataset.most;
  $('try-max').placeholder = most > 0 ? 'up to ' + most : '';
}
$('try-model').addEventListener('change', showLimit);
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
  const text = JSON.stringify(body);
  const json = quoted(text);
  $('try-curl').textContent = `curl -N ${location.origin}/v1/chat/completions -H 'content-type: application/json'` +
    (key ? " -H 'authorization: Bearer KEY'" : '') +
    (text.length < 1e5 ? ` -d ${json}` : ` -d @- <<<${json}`);  // an argument has at most 128 KiB
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
