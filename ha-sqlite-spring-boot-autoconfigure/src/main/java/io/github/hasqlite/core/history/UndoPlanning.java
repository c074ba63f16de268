package io.github.hasqlite.core.history;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.HistoryEntry;
import io.github.hasqlite.HistoryQuery;
import io.github.hasqlite.UndoConflict;
import io.github.hasqlite.UndoPlan;
import io.github.hasqlite.UndoRequest;
import io.github.hasqlite.UndoRequest.Scope;
import io.github.hasqlite.core.replay.AppliedPlace;
import io.github.hasqlite.core.replay.ReplacedRow;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds out from the stream what taking something back means for each row, and tries it. Goes through the stream twice:
 * first to learn which rows it is about, then to follow these. Used once, by one thread.
 */
final class UndoPlanning {

    /** Each time something that is in the way is taken along, something else may be. */
    private static final int ROUNDS = 32;

    private final HistorySettings settings;
    private final StreamRange stream;
    private final HistoryReader reader;
    private final RowTransactions transactions;
    private final UndoRequest request;
    private final AppliedPlace place;
    private final Map<Long, List<ReplacedRow>> replaced;
    private final long from;
    /** Of the transaction at {@link #from}, if that is known. */
    private int number;

    private final Set<RowKey> along = new HashSet<>();
    /** Which row a conflict that was told of is about. */
    private final Map<UndoConflict, RowKey> inTheWay = new HashMap<>();

    UndoPlanning(
            HistorySettings settings,
            StreamRange stream,
            HistoryReader reader,
            RowTransactions transactions,
            ChangeSetSerializer serializer,
            UndoRequest request,
            Connection connection)
            throws IOException, SQLException {
        this.settings = settings;
        this.stream = stream;
        this.reader = reader;
        this.transactions = transactions;
        this.request = request;
        this.place = AppliedPlace.read(connection);
        this.number = request.number();
        this.from = from();
        this.replaced = ReplacedRow.since(connection, serializer, from);
    }

    private long from() throws IOException, SQLException {
        long first = stream.state().firstSequence();
        if (request.since() != null) {
            long found = stream.since(Times.nanos(request.since()));
            if (found > place.sequence()) {
                throw new SQLException("nothing was committed since " + request.since(), SqlStates.INVALID_PARAMETER);
            }
            return found;
        }
        if (request.position() == 0) {
            List<HistoryEntry> newest = reader.read(HistoryQuery.latest(1), place);
            if (newest.isEmpty()) {
                throw new SQLException("the stream holds no transaction any more", SqlStates.NOT_IN_PREREQUISITE_STATE);
            }
            number = newest.get(0).number();
            return newest.get(0).position();
        }
        if (request.position() < first) {
            throw new SQLException(
                    "transaction " + request.position() + " has left the stream, which begins at " + first
                            + ". Make a copy of the database as it was (DatabaseBackup.copyAsOf), if there is a snapshot"
                            + " from then, or take a backup of your own, and take from it what is needed",
                    SqlStates.NOT_IN_PREREQUISITE_STATE);
        }
        if (request.position() > place.sequence()) {
            throw noTransaction();
        }
        return request.position();
    }

    private SQLException noTransaction() {
        return new SQLException(
                "there is no transaction of this database at " + request.position()
                        + (request.number() > 0 ? "." + request.number() : "")
                        + ", and it has applied the stream up" + " to " + place.sequence()
                        + "; HISTORY shows which there are",
                SqlStates.INVALID_PARAMETER);
    }

    /** Plans, and tries it without committing. */
    UndoPlan plan() throws IOException, SQLException {
        for (int round = 1; ; round++) {
            UndoPlan plan = planOnce();
            if (plan.isPossible() || !request.takeAlong() || round == ROUNDS || !takeAlong(plan)) {
                return plan;
            }
        }
    }

    /** Whether there is something more to be taken back than before. */
    private boolean takeAlong(UndoPlan plan) {
        boolean more = false;
        for (UndoConflict conflict : plan.conflicts()) {
            RowKey known = inTheWay.get(conflict);
            more |= along.add(
                    known != null
                            ? known
                            : new RowKey(SqlIdentifier.fold(conflict.table()), new ValueList(conflict.key()), false));
        }
        return more;
    }

    private UndoPlan planOnce() throws IOException, SQLException {
        UndoSurvey survey = reader.compute(
                from, place, () -> new UndoSurvey(selection(), settings.identify(), replaced, settings.maxRows()));
        boolean exact = request.position() > 0 && request.scope() != Scope.EVERYTHING;
        if (survey.first() == 0
                || (exact && survey.first() != request.position())
                || (request.number() > 0
                        && (survey.first() != request.position() || survey.firstNumber() != request.number()))) {
            throw noTransaction();
        }
        if (exact && request.number() == 0 && survey.firstNumber() > 0) {
            throw new SQLException(
                    "several transactions came into the stream together at " + request.position()
                            + ". Say which of them: " + request.position() + ".1 is the first; HISTORY shows them",
                    SqlStates.INVALID_PARAMETER);
        }
        long begin = Math.min(from, Math.max(1, survey.base() + 1));
        RowTracks tracks = reader.compute(
                begin,
                place,
                () -> new RowTracks(selection(), survey.rows(), replaced, settings.identify(), settings.merge()));
        List<Change> changes = tracks.changes();
        List<UndoConflict> conflicts = tracks.conflicts();
        List<RowKey> keys = tracks.conflicting();
        for (int i = 0; i < conflicts.size(); i++) {
            inTheWay.put(conflicts.get(i), keys.get(i));
        }
        if (conflicts.isEmpty() && !changes.isEmpty()) {
            UndoTransaction trial = new UndoTransaction(changes, settings.identify(), settings.foreignKeys(), false);
            transactions.run(trial);
            conflicts = trial.conflicts();
        }
        return new UndoPlan(request, survey.first(), place.sequence(), survey.transactions(), changes, conflicts);
    }

    private UndoSelection selection() {
        return new UndoSelection(request.scope(), from, number, along, settings.identify());
    }
}
