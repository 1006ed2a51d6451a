// Try a classifier: a text and numbers, a label with probabilities, and feedback.

const SHOWN = 8;

function tryClassifier(info) {
  const contract = info.contract;
  const text = make('textarea', { rows: 6, required: true, spellcheck: 'true', placeholder: 'Type or paste a text' });
  const numbers = contract.fields.map((number, at) => ({
    name: number.name,
    control: make('input', {
      type: 'number', id: `number-${at}`, step: number.type === 'integer' ? 1 : 'any', min: number.minimum ?? null, max: number.maximum ?? null, placeholder: 'filled as in training',
    }),
  }));
  const send = make('button', { type: 'submit', class: 'primary', id: 'send' }, 'Predict');
  const answer = make('div', { class: 'answer', id: 'answer', 'aria-live': 'polite' }, placeholder('The label and its probabilities come here.'));
  const form = make('form', { class: 'card', id: 'ask' },
    make('h2', null, 'Text'),
    field('text', contract.textField, text),
    examples(info.examples, example => { text.value = example; text.focus(); }),
    numbers.length > 0 ? make('fieldset', null, make('legend', null, 'Numbers'), make('div', { class: 'numbers' }, numbers.map(number =>
      make('div', { class: 'field' }, make('label', { for: number.control.id }, number.name), number.control)))) : null,
    contract.derived.length > 0 ? make('p', { class: 'hint' }, 'Computed from the text by the server: ', contract.derived.flatMap((name, at) => [at > 0 ? ', ' : '', code(name)]), '.') : null,
    make('div', { class: 'row' }, send, make('span', { class: 'hint' }, 'Ctrl + Enter')));

  form.addEventListener('submit', asking(send, answer, async () => {
    const request = { [contract.textField]: text.value };
    for (const { name, control } of numbers) if (control.value !== '') request[name] = control.valueAsNumber;
    const { body, milliseconds } = await ask('predict', request);
    return [prediction(body, milliseconds, info), curlCard('predict', request)];
  }));
  sendByKey(form);
  return make('div', { class: 'columns' }, form, answer);
}

const placeholder = words => make('div', { class: 'card empty' }, make('p', null, words));

function prediction(body, milliseconds, info) {
  const ranked = Object.entries(body.probabilities ?? {}).sort((one, other) => other[1] - one[1]);
  const rows = ranked.map(([label, part], at) => make('li', { class: label === body.label ? 'best' : null, hidden: at >= SHOWN },
    make('span', { class: 'label' }, label), make('span', { class: 'number' }, percent(part)), bar(part)));
  const more = ranked.length > SHOWN ? make('button', { type: 'button', class: 'small' }, `Show all ${ranked.length}`) : null;
  more?.addEventListener('click', () => { for (const row of rows) row.hidden = false; more.remove(); });
  return make('section', { class: 'card' },
    make('h2', null, 'Answer'),
    make('p', { class: 'verdict' }, make('output', { id: 'label', for: 'text' }, body.label), typeof body.score === 'number' ? make('span', { class: 'number' }, percent(body.score)) : null),
    make('ol', { class: 'bars', 'aria-label': 'Probabilities' }, rows),
    more,
    body.recomputed?.length > 0 ? make('p', { class: 'hint' }, `Recomputed from the text: ${body.recomputed.join(', ')}.`) : null,
    facts([['Time', `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms to this browser`], ['Version', [body.version, body.stage].filter(Boolean).join(', ')], ['Id', body.id ? code(body.id) : null]]),
    body.id && info.takesFeedback ? feedback(body, info) : null);
}

function feedback(body, info) {
  const place = make('div', { class: 'feedback', role: 'group', 'aria-label': 'Feedback' });
  const send = async label => {
    try {
      await ask('feedback', { id: body.id, label });
      place.replaceChildren(make('p', { role: 'status' }, `Thank you: noted as ${label}.`));
    } catch (failure) {
      if (!(failure instanceof Problem)) throw failure;
      place.querySelector('.problem')?.remove();
      place.append(problem(failure));
    }
  };
  const choice = make('select', { id: 'right-label' }, info.contract.labels.filter(label => label !== body.label).map(label => make('option', { value: label }, label)));
  const correct = make('div', { class: 'row', hidden: true }, make('label', { for: 'right-label' }, 'The right label is'), choice,
    make('button', { type: 'button', id: 'send-label', onclick: () => send(choice.value) }, 'Send'));
  const wrong = make('button', { type: 'button', id: 'wrong', 'aria-expanded': 'false' }, 'Wrong');
  wrong.addEventListener('click', () => { correct.hidden = false; wrong.setAttribute('aria-expanded', 'true'); choice.focus(); });
  place.append(make('div', { class: 'row' }, make('span', null, 'Is this answer right?'), make('button', { type: 'button', id: 'right', onclick: () => send(body.label) }, 'Right'), wrong), correct);
  return place;
}
