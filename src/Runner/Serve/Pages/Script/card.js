// The Model tab: the card of the version, part by part. Parts that a card lacks are left out.

const CLASS_METRIC = /^(precision|recall|f1)\[(.*)\]$/s;

function showModel(info) {
  const given = info.card ?? {};
  const parts = [
    overview(info, given),
    given.evaluation?.metrics && Object.keys(given.evaluation.metrics).length > 0 ? metrics(given.evaluation) : null,
    given.gates?.length > 0 ? gates(given.gates) : null,
    given.evaluation ? classes(given.evaluation, info.contract.labels) : null,
    given.evaluation?.confusionMatrix?.length > 0 ? confusions(given.evaluation.confusionMatrix, info.contract.labels) : null,
    given.candidate ? parameters(given.candidate) : null,
    given.features?.length > 0 ? features(given.features) : null,
    given.lineage ? lineage(given.lineage) : null,
    contract(info),
    limits(info.limits),
    given.files?.length > 0 ? files(given.files) : null,
  ];
  return make('div', { class: 'parts' }, parts);
}

const overview = (info, given) => card('Overview', make('div', { class: 'beside' }, facts([
  ['Model', info.name],
  ['Version', info.version],
  ['Digest', info.digest ? code(info.digest) : null],
  ['Stage', info.stage],
  ['Kind', kindOf(info)],
  ['Registered', given.created ? new Date(given.created).toLocaleString() : null],
  ['Made by', given.owner ? `${given.owner.namespace}/${given.owner.name}` : null],
  ['Run', given.runId ? code(given.runId) : null],
  ['Fingerprint', given.fingerprint ? code(given.fingerprint) : null],
  ['Code', given.lineage?.codeVersion ? code(given.lineage.codeVersion) : null],
  ['Card', info.card ? null : 'none: this folder is no version of a registry'],
  ['API', make('a', { href: 'docs' }, 'documentation of this server')],
]), headline(given.evaluation)));

/** The metric that models were chosen by, large. */
function headline(evaluation) {
  const name = evaluation?.objective;
  const value = evaluation?.metrics?.[name];
  if (value === undefined) return null;
  const interval = evaluation.intervals?.[name];
  return make('p', { class: 'headline' }, make('b', null, metricText(name, value)), code(name), interval ? make('span', { class: 'hint' }, `95 %: ${decimals(interval[0])} – ${decimals(interval[1])}`) : null);
}

function metricText(name, value) {
  if (name === 'model_bytes') return size(value);
  return name.startsWith('latency_ms') ? `${decimals(value, 2)} ms` : decimals(value);
}

function metrics(evaluation) {
  const intervals = evaluation.intervals ?? {};
  const shown = Object.entries(evaluation.metrics ?? {}).filter(([name]) => !CLASS_METRIC.test(name));
  shown.sort(([one], [other]) => (other === evaluation.objective) - (one === evaluation.objective) || one.localeCompare(other));
  return card('Metrics', make('p', { class: 'hint' },
    evaluation.examples ? `On ${count(evaluation.examples.rows)} examples of ${evaluation.examples.file}. ` : 'On the test split. ',
    evaluation.examples ? null : [code(evaluation.objective), ' is what models were chosen by. '],
    Object.keys(intervals).length > 0 ? 'Intervals are 95 % of bootstrap samples.' : null),
    table(['Metric', '#Value', '#95 % interval', ''], shown.map(([name, value]) => {
      const interval = intervals[name];
      return [
        make('span', { class: name === evaluation.objective ? 'objective' : null }, code(name)),
        metricText(name, value),
        interval ? `${decimals(interval[0])} – ${decimals(interval[1])}` : '',
        value >= 0 && value <= 1 && interval ? intervalBar(value, interval) : '',
      ];
    }), 'metrics'));
}

function intervalBar(value, [low, high]) {
  const range = make('span', { class: 'range' });
  range.style.left = `${Math.max(0, low) * 100}%`;
  range.style.width = `${Math.max(0, Math.min(1, high) - Math.max(0, low)) * 100}%`;
  const track = bar(value);
  track.append(range);
  return track;
}

const gates = list => card('Gates', table(['Gate', 'Metric', '#Value', 'Bound', 'Holds'], list.map(gate => [
  gate.name, code(gate.metric), gate.value ?? '–', make('span', { class: 'kind' }, gate.bound), make('span', { class: gate.passed ? 'good' : 'bad' }, gate.passed ? '✓ yes' : '✗ no'),
])));

function classes(evaluation, labels) {
  const known = new Map();
  for (const [name, value] of Object.entries(evaluation.metrics ?? {})) {
    const [, metric, label] = CLASS_METRIC.exec(name) ?? [];
    if (metric) known.set(label, { ...known.get(label), [metric]: value });
  }
  if (known.size === 0) return null;
  const rows = labels.filter(label => known.has(label)).map((label, at) => {
    const of = known.get(label);
    const support = evaluation.confusionMatrix?.[labels.indexOf(label)]?.reduce((sum, rows) => sum + rows, 0);
    return [label, ...['precision', 'recall', 'f1'].map(metric => of[metric] === undefined ? '–' : decimals(of[metric])), of.f1 === undefined ? '' : bar(of.f1), support === undefined ? '' : count(support)];
  });
  return card('By label', table(['Label', '#Precision', '#Recall', '#F1', '', '#Rows'], rows, 'tall'));
}

function confusions(matrix, labels) {
  const head = make('tr', null, make('th', { scope: 'col', class: 'corner' }, make('span', { class: 'hint' }, 'true ↓ predicted →')), labels.map(label => make('th', { scope: 'col', title: label }, make('span', null, label))));
  const rows = matrix.map((row, truth) => {
    const all = row.reduce((sum, rows) => sum + rows, 0);
    return make('tr', null, make('th', { scope: 'row', title: labels[truth] }, labels[truth] ?? String(truth)), row.map((number, predicted) => {
      const part = all > 0 ? number / all : 0;
      const cell = make('td', { class: `${truth === predicted ? 'hit' : 'miss'}${part > 0.55 ? ' strong' : ''}${number === 0 ? ' none' : ''}`, title: `${labels[truth]} taken for ${labels[predicted]}: ${count(number)} of ${count(all)}` },
        make('b', null, count(number)), number > 0 ? make('small', null, `${(part * 100).toFixed(0)} %`) : null);
      cell.style.setProperty('--part', `${Math.round(part * 100)}%`);
      return cell;
    }));
  });
  return card('Confusion matrix', make('p', { class: 'hint' }, 'Rows of the test split by true label (down) and predicted label (across), with their part of the true label’s rows. Blue is right, orange is wrong.'),
    make('div', { class: 'beside' },
      make('div', { class: 'scroll matrix', tabindex: '0', role: 'region', 'aria-label': 'Confusion matrix' },
        make('table', { class: labels.length > 12 ? 'dense' : null }, make('thead', null, head), make('tbody', null, rows))),
      mostConfused(matrix, labels)));
}

const LISTED = 8;

function mostConfused(matrix, labels) {
  const confused = matrix.flatMap((row, truth) => row.map((number, predicted) => ({ truth, predicted, number, all: row.reduce((sum, rows) => sum + rows, 0) })))
    .filter(({ truth, predicted, number }) => truth !== predicted && number > 0)
    .sort((one, other) => other.number - one.number);
  if (confused.length === 0) return null;
  return make('div', { class: 'list' }, make('h3', null, confused.length > LISTED ? `The ${LISTED} most frequent of ${count(confused.length)} confusions` : 'Confusions'),
    table(['True label', 'Predicted', '#Rows', '#Of the true'], confused.slice(0, LISTED).map(({ truth, predicted, number, all }) =>
      [labels[truth], labels[predicted], count(number), percent(number / all)])));
}

const FAMILIES = { logisticRegression: 'logistic regression', gradientBoosting: 'gradient boosting', randomForest: 'random forest', tfidf: 'TF-IDF', numeric: 'numbers', embedding: 'embedding' };

/** The kind of a candidate or a block: the one member that is an object. */
const kindWithin = record => Object.entries(record).find(([name, value]) => name !== 'search' && value !== null && typeof value === 'object' && !Array.isArray(value)) ?? [null, {}];

/** Names and values as chips; lists and objects as JSON. */
const chips = settings => make('div', { class: 'chips' }, Object.entries(settings).map(([name, value]) => code(`${name}: ${Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : value}`)));

function parameters(candidate) {
  const [family, settings] = kindWithin(candidate);
  return card('Parameters', facts([['Candidate', candidate.name], ['Family', FAMILIES[family] ?? family]]), chips(settings));
}

const features = blocks => card('Features', table(['Block', 'Kind', 'Settings'], blocks.map(block => {
  const [kind, settings] = kindWithin(block);
  return [block.name, make('span', { class: 'kind' }, FAMILIES[kind] ?? kind), chips(settings)];
})));

function lineage(given) {
  const dataset = given.dataset ?? {};
  const rows = Object.entries(given.rows ?? {});
  const labels = Object.entries(given.labels ?? {});
  const most = Math.max(1, ...labels.map(([, number]) => number));
  const all = labels.reduce((sum, [, number]) => sum + number, 0);
  const order = ['train', 'validation', 'test'];
  rows.sort(([one], [other]) => order.indexOf(one) - order.indexOf(other));
  return card('Data', facts([
    ['Source', dataset.source ? code(dataset.source.uri) : null],
    ['Embeddings', given.embeddings ? code(`${given.embeddings.uri}/embeddings/${given.embeddings.name}, version ${given.embeddings.version}`) : dataset.embeddings ? `job ${dataset.embeddings.job}` : null],
    ['Text and label', `${dataset.textField ?? ''}, ${dataset.labelField ?? ''}`],
    ['Rows', rows.map(([split, number]) => `${split} ${count(number)}`).join(', ')],
    ['Split', dataset.split?.method],
    ['Trials', given.failedTrials > 0 ? `${given.trials}, ${given.failedTrials} failed` : given.trials],
    ['Seed', given.seed],
    ['Fingerprint', given.dataFingerprint ? code(given.dataFingerprint) : null],
  ]),
  labels.length > 0 ? [make('h3', null, 'Labels of the training split'), table(['Label', '#Rows', '#Part', ''], labels.map(([label, number]) => [label, count(number), percent(all > 0 ? number / all : 0), bar(number / most)]), 'tall')] : null,
  Object.keys(given.inputs ?? {}).length > 0 ? make('details', null, make('summary', null, `Files that were read (${count(Object.keys(given.inputs).length)})`),
    table(['File', 'SHA-256'], Object.entries(given.inputs).map(([uri, digest]) => [code(uri), code(digest)]), 'tall')) : null);
}

function contract(info) {
  const { contract: given } = info;
  return card('Requests', facts([
    ['Text field', info.kind === 'TextClassification' ? code(given.textField) : null],
    ['Labels', given.labels.length > 0 ? count(given.labels.length) : null],
    ['Dimensions', given.dimensions ? count(given.dimensions) : null],
    ['Longest input', given.maxTokens ? `${count(given.maxTokens)} tokens` : null],
    ['Computed', given.derived.length > 0 ? chipList(given.derived) : null],
    ['Token', info.needsToken ? 'needed' : 'not needed'],
  ]),
  given.fields.length > 0 ? table(['Number', 'Type', '#Least', '#Most', 'May be missing'], given.fields.map(number => [
    code(number.name), number.type, number.minimum ?? '–', number.maximum ?? '–', number.nullable ? 'yes' : 'no; filled as in training'])) : null);
}

const chipList = names => make('div', { class: 'chips' }, names.map(code));

const limits = given => card('Limits of this server', facts([
  ['Texts of a request', count(given.maxInputs)],
  ['Characters of a text', count(given.maxTextLength)],
  ['Size of a request', size(given.maxRequestBytes)],
  ['Time of a request', `${count(given.requestTimeoutSeconds)} s`],
  ['Texts that wait', count(given.maxQueue)],
  ['Tokens of a run', count(given.maxBatchTokens)],
  ['Wait for others', `${count(given.maxBatchDelayMilliseconds)} ms`],
]));

const files = list => card('Files', table(['File', '#Size', 'SHA-256'], list.map(file => [code(file.path), size(file.bytes), code(file.sha256)])));
