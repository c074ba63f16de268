import { send } from './api.js';
import { inWords } from './changes.js';
import { announce, byId, element, setText, showProblem } from './dom.js';

const KEPT = 'own-changes';
const MOST = 50;

/** Takes back the last change of this page, after it has said what that would do. Calls back when it is done. */
export function undo(done) {
  const button = byId('undo');
  const dialog = byId('undo-dialog');
  const along = byId('undo-along');
  const confirm = byId('undo-confirm');
  let own = read();
  show();

  button.addEventListener('click', () => {
    along.checked = false;
    setText(byId('undo-summary'), 'Looking at what that would do …');
    plan();
    dialog.showModal();
  });
  along.addEventListener('change', plan);
  confirm.addEventListener('click', takeBack);
  dialog.addEventListener('close', () => (button.disabled ? byId('changes-heading') : button).focus());

  /** Remembers the place in the stream of a change that this page has made of a task. */
  async function remember(task) {
    const [changeSet] = await send('GET', `/api/history?task=${task}`);
    if (changeSet && !own.includes(changeSet.position)) {
      own = [...own, changeSet.position].slice(-MOST);
      keep();
    }
  }

  function order(dryRun) {
    return { position: own.at(-1), dryRun, takeAlong: along.checked };
  }

  async function plan() {
    confirm.disabled = true;
    show({ steps: [], conflicts: [] });
    try {
      const answer = await send('POST', '/api/undo', order(true));
      showProblem(byId('undo-problem'), null);
      show(answer);
    } catch (problem) {
      setText(byId('undo-summary'), '');
      showProblem(byId('undo-problem'), problem);
    }
  }

  function show(answer) {
    button.disabled = own.length === 0;
    if (!answer) {
      return;
    }
    byId('undo-steps').replaceChildren(...answer.steps.map((step) => element('li', { text: becomes(step) })));
    byId('undo-conflict-list').replaceChildren(...answer.conflicts.map((text) => element('li', { text })));
    byId('undo-conflicts').hidden = answer.conflicts.length === 0 && !along.checked;
    byId('undo-conflicts').querySelector('p').hidden = answer.conflicts.length === 0;
    if (answer.possible === undefined) {
      return;
    }
    setText(byId('undo-summary'), answer.possible ? outcome(answer) : '');
    confirm.disabled = !answer.possible;
    (answer.possible ? confirm : along).focus();
  }

  async function takeBack() {
    confirm.disabled = true;
    try {
      await send('POST', '/api/undo', order(false));
      own = own.slice(0, -1);
      keep();
      dialog.close();
      announce('Your last change was undone.');
      done();
    } catch (problem) {
      showProblem(byId('undo-problem'), problem);
    }
  }

  function keep() {
    sessionStorage.setItem(KEPT, JSON.stringify(own));
    show();
  }

  return { remember, isOwn: (position) => own.includes(position) };
}

function read() {
  try {
    return (JSON.parse(sessionStorage.getItem(KEPT)) ?? []).filter(Number.isSafeInteger);
  } catch {
    return [];
  }
}

function outcome(answer) {
  if (answer.size === 0) {
    return 'Everything is as it was already.';
  }
  const more = answer.size - answer.steps.length;
  return `This is what would happen on all nodes${more > 0 ? `, and ${more} rows more` : ''}:`;
}

function becomes(step) {
  return inWords(step).replace(/^added/, 'brings back').replace(/^deleted/, 'deletes').replace(/^changed/, 'changes');
}
