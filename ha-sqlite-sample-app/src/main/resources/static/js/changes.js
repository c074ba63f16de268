import { send } from './api.js';
import { byId, element, oneAtATime } from './dom.js';

const WORDS = { insert: 'added', update: 'changed', delete: 'deleted', sql: 'ran' };

/** What a change set does to a row, in words. */
export function inWords(step) {
  const name = step.title ?? step.id ?? `a row of ${step.table}`;
  const where = step.table === 'task' || step.table === '' ? '' : ` in ${step.table}`;
  const columns = step.columns.map(({ name: column, before, after }) => `${column} from ${before} to ${after}`);
  const became = columns.length === 0 ? '' : `: ${columns.join(', ')}`;
  return `${WORDS[step.operation]} “${name}”${where}${became}`;
}

/** All of one change set in a line. */
export function summary(changeSet) {
  const more = changeSet.size - 1;
  return inWords(changeSet.steps[0]) + (more === 0 ? '' : ` and ${more} more`);
}

/** The latest change sets; those of which mine is true are marked. */
export function changes(mine) {
  const list = byId('changes');

  const refresh = oneAtATime(async () => render(await send('GET', '/api/history')));

  function render(latest) {
    list.replaceChildren(...latest.map((changeSet) => {
      const stored = new Date(changeSet.stored);
      const who = mine(changeSet.position) ? `${changeSet.node}, you` : changeSet.node;
      return element(
        'li', {},
        element('p', { className: 'what', text: summary(changeSet) }),
        element(
          'p', { className: 'quiet' },
          element('span', { className: 'who', text: who }),
          ' · ',
          element('time', { datetime: changeSet.stored, text: stored.toLocaleTimeString() }),
          ` · position ${changeSet.position}`));
    }));
    byId('no-changes').hidden = latest.length > 0;
  }

  return { refresh };
}
