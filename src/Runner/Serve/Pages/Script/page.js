// The page: header, tabs, and what they show once the server has said what it serves.

const KINDS = { TextClassification: 'classifier', SentenceSimilarity: 'embedding model', TextRanking: 'cross-encoder' };
const TRY = { TextClassification: tryClassifier, SentenceSimilarity: tryEmbedder, TextRanking: tryRanker };
const TABS = ['try', 'model'];

const kindOf = info => KINDS[info.kind] ?? info.kind;

function showHeader(info) {
  document.title = `${info.name} ${info.version}`;
  byId('name').textContent = info.name;
  const state = make('span', { class: 'pill', id: 'state', role: 'status' });
  byId('pills').replaceChildren(...[info.version, info.stage, kindOf(info)].filter(Boolean).map(text => make('span', { class: 'pill' }, text)), state);
}

/** The state, asked every 15 seconds while the page is looked at. */
async function showState() {
  if (!document.hidden) {
    const state = byId('state');
    try {
      const { body } = await ask('health');
      state.textContent = body.status ?? 'unknown';
      state.className = `pill ${/^(ok|ready|healthy|serving)$/i.test(body.status) ? 'good' : 'bad'}`;
    } catch (failure) {
      state.textContent = failure.status ? `status ${failure.status}` : 'unreachable';
      state.className = 'pill bad';
    }
  }
  setTimeout(showState, 15_000);
}

function select(name, focus) {
  for (const tab of TABS) {
    const button = byId(`tab-${tab}`);
    button.setAttribute('aria-selected', String(tab === name));
    button.tabIndex = tab === name ? 0 : -1;
    byId(`panel-${tab}`).hidden = tab !== name;
    if (focus && tab === name) button.focus();
  }
}

for (const [at, tab] of TABS.entries()) {
  byId(`tab-${tab}`).addEventListener('click', () => { history.replaceState(null, '', `#${tab}`); select(tab); });
  byId(`tab-${tab}`).addEventListener('keydown', event => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (move) select(TABS[(at + move + TABS.length) % TABS.length], true);
  });
}
addEventListener('hashchange', () => select(location.hash === '#model' ? 'model' : 'try'));

let watching = false;

async function start() {
  try {
    const { body: info } = await ask('info');
    byId('notice').replaceChildren();
    byId('access').hidden = !info.needsToken;
    showHeader(info);
    byId('panel-try').replaceChildren(TRY[info.kind](info));
    byId('panel-model').replaceChildren(showModel(info));
    select(location.hash === '#model' ? 'model' : 'try');
    if (!watching) showState();
    watching = true;
    document.body.dataset.ready = 'true';
  } catch (failure) {
    if (!(failure instanceof Problem)) throw failure;
    const refused = failure.status === 401;
    if (refused) byId('access').hidden = false;
    byId('notice').replaceChildren(...refused && !token ? [] : [problem(failure)]);
  }
}

byId('access').addEventListener('submit', event => {
  event.preventDefault();
  token = byId('token').value || null;
  start();
});

start();
