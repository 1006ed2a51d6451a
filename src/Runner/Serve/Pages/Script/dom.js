// Elements and numbers. Nothing here, or anywhere in this page, writes markup: texts of cards and answers only ever become text nodes.

/** Makes an element: attributes (null ones are left out), then children, which are elements or texts. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined));
  return element;
}

const byId = id => document.getElementById(id);

/** A bar that fills a part (0 to 1) of its track; what it means stands in words beside it. */
function bar(part, kind = '') {
  const fill = make('span', { class: 'fill' });
  fill.style.width = `${Math.max(0, Math.min(1, part)) * 100}%`;
  return make('span', { class: `track ${kind}`, 'aria-hidden': 'true' }, fill);
}

/** A titled card. */
const card = (title, ...children) => make('section', { class: 'card' }, make('h2', null, title), ...children);

/** A table: columns that start with # hold numbers; cells are texts or elements. */
function table(columns, rows, kind = '') {
  const align = columns.map(column => column.startsWith('#') ? 'n' : null);
  return make('div', { class: `scroll ${kind}`, tabindex: '0', role: 'region', 'aria-label': columns[0].replace(/^#/, '') },
    make('table', null,
      make('thead', null, make('tr', null, columns.map((column, at) => make('th', { scope: 'col', class: align[at] }, column.replace(/^#/, ''))))),
      make('tbody', null, rows.map(row => make('tr', null, row.map((cell, at) =>
        at === 0 ? make('th', { scope: 'row', class: align[at] }, cell) : make('td', { class: align[at] }, cell)))))));
}

/** Names and values, those that are absent left out. */
const facts = pairs => make('dl', { class: 'facts' },
  pairs.filter(([, value]) => value !== null && value !== undefined && value !== '').flatMap(([name, value]) => [make('dt', null, name), make('dd', null, value)]));

const code = text => make('code', null, String(text));
const count = number => Number(number).toLocaleString('en-US');
const percent = part => `${(part * 100).toFixed(part > 0 && part < 0.001 ? 2 : 1)} %`;
const decimals = (number, digits = 4) => Math.abs(number) >= 1e6 || (number !== 0 && Math.abs(number) < 1e-4) ? Number(number).toExponential(2) : Number(number).toFixed(digits);

/** A size in binary units. */
function size(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  const at = Math.max(0, Math.min(3, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${at === 0 ? bytes : (bytes / 1024 ** at).toFixed(1)} ${units[at]}`;
}

/** A card of text with a button that copies it. */
function copyCard(title, text, label) {
  const lines = make('pre', { tabindex: '0', 'aria-label': label }, text);
  const button = make('button', { type: 'button', class: 'small', 'aria-label': `Copy ${label}` }, 'Copy');
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = 'Copied';
    } catch {
      // Without TLS a browser has no clipboard for pages: the text is marked, so that the keyboard can copy it.
      getSelection().selectAllChildren(lines);
      button.textContent = 'Selected';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
  return make('section', { class: 'card' }, make('div', { class: 'head' }, make('h2', null, title), button), lines);
}

/** A text area or input with its label above. */
function field(id, label, control, hint) {
  control.id = id;
  if (hint) control.setAttribute('aria-describedby', `${id}-hint`);
  return make('div', { class: 'field' }, make('label', { for: id }, label), control, hint ? make('p', { class: 'hint', id: `${id}-hint` }, hint) : null);
}

/** Buttons that put an example text somewhere. */
const examples = (texts, take) => make('div', { class: 'examples', role: 'group', 'aria-label': 'Examples' },
  make('span', { class: 'hint' }, 'Examples'), texts.map(text => make('button', { type: 'button', class: 'chip', onclick: () => take(text) }, text)));
