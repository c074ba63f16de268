import { board } from './board.js';
import { changes, summary } from './changes.js';
import { cluster } from './cluster.js';
import { queryConsole } from './console.js';
import { announce } from './dom.js';
import { follow } from './live.js';
import { undo } from './undo.js';

let self = null;
let replicating = false;

const own = undo(refresh);
const tasks = board(async (id) => {
  if (replicating) {
    await own.remember(id);
    latest.refresh().catch(unreachable);
  }
});
const latest = changes(own.isOwn);

/** The panel of the cluster says that the node cannot be reached, and it is asked again when it can. */
function unreachable() {}

function refresh() {
  tasks.refresh().catch(unreachable);
  if (replicating) {
    latest.refresh().catch(unreachable);
  }
}

cluster((view) => {
  self = view.node;
  if (view.replicating && !replicating) {
    replicating = true;
    follow({
      opened: refresh,
      committed(changeSet) {
        if (changeSet.node !== self) {
          announce(`${changeSet.node} ${summary(changeSet)}`);
        }
        refresh();
      },
    });
  }
});
queryConsole();
refresh();
