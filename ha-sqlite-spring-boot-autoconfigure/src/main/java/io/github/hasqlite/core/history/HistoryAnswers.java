package io.github.hasqlite.core.history;

import io.github.hasqlite.Change;
import io.github.hasqlite.HistoryEntry;
import io.github.hasqlite.HistoryQuery;
import io.github.hasqlite.ReplicationHistory;
import io.github.hasqlite.UndoConflict;
import io.github.hasqlite.UndoPlan;
import io.github.hasqlite.core.history.HistoryCommand.Answer;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** The history as rows that answer a statement. */
final class HistoryAnswers {

    static final List<String> SHOWN = List.of("seq", "sql", "timestamp", "node", "number");
    static final List<String> PLANNED = List.of("operation", "table", "detail");
    static final List<String> DONE = List.of("rows_affected", "transactions");

    private HistoryAnswers() {}

    static Answer show(ReplicationHistory history, HistoryCommand.Show command, Instant now)
            throws IOException, SQLException {
        HistoryQuery query = HistoryQuery.latest(HistoryCommand.SHOWN);
        if (command.last() != null) {
            query = HistoryQuery.latest(HistoryCommand.MAX_SHOWN).since(now.minus(command.last()));
        } else if (command.from() > 0) {
            query = HistoryQuery.latest(HistoryCommand.MAX_SHOWN).from(command.from());
        }
        List<HistoryEntry> entries = history.read(query);
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (int i = entries.size() - 1; i >= 0; i--) {
            HistoryEntry entry = entries.get(i);
            rows.add(List.of(
                    entry.position(), statements(entry), entry.committed().toString(), entry.node(), (long)
                            entry.number()));
        }
        return new Answer(SHOWN, rows);
    }

    private static String statements(HistoryEntry entry) {
        StringJoiner text = new StringJoiner(";\n");
        entry.changes().forEach(change -> text.add(ChangeText.of(change)));
        if (entry.isAbridged()) {
            text.add("-- and " + (entry.size() - entry.changes().size()) + " more changes");
        }
        return text.toString();
    }

    /** What would become of each row, and what is in the way. */
    static Answer plan(UndoPlan plan) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (UndoConflict conflict : plan.conflicts()) {
            rows.add(List.of("CONFLICT", conflict.table(), conflict.toString()));
        }
        for (Change change : plan.changes()) {
            rows.add(List.of(change.operation().name(), change.table(), ChangeText.of(change)));
        }
        return new Answer(PLANNED, rows);
    }

    static Answer done(UndoPlan plan) {
        long rows = plan.changes().size();
        long transactions = plan.transactions().size();
        return new Answer(DONE, List.of(List.of(rows, transactions)));
    }
}
