const PATIENCE = 2_000;

/**
 * Follows what is committed in the cluster. A browser connects again by itself and says what it has seen last; where it
 * gives up, as it does at a server that answers with an error, this does the same. A page that nobody sees does not follow:
 * browsers have six connections to a server, and each page that follows needs one.
 *
 * @param opened called each time that the page is connected: it may have missed something
 * @param committed called with each change set
 */
export function follow({ opened, committed }) {
  let last = null;
  let source = null;
  let waiting = null;

  function disconnect() {
    clearTimeout(waiting);
    waiting = null;
    source?.close();
  }

  function connect() {
    disconnect();
    if (document.hidden) {
      return;
    }
    source = new EventSource(last === null ? '/api/live' : `/api/live?from=${last}`);
    source.addEventListener('open', opened);
    source.addEventListener('missed', (event) => {
      last = event.lastEventId;
      opened();
    });
    source.addEventListener('committed', (event) => {
      last = event.lastEventId;
      committed(JSON.parse(event.data));
    });
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) {
        waiting ??= setTimeout(connect, PATIENCE);
      }
    });
  }

  document.addEventListener('visibilitychange', connect);
  connect();
}
