package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.core.sqlite.TokenList;
import io.github.hasqlite.postgres.catalog.TableConstraint.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads constraints of a table from the text that created it: SQLite keeps names of constraints, conditions and what is
 * deferred nowhere else. Used once, by one thread.
 */
final class ConstraintReader {

    private static final String[] OF_TABLE = {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"};

    private static final String[] NAMELESS = {"DEFAULT", "COLLATE", "GENERATED", "AS", "NULL"};

    private final String sql;
    private final TokenList tokens;
    private final List<String> allColumns;
    private final List<TableConstraint> found = new ArrayList<>();
    /** That of the column behind which a constraint stands; empty among constraints of the table. */
    private List<String> column = List.of();

    private String name = "";

    private ConstraintReader(String sql, List<String> allColumns) {
        this.sql = sql;
        this.tokens = new TokenList(sql);
        this.allColumns = allColumns;
    }

    /**
     * All of a table, in their order; the name of one that has none is empty.
     *
     * @param sql what created it
     * @param columns of the table
     */
    static List<TableConstraint> read(String sql, List<String> columns) {
        ConstraintReader reader = new ConstraintReader(sql, columns);
        reader.all();
        return reader.found;
    }

    private void all() {
        int at = 0;
        while (at < tokens.size() && !tokens.is(at, '(')) {
            at++;
        }
        boolean begins = true;
        for (at++; at < tokens.size() && !tokens.is(at, ')'); at++) {
            if (begins) {
                boolean own = !tokens.isAnyWord(at, OF_TABLE);
                column = own ? List.of(tokens.name(at)) : List.of();
                name = "";
                begins = false;
                at += own ? 1 : 0;
            }
            if (tokens.is(at, ')')) {
                return;
            }
            begins = tokens.is(at, ',');
            at = begins ? at : part(at);
        }
    }

    /** Returns the last place that is done with. */
    private int part(int at) {
        if (tokens.isWord(at, "CONSTRAINT")) {
            name = tokens.name(at + 1);
            return at + 1;
        }
        if (tokens.isWord(at, "PRIMARY")) {
            return key(Kind.PRIMARY, at + 2);
        }
        if (tokens.isWord(at, "UNIQUE")) {
            return key(Kind.UNIQUE, at + 1);
        }
        if (tokens.isWord(at, "CHECK") && tokens.is(at + 1, '(')) {
            int close = closing(at + 1);
            String text = sql.substring(tokens.end(at + 1), tokens.start(close)).strip();
            add(Kind.CHECK, column.isEmpty() ? mentioned(at + 1, close) : column, text, "", List.of());
            return close;
        }
        if (tokens.isWord(at, "FOREIGN")) {
            int close = closing(at + 2);
            return tokens.isWord(close + 1, "REFERENCES") ? references(names(at + 2, close), close + 2) : close;
        }
        if (tokens.isWord(at, "REFERENCES")) {
            return references(column, at + 1);
        }
        if (tokens.isWord(at, "NOT") && tokens.isWord(at + 1, "NULL")) {
            name = "";
            return at + 1;
        }
        if (tokens.isAnyWord(at, NAMELESS)) {
            name = "";
        }
        return tokens.is(at, '(') ? closing(at) : deferred(at);
    }

    private int key(Kind kind, int at) {
        if (column.isEmpty() && tokens.is(at, '(')) {
            int close = closing(at);
            add(kind, names(at, close), "", "", List.of());
            return close;
        }
        add(kind, column, "", "", List.of());
        return at - 1;
    }

    private int references(List<String> from, int at) {
        int close = tokens.is(at + 1, '(') ? closing(at + 1) : at;
        add(Kind.FOREIGN, from, "", tokens.name(at), close == at ? List.of() : names(at + 1, close));
        return close;
    }

    /** What is said of the foreign key before. */
    private int deferred(int at) {
        int last = found.size() - 1;
        if (last < 0 || !tokens.isWord(at, "DEFERRABLE")) {
            return at;
        }
        boolean initially = tokens.isWord(at + 1, "INITIALLY");
        if (!tokens.isWord(at - 1, "NOT")) {
            TableConstraint key = found.get(last);
            found.set(
                    last,
                    new TableConstraint(
                            key.kind(),
                            key.name(),
                            key.columns(),
                            key.condition(),
                            key.target(),
                            key.targetColumns(),
                            true,
                            initially && tokens.isWord(at + 2, "DEFERRED")));
        }
        return initially ? at + 2 : at;
    }

    private void add(Kind kind, List<String> columns, String condition, String target, List<String> targetColumns) {
        found.add(new TableConstraint(kind, name, columns, condition, target, targetColumns, false, false));
        name = "";
    }

    /** What each part of a list begins with. */
    private List<String> names(int open, int close) {
        List<String> names = new ArrayList<>();
        for (int i = open + 1; i < close; i++) {
            if (tokens.is(i - 1, ',') || i == open + 1) {
                names.add(tokens.name(i));
            }
        }
        return names;
    }

    private int closing(int open) {
        int depth = 0;
        for (int i = open; i < tokens.size(); i++) {
            depth += tokens.is(i, '(') ? 1 : tokens.is(i, ')') ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        return tokens.size();
    }

    private List<String> mentioned(int open, int close) {
        List<String> columns = new ArrayList<>();
        for (String candidate : allColumns) {
            for (int i = open + 1; i < close; i++) {
                if (tokens.startsName(i) && tokens.name(i).equalsIgnoreCase(candidate)) {
                    columns.add(candidate);
                    break;
                }
            }
        }
        return columns;
    }
}
