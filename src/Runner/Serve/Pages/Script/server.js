// The server, reached by addresses relative to this page, so that it may stand behind a path prefix.

let token = null;

/** What the server answered in place of a result: its problem document, as it is. */
class Problem extends Error {
  constructor(status, body) {
    super(body?.title ?? body?.error?.message ?? `status ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** Asks the server and answers {body, milliseconds}; throws a Problem where it refuses. */
async function ask(path, request) {
  const headers = { Accept: 'application/json' };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (request) headers['Content-Type'] = 'application/json';
  const start = performance.now();
  let response, text;
  try {
    response = await fetch(path, { method: request ? 'POST' : 'GET', headers, body: request ? JSON.stringify(request) : undefined, cache: 'no-store' });
    text = await response.text();
  } catch (failure) {
    throw new Problem(0, { title: 'The server does not answer', detail: failure.message });
  }
  const milliseconds = performance.now() - start;
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    body = { title: response.ok ? 'The answer is no JSON' : response.statusText, detail: text.slice(0, 500) };
    if (response.ok) throw new Problem(response.status, body);
  }
  if (!response.ok) throw new Problem(response.status, body);
  return { body, milliseconds };
}

/** A problem for people: title and detail as the server gave them, and the fields that it added. */
function problem(failure) {
  const given = failure instanceof Problem ? failure.body?.error ?? failure.body ?? {} : {};
  const more = Object.entries(given).filter(([name, value]) => !['type', 'title', 'status', 'detail', 'message'].includes(name) && value !== null && typeof value !== 'object');
  return make('div', { class: 'problem', role: 'alert' },
    make('strong', null, failure.status ? `${failure.status} ${given.title ?? given.message ?? failure.message}` : given.title ?? failure.message),
    given.detail ? make('p', null, given.detail) : null,
    more.length > 0 ? facts(more.map(([name, value]) => [name, String(value)])) : null);
}

/** The line that asks the same in a shell. */
function curl(path, request) {
  const quote = text => `'${text.replaceAll("'", "'\\''")}'`;
  const lines = [`curl -sS ${quote(new URL(path, location.href).href)}`, "-H 'content-type: application/json'"];
  if (token) lines.push('-H "authorization: Bearer $TOKEN"');
  lines.push(`-d ${quote(JSON.stringify(request))}`);
  return lines.join(' \\\n  ');
}

/** The same question once more, for a shell. */
const curlCard = (path, request) => copyCard('From a shell', curl(path, request), 'the curl command');

/** Runs a question of a form: its button is busy meanwhile, its answer or problem comes into `place`. A later question wins over an earlier one. */
function asking(button, place, question) {
  let last = 0;
  return async event => {
    event?.preventDefault();
    const mine = ++last;
    button.disabled = true;
    place.setAttribute('aria-busy', 'true');
    let shown;
    try {
      shown = await question();
    } catch (failure) {
      if (!(failure instanceof Problem)) throw failure;
      shown = [problem(failure)];
    } finally {
      button.disabled = false;
      place.removeAttribute('aria-busy');
    }
    if (mine === last) place.replaceChildren(...shown);
  };
}

/** Ctrl+Enter sends a form from within a text area. */
const sendByKey = form => form.addEventListener('keydown', event => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
