import { send } from './api.js';
import { announce, byId, element, setText, showProblem } from './dom.js';

const EVERY = 1_000;
const WHILE_HIDDEN = 10_000;

/** Members describe themselves every few seconds; who was not heard for longer may be gone. */
const SILENT = 8_000;

/** The panel of the cluster, asked for again and again while the page can be seen. Calls back with each answer. */
export function cluster(seen) {
  const names = new Map();
  let asking = false;
  let next = null;

  async function ask() {
    if (asking) {
      return;
    }
    asking = true;
    clearTimeout(next);
    try {
      const view = await send('GET', '/api/cluster');
      show(view);
      seen(view);
    } catch (problem) {
      lost(problem);
    }
    asking = false;
    next = setTimeout(ask, document.hidden ? WHILE_HIDDEN : EVERY);
  }

  function show(view) {
    state(true, view.replicating ? 'Live' : 'This node is alone', view.replicating ? 'live' : 'waiting');
    setText(byId('node'), view.node);
    setText(document.querySelector('title'), `Task board · ${view.node}`);
    setText(byId('leader'), view.leader ?? 'nobody');
    setText(byId('position'), String(view.applied));
    setText(byId('lag'), view.lagMillis === 0 ? 'none' : duration(view.lagMillis));
    setText(byId('unsent'), String(view.unsent));
    setText(byId('conflicts'), String(view.conflicts));
    showProblem(byId('cluster-problem'), view.problem ? new Error(view.problem) : null);
    members(view);
  }

  function members(view) {
    const present = new Set(view.members.map((member) => member.name));
    for (const member of view.members) {
      const known = names.get(member.name);
      if (known?.gone) {
        announce(`Node ${member.name} is back.`);
      }
      names.set(member.name, { ...member, item: known?.item ?? memberItem(), gone: null });
    }
    for (const [name, known] of names) {
      if (!present.has(name) && !known.gone) {
        known.gone = new Date();
        announce(`Node ${name} is gone.`);
      }
      describe(name, known, view);
    }
    setText(byId('cluster-state'), `${present.size} of ${names.size} nodes`);
  }

  function memberItem() {
    const item = element(
      'li', { className: 'member' },
      element('span', { className: 'dot', 'aria-hidden': 'true' }),
      element('strong'), element('span', { className: 'role' }), element('span', { className: 'quiet' }));
    byId('members').append(item);
    return item;
  }

  function describe(name, known, view) {
    const [, label, role, note] = known.item.children;
    setText(label, name);
    setText(role, known.gone ? '' : roleOf(name, known, view));
    setText(note, noteOf(known, name === view.node));
    known.item.dataset.state = known.gone ? 'gone' : known.silenceMillis > SILENT ? 'silent' : 'up';
  }

  function lost(problem) {
    if (problem.status !== 0) {
      showProblem(byId('cluster-problem'), problem);
      return;
    }
    state(false, 'Connection lost, trying again', 'lost');
    setText(byId('cluster-state'), 'as last seen');
  }

  function state(up, text, kind) {
    const status = byId('connection');
    setText(status, text);
    status.dataset.state = kind;
    document.body.classList.toggle('stale', !up);
  }

  document.addEventListener('visibilitychange', ask);
  ask();
}

function roleOf(name, member, view) {
  return name === view.leader ? 'leader' : member.readOnly ? 'reads' : '';
}

function noteOf(member, self) {
  if (member.gone) {
    return `gone since ${member.gone.toLocaleTimeString()}`;
  }
  if (self) {
    return 'this node';
  }
  if (member.silenceMillis > SILENT) {
    return `not heard for ${duration(member.silenceMillis)}`;
  }
  return member.lagMessages === 0 ? 'up to date' : `${member.lagMessages} behind`;
}

function duration(millis) {
  return millis < 1_000 ? `${millis} ms` : `${Math.round(millis / 1_000)} s`;
}
