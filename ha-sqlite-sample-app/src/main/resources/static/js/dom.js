/** The element of the page with an id. */
export const byId = (id) => document.getElementById(id);

/** Makes an element. Text is text, whatever is in it: nothing is ever read as HTML. */
export function element(name, { text, className, ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  if (text !== undefined) {
    made.textContent = text;
  }
  if (className) {
    made.className = className;
  }
  for (const [attribute, value] of Object.entries(attributes)) {
    made.setAttribute(attribute, value);
  }
  made.append(...children);
  return made;
}

/** Sets a text only if it is another one, so that a screen reader is not told the same again. */
export function setText(target, text) {
  if (target.textContent !== text) {
    target.textContent = text;
  }
}

/** Shows what went wrong, or takes it away. */
export function showProblem(target, problem) {
  setText(target, problem?.message ?? '');
  target.hidden = !problem;
}

/** Tells people who do not see the page what has changed on it. */
export function announce(text) {
  byId('announcements').textContent = text;
}

/** Lets one call run at a time; those that come meanwhile become one call behind it. */
export function oneAtATime(work) {
  let running = null;
  let again = false;
  return async function call() {
    again = true;
    running ??= (async () => {
      try {
        while (again) {
          again = false;
          await work();
        }
      } finally {
        running = null;
      }
    })();
    return running;
  };
}
