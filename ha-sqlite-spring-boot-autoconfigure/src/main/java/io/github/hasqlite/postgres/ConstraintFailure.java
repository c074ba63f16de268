package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayResult;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.catalog.TableConstraint;
import io.github.hasqlite.postgres.catalog.TableConstraints;
import io.github.hasqlite.postgres.sql.ChangedTable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says which constraint a statement has violated, as PostgreSQL says it: SQLite names columns and conditions, and of a
 * foreign key nothing. Reads the schema, also in a transaction that has failed. Used by one thread at a time.
 */
record ConstraintFailure(GatewaySession gateway) {

    private static final Logger logger = LoggerFactory.getLogger(ConstraintFailure.class);

    private static final Pattern FAILED =
            Pattern.compile("(?s).*?(UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed(?:: (.*?))?\\)?");

    private static final Pattern QUOTED = Pattern.compile("([\"`])(.*?)\\1");

    private static final Pattern INDEX = Pattern.compile("index '(.*)'");

    private static final String TABLE =
            "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
    private static final String TABLES = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND instr(sql, ?1)";
    private static final String CHILDREN = "SELECT DISTINCT m.name, m.sql FROM sqlite_schema m"
            + " JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' AND f.\"table\" = ?1 COLLATE NOCASE";
    private static final String COLUMNS = "SELECT name, '' FROM pragma_table_info(?1)";
    private static final String INDEX_TABLE =
            "SELECT tbl_name, '' FROM sqlite_schema WHERE type = 'index' AND name = ?1";
    private static final String INDEXES = "SELECT l.name, group_concat(x.name, char(10)) FROM pragma_index_list(?1) l"
            + " JOIN pragma_index_info(l.name) x WHERE l.\"unique\" AND l.origin = 'c' GROUP BY l.name";

    /**
     * A row of the schema.
     *
     * @param name of a table, a column or an index
     * @param text what created it, or its columns in lines
     */
    private record Found(String name, String text) {}

    /**
     * What is known of an error.
     *
     * @param sql what has failed
     */
    ErrorDetails details(Exception e, String sql) {
        if (!(e instanceof SQLException known) || !SqlStates.of(known).startsWith("235") || isOther(known)) {
            return ErrorDetails.NONE;
        }
        Matcher failed = FAILED.matcher(String.valueOf(known.getMessage()));
        if (!failed.matches()) {
            return ErrorDetails.NONE;
        }
        String what = failed.group(2) == null ? "" : failed.group(2);
        try {
            return switch (failed.group(1)) {
                case "UNIQUE" -> unique(what);
                case "NOT NULL" -> required(what);
                case "CHECK" -> check(what, ChangedTable.of(sql));
                default -> foreign(ChangedTable.of(sql));
            };
        } catch (SQLException schema) {
            logger.debug("The constraint that was violated could not be looked for", schema);
            return ErrorDetails.NONE;
        }
    }

    /** Those of a COPY say more than SQLite does. */
    private static boolean isOther(SQLException e) {
        return !String.valueOf(e.getMessage()).startsWith("[SQLITE_");
    }

    private ErrorDetails unique(String what) throws SQLException {
        Matcher index = INDEX.matcher(what);
        if (index.matches()) {
            List<Found> tables = rows(INDEX_TABLE, index.group(1));
            return duplicate(tables.isEmpty() ? "" : tables.get(0).name(), List.of(), index.group(1));
        }
        Optional<Found> table = table(what);
        if (table.isEmpty()) {
            return ErrorDetails.NONE;
        }
        String name = table.get().name();
        List<String> columns = Arrays.stream(what.split(", " + Pattern.quote(name + "."), -1))
                .map(part -> part.startsWith(name + ".") ? part.substring(name.length() + 1) : part)
                .toList();
        Optional<TableConstraint> key = constraints(table.get()).key(columns);
        if (key.isPresent()) {
            return duplicate(name, columns, key.get().name());
        }
        for (Found candidate : rows(INDEXES, name)) {
            if (List.of(candidate.text().split("\n", -1)).equals(columns)) {
                return duplicate(name, columns, candidate.name());
            }
        }
        return duplicate(name, columns, name + "_pkey");
    }

    private static ErrorDetails duplicate(String table, List<String> columns, String constraint) {
        return new ErrorDetails(
                "duplicate key value violates unique constraint \"" + constraint + "\"",
                columns.isEmpty() ? "" : "Key (" + String.join(", ", columns) + ") already exists.",
                table,
                "",
                constraint);
    }

    private ErrorDetails required(String what) throws SQLException {
        Optional<Found> table = table(what);
        if (table.isEmpty()) {
            return ErrorDetails.NONE;
        }
        String name = table.get().name();
        String column = what.substring(name.length() + 1);
        return new ErrorDetails(
                "null value in column \"" + column + "\" of relation \"" + name + "\" violates not-null constraint",
                "",
                name,
                column,
                "");
    }

    private ErrorDetails check(String what, String changed) throws SQLException {
        List<Found> tables = new ArrayList<>(rows(TABLE, changed));
        // a trigger may have written another one
        tables.addAll(rows(TABLES, what));
        for (Found table : tables) {
            for (TableConstraint constraint : constraints(table).all()) {
                boolean check = constraint.kind() == TableConstraint.Kind.CHECK;
                if (check
                        && (constraint.name().equals(what)
                                || told(constraint.condition()).equals(what))) {
                    return new ErrorDetails(
                            "new row for relation \"" + table.name() + "\" violates check constraint \""
                                    + constraint.name() + "\"",
                            "",
                            table.name(),
                            "",
                            constraint.name());
                }
            }
        }
        return ErrorDetails.NONE;
    }

    /** SQLite takes a condition that begins with a quoted name for a quoted text. */
    private static String told(String condition) {
        Matcher quoted = QUOTED.matcher(condition);
        return quoted.lookingAt() ? quoted.group(2) : condition;
    }

    /** Known if there is but one that the statement can have violated. */
    private ErrorDetails foreign(String changed) throws SQLException {
        List<ErrorDetails> candidates = new ArrayList<>();
        for (Found table : rows(TABLE, changed)) {
            for (TableConstraint key : constraints(table).all()) {
                if (key.kind() == TableConstraint.Kind.FOREIGN) {
                    candidates.add(violated("insert or update on table \"" + table.name() + "\"", "", table, key));
                }
            }
        }
        for (Found child : rows(CHILDREN, changed)) {
            for (TableConstraint key : constraints(child).all()) {
                if (key.kind() == TableConstraint.Kind.FOREIGN && key.target().equalsIgnoreCase(changed)) {
                    String where = " on table \"" + child.name() + "\"";
                    candidates.add(violated("update or delete on table \"" + changed + "\"", where, child, key));
                }
            }
        }
        return candidates.size() == 1 ? candidates.get(0) : ErrorDetails.NONE;
    }

    private static ErrorDetails violated(String what, String where, Found table, TableConstraint key) {
        return new ErrorDetails(
                what + " violates foreign key constraint \"" + key.name() + "\"" + where,
                "",
                table.name(),
                "",
                key.name());
    }

    /** The table of {@code table.column}; either may have dots. */
    private Optional<Found> table(String what) throws SQLException {
        for (int dot = what.indexOf('.'); dot >= 0; dot = what.indexOf('.', dot + 1)) {
            List<Found> tables = rows(TABLE, what.substring(0, dot));
            if (!tables.isEmpty()) {
                return Optional.of(tables.get(0));
            }
        }
        return Optional.empty();
    }

    private TableConstraints constraints(Found table) throws SQLException {
        List<String> columns =
                rows(COLUMNS, table.name()).stream().map(Found::name).toList();
        return TableConstraints.of(table.name(), columns, table.text());
    }

    private List<Found> rows(String sql, String value) throws SQLException {
        List<Found> found = new ArrayList<>();
        try (GatewayResult rows = gateway.prepare(sql).look(List.of(value))) {
            while (rows.next()) {
                found.add(new Found(String.valueOf(rows.value(0)), String.valueOf(rows.value(1))));
            }
        }
        return found;
    }
}
