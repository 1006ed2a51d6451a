// Try an embedding model: two texts, how similar they are, and the first numbers of their vectors.

const FIRST = 8;

function tryEmbedder(info) {
  const texts = ['one', 'other'].map((name, at) => make('textarea', { rows: 4, required: true }, info.examples[at] ?? ''));
  const send = make('button', { type: 'submit', class: 'primary', id: 'send' }, 'Compare');
  const answer = make('div', { class: 'answer', id: 'answer', 'aria-live': 'polite' }, placeholder('The cosine similarity of the two texts comes here.'));
  const form = make('form', { class: 'card', id: 'ask' },
    make('h2', null, 'Two texts'),
    field('text-one', 'First text', texts[0]),
    field('text-other', 'Second text', texts[1]),
    examples(info.examples, example => { texts[1].value = example; texts[1].focus(); }),
    make('div', { class: 'row' }, send, make('span', { class: 'hint' }, 'Ctrl + Enter')));

  form.addEventListener('submit', asking(send, answer, async () => {
    const request = { inputs: texts.map(text => text.value) };
    const { body, milliseconds } = await ask('embed', request);
    return [similarity(body, milliseconds), curlCard('embed', request)];
  }));
  sendByKey(form);
  return make('div', { class: 'columns' }, form, answer);
}

const dot = (one, other) => one.reduce((sum, number, at) => sum + number * other[at], 0);

function similarity([one, other], milliseconds) {
  const lengths = [Math.sqrt(dot(one, one)), Math.sqrt(dot(other, other))];
  const cosine = dot(one, other) / (lengths[0] * lengths[1]);
  const vector = (name, numbers, length) => [name, decimals(length), make('code', { class: 'vector' }, numbers.slice(0, FIRST).map(number => number.toFixed(4)).join(', '), numbers.length > FIRST ? ', …' : '')];
  return make('section', { class: 'card' },
    make('h2', null, 'Answer'),
    make('p', { class: 'verdict' }, make('output', { id: 'cosine', for: 'text-one text-other' }, Number.isFinite(cosine) ? cosine.toFixed(4) : 'undefined'), make('span', { class: 'number' }, 'cosine similarity')),
    bar(Number.isFinite(cosine) ? cosine : 0, 'tall'),
    make('p', { class: 'scale', 'aria-hidden': 'true' }, make('span', null, '0 (or less): unrelated'), make('span', null, '1: the same')),
    table(['Text', '#Length', `First ${Math.min(FIRST, one.length)} of ${count(one.length)} numbers`], [vector('First', one, lengths[0]), vector('Second', other, lengths[1])]),
    facts([['Time', `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms to this browser`]]));
}
