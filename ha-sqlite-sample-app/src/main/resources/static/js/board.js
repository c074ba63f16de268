import { send } from './api.js';
import { announce, byId, element, oneAtATime, setText, showProblem } from './dom.js';

/** The task board. Calls back with the id of each task that this page has changed. */
export function board(changed) {
  const list = byId('tasks');
  const input = byId('new-title');
  const rows = new Map();
  let loaded = false;

  const refresh = oneAtATime(async () => render(await send('GET', '/api/tasks')));

  byId('add-task').addEventListener('submit', (event) => {
    event.preventDefault();
    const title = input.value.trim();
    if (title === '') {
      return;
    }
    write(async () => {
      const added = await send('POST', '/api/tasks', { title });
      // what was typed meanwhile stays
      if (input.value.trim() === title) {
        input.value = '';
      }
      return added.id;
    });
  });

  async function write(request) {
    try {
      const id = await request();
      showProblem(byId('board-problem'), null);
      await refresh();
      changed(id);
    } catch (problem) {
      showProblem(byId('board-problem'), problem);
      refresh().catch(() => {});
    }
  }

  function row(task) {
    const id = `done-${task.id}`;
    const checkbox = element('input', { type: 'checkbox', id });
    const label = element('label', { for: id });
    const remove = element('button', { type: 'button', className: 'plain', text: 'Delete' });
    const item = element('li', { className: loaded ? 'task new' : 'task' }, checkbox, label, remove);
    checkbox.addEventListener('change', () =>
      write(async () => {
        await send('PATCH', `/api/tasks/${task.id}`, { done: checkbox.checked });
        return task.id;
      }));
    remove.addEventListener('click', () =>
      write(async () => {
        await send('DELETE', `/api/tasks/${task.id}`);
        announce(`Deleted: ${label.textContent}`);
        return task.id;
      }));
    return { item, checkbox, label, remove };
  }

  function render(tasks) {
    const present = new Set(tasks.map((task) => task.id));
    const focus = focusedPlace();
    for (const [id, { item }] of rows) {
      if (!present.has(id)) {
        item.remove();
        rows.delete(id);
      }
    }
    tasks.forEach((task, index) => {
      if (!rows.has(task.id)) {
        rows.set(task.id, row(task));
      }
      const { item, checkbox, label, remove } = rows.get(task.id);
      checkbox.checked = task.done;
      setText(label, task.title);
      remove.setAttribute('aria-label', `Delete ${task.title}`);
      if (list.children[index] !== item) {
        list.insertBefore(item, list.children[index] ?? null);
      }
    });
    loaded = true;
    byId('no-tasks').hidden = tasks.length > 0;
    setText(byId('task-count'), counted(tasks));
    restoreFocus(focus);
  }

  function focusedPlace() {
    const item = document.activeElement?.closest('#tasks > li');
    return item ? { index: [...list.children].indexOf(item), element: document.activeElement } : null;
  }

  /** The keyboard stays where the task was that is gone. */
  function restoreFocus(focus) {
    if (!focus) {
      return;
    }
    if (focus.element.isConnected) {
      focus.element.focus();
      return;
    }
    const next = list.children[Math.min(focus.index, list.children.length - 1)];
    (next?.querySelector('button') ?? input).focus();
  }

  return { refresh };
}

function counted(tasks) {
  const open = tasks.filter((task) => !task.done).length;
  return tasks.length === 0 ? '' : `${open} open, ${tasks.length - open} done`;
}
