package io.github.hasqlite.sample.cluster;

import io.github.hasqlite.UndoConflict;
import io.github.hasqlite.UndoPlan;
import java.util.List;

/**
 * What taking something back does.
 *
 * @param possible whether nothing is in the way
 * @param size how many rows it gives back what they were
 * @param steps the first of them
 * @param conflicts what is in the way, the first of it
 */
record UndoAnswer(boolean possible, int size, List<RowStep> steps, List<String> conflicts) {

    static UndoAnswer of(UndoPlan plan) {
        return new UndoAnswer(
                plan.isPossible(),
                plan.changes().size(),
                CommittedChanges.first(plan.changes()),
                plan.conflicts().stream()
                        .limit(CommittedChanges.SHOWN)
                        .map(UndoConflict::toString)
                        .toList());
    }
}
