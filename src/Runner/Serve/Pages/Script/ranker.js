// Try a cross-encoder: a query and texts, ranked.

function tryRanker(info) {
  const query = make('input', { type: 'text', required: true, value: info.exampleQuery });
  const list = make('div', { class: 'passages' });
  let number = 0;
  const add = (value = '') => {
    const id = `passage-${++number}`;
    const text = make('textarea', { rows: 2, required: true, class: 'passage' }, value);
    const remove = make('button', { type: 'button', class: 'small', 'aria-label': `Remove text ${number}` }, 'Remove');
    const row = make('div', { class: 'passage-row' }, field(id, `Text ${number}`, text), remove);
    remove.addEventListener('click', () => { if (list.children.length > 1) row.remove(); });
    list.append(row);
    return text;
  };
  info.examples.forEach(example => add(example));
  const send = make('button', { type: 'submit', class: 'primary', id: 'send' }, 'Rank');
  const answer = make('div', { class: 'answer', id: 'answer', 'aria-live': 'polite' }, placeholder('The texts come here, the best answer first.'));
  const form = make('form', { class: 'card', id: 'ask' },
    make('h2', null, 'Query and texts'),
    field('query', 'Query', query),
    list,
    make('div', { class: 'row' }, make('button', { type: 'button', id: 'add', onclick: () => add().focus() }, 'Add a text')),
    make('div', { class: 'row' }, send, make('span', { class: 'hint' }, 'Ctrl + Enter')));

  form.addEventListener('submit', asking(send, answer, async () => {
    const texts = [...list.querySelectorAll('.passage')].map(text => text.value);
    const request = { query: query.value, texts };
    const { body, milliseconds } = await ask('rerank', request);
    return [ranking(body, texts, milliseconds), curlCard('rerank', request)];
  }));
  sendByKey(form);
  return make('div', { class: 'columns' }, form, answer);
}

const ranking = (ranked, texts, milliseconds) => make('section', { class: 'card' },
  make('h2', null, 'Answer'),
  make('ol', { class: 'bars ranked', id: 'ranking', 'aria-label': 'Texts, the best first' }, ranked.map(({ index, score }, at) => make('li', { class: at === 0 ? 'best' : null },
    make('span', { class: 'label' }, texts[index]), make('span', { class: 'number' }, decimals(score)), bar(score)))),
  facts([['Time', `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms to this browser`]]));
