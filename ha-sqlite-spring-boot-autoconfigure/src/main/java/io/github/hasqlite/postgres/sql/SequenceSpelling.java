package io.github.hasqlite.postgres.sql;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Functions of sequences, which SQLite does not have: keys that count go on behind the largest by themselves, so that
 * {@code setval}, as dumps end with it, has nothing to do but to answer its value. Stateless.
 */
public final class SequenceSpelling {

    /** Told when {@code setval} is left out. */
    public static final String NOTICE = "setval has nothing to do: a key that is INTEGER PRIMARY KEY goes on behind its"
            + " largest value by itself";

    private static final Set<String> OTHERS = Set.of("nextval", "currval", "lastval");

    private static final Set<String> ENDS = Set.of("from", "where", "group", "order", "limit");

    private SequenceSpelling() {}

    /**
     * Changes a statement that reads or writes rows.
     *
     * @return whether it had a {@code setval}
     * @throws SQLException if it asks a sequence for a number (0A000)
     */
    public static boolean apply(TokenBuffer tokens) throws SQLException {
        boolean changed = false;
        if (tokens.isWord(0, "CREATE") || tokens.isWord(0, "ALTER")) {
            return false;
        }
        for (int i = 0; i < tokens.size(); i++) {
            String name = tokens.get(i).name();
            boolean called = tokens.is(i + 1, "(") && tokens.get(i).isName();
            if (called && OTHERS.contains(name)) {
                throw new SQLException(
                        name
                                + "() is not supported, as there are no sequences: a key that is INTEGER PRIMARY KEY counts by"
                                + " itself, and INSERT … RETURNING tells its number",
                        SqlStates.FEATURE_NOT_SUPPORTED);
            }
            if (called && name.equals("setval")) {
                changed |= setval(tokens, i);
            }
        }
        return changed;
    }

    private static boolean setval(TokenBuffer tokens, int at) {
        int close = tokens.closing(at + 1);
        List<Integer> commas = new ArrayList<>();
        for (int i = at + 2; i < close; i++) {
            if (tokens.is(i, "(")) {
                i = tokens.closing(i);
            } else if (tokens.is(i, ",")) {
                commas.add(i);
            }
        }
        if (commas.isEmpty() || close >= tokens.size()) {
            return false;
        }
        int end = commas.size() > 1 ? commas.get(1) : close;
        boolean schema = tokens.is(at - 1, ".");
        int from = schema ? at - 2 : at;
        SqlToken next = tokens.get(close + 1);
        boolean alone = tokens.isWord(from - 1, "SELECT")
                && (next.text().isEmpty() || next.is(",") || next.is(";") || ENDS.contains(next.name()));
        String value = tokens.text(commas.get(0) + 1, end).strip();
        tokens.replace(from, close + 1, "CAST((" + value + ") AS bigint)" + (alone ? " AS setval" : ""));
        return true;
    }
}
