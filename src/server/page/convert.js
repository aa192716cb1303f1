// Convert: a request and what would be sent; the server only converts it.
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
