/** An answer that is an error, or none at all. Its message is for people. */
export class Problem extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

const PATIENCE = 15_000;

/** Sends a request and returns what the answer's JSON says; null if it has no body. */
export async function send(method, url, body, headers = {}) {
  const response = await exchange(method, url, body, headers);
  return response.status === 204 ? null : response.json();
}

/** The same, and returns the answer itself, whose body was not read yet. */
export async function exchange(method, url, body, headers = {}) {
  const options = { method, headers: { Accept: 'application/json', ...headers }, signal: AbortSignal.timeout(PATIENCE) };
  if (body !== undefined) {
    options.headers['Content-Type'] = 'application/json';
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(url, options);
  } catch {
    throw new Problem('The node cannot be reached.', 0);
  }
  if (!response.ok) {
    throw new Problem(await detail(response), response.status);
  }
  return response;
}

async function detail(response) {
  try {
    const problem = await response.json();
    const fields = (problem.errors ?? []).map((error) => `${error.field} ${error.message}`);
    return fields.length > 0 ? fields.join(', ') : problem.detail ?? problem.title;
  } catch {
    return `The node answered with status ${response.status}.`;
  }
}
