import { exchange } from './api.js';
import { byId, element, setText, showProblem } from './dom.js';

/** More rows and bytes than this are no help on a page. */
const MAX_ROWS = 200;
const MAX_BYTES = 4_000_000;

/** The query console. */
export function queryConsole() {
  const form = byId('query');
  const button = form.querySelector('button');

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    run();
  });
  byId('sql').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  async function run() {
    if (button.disabled) {
      return;
    }
    button.disabled = true;
    setText(byId('query-status'), 'Running …');
    const begun = performance.now();
    try {
      const answer = await ask();
      showProblem(byId('query-problem'), null);
      show(answer.results[0], Math.round(performance.now() - begun));
    } catch (problem) {
      byId('token-row').hidden &&= problem.status !== 401;
      setText(byId('query-status'), '');
      byId('query-result').hidden = true;
      showProblem(byId('query-problem'), problem);
    } finally {
      button.disabled = false;
    }
  }
}

async function ask() {
  const token = byId('token').value;
  const headers = token === '' ? {} : { Authorization: `Bearer ${token}` };
  const url = `/ha/query?integers=text&blobs=object&timeout=10s&level=${byId('level').value}`;
  const response = await exchange('POST', url, { sql: byId('sql').value }, headers);
  return JSON.parse(await text(response));
}

/** The body, unless it is too long for a page: it is not even fetched then. */
async function text(response) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let read = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return read + decoder.decode();
    }
    read += decoder.decode(value, { stream: true });
    if (read.length > MAX_BYTES) {
      await reader.cancel();
      throw new Error('The answer is too long to be shown here. Add a LIMIT.');
    }
  }
}

function show(result, millis) {
  const rows = result.rows.slice(0, MAX_ROWS);
  const cut = result.rows.length > rows.length ? `, the first ${rows.length} of them shown` : '';
  setText(byId('query-status'), `${result.rows.length} ${result.rows.length === 1 ? 'row' : 'rows'}${cut}, ${millis} ms`);
  const head = element('tr', {}, ...result.columns.map((text) => element('th', { scope: 'col', text })));
  const table = element(
    'table', {},
    element('thead', {}, head),
    element('tbody', {}, ...rows.map((row) => element('tr', {}, ...row.map(cell)))));
  byId('query-result').replaceChildren(table);
  byId('query-result').hidden = false;
}

function cell(value) {
  if (value === null) {
    return element('td', { className: 'null', text: 'NULL' });
  }
  const text = typeof value === 'object' ? `base64 ${value.base64}` : String(value);
  return element('td', typeof value === 'number' ? { className: 'number', text } : { text });
}
