// What is live, and what the page begins with.
const kShow = {snapshot: showSnapshot, request: showRequest, state: showState};
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
        try {
          kShow[name](JSON.parse(data));
        } catch (error) {
          reportError(error);  // a fault of the page's, and not of the connection's
        }
      });
    } catch { /* tried again below */ }
    $('live').textContent = 'not connected';
    await new Promise((done) => setTimeout(done, 2000));
  }
}

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
