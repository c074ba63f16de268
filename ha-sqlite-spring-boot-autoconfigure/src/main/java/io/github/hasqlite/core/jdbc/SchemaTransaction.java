package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.capture.SchemaTrace;
import io.github.hasqlite.core.capture.StatementDeterminism;
import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.SqlTokens;
import io.github.hasqlite.core.sqlite.StatementKind;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;

/**
 * Decides how the rows travel that a transaction writes which also changes the schema (rule R13). A
 * statement that reads rows and does the same on every node travels as a statement: it is run at its place
 * in the stream, so that what others have committed in between is among what it copies. Rows that it has
 * to send as they are, but made from others that it had read, are stale if somebody else has committed in
 * between: the transaction must give way then. Not thread-safe.
 */
final class SchemaTransaction {

    /** Of more statements than this before the first schema command, nothing is known. */
    private static final int REMEMBERED = 64;

    /** Stands for tables of which it is not known which they are. */
    private static final String UNKNOWN = "*";

    /** How a statement that writes rows travels. */
    enum Way {
        /** As the rows that it changed. */
        ROWS,
        /** As its text, to be run at its place. */
        STATEMENT
    }

    private final SQLiteConnection connection;
    private final SchemaTrace trace;
    private final Predicate<String> accepted;
    private final List<ParsedSql> earlierWrites = new ArrayList<>();
    private final List<ParsedSql> earlierReads = new ArrayList<>();
    /** Tables whose rows the application has read, folded. */
    private final Set<String> read = new HashSet<>();
    /** Tables that a statement reads which travels as one, folded. */
    private final Set<String> copied = new HashSet<>();

    private @Nullable StatementDeterminism determinism;
    private boolean changesSchema;
    private int firstCommand;
    private boolean earlierCopies;
    private boolean stale;
    private @Nullable ParsedSql decided;
    private Way way = Way.ROWS;

    /**
     * A transaction that has changed nothing yet.
     *
     * @param accepted whether all nodes run a statement that comes in a message
     */
    SchemaTransaction(SQLiteConnection connection, SchemaTrace trace, Predicate<String> accepted) {
        this.connection = connection;
        this.trace = trace;
        this.accepted = accepted;
    }

    /** Whether the transaction must not take effect if somebody else has committed what it had not seen. */
    boolean isStale() {
        return stale;
    }

    /** Whether it is to be decided how statements that write rows travel. */
    boolean changesSchema() {
        return changesSchema;
    }

    /** The application reads. */
    void reads(ParsedSql sql) throws SQLException {
        if (changesSchema) {
            addRead(sql);
        } else {
            remember(earlierReads, sql);
        }
    }

    /** The application has written rows before the first schema command, if there will be one. */
    void wrote(ParsedSql sql) {
        if (!changesSchema) {
            remember(earlierWrites, sql);
        }
    }

    /** The same statement run many times is the same object, and comparing texts would cost each of them. */
    @SuppressWarnings("ReferenceEquality")
    private static void remember(List<ParsedSql> statements, ParsedSql sql) {
        int size = statements.size();
        if (size <= REMEMBERED && (size == 0 || statements.get(size - 1) != sql)) {
            statements.add(sql);
        }
    }

    /** A schema command is about to run. */
    void schemaCommandBegins() throws SQLException {
        if (changesSchema) {
            return;
        }
        for (ParsedSql sql : earlierReads) {
            addRead(sql);
        }
        if (earlierReads.size() > REMEMBERED) {
            read.add(UNKNOWN);
        }
        boolean writes = !earlierWrites.isEmpty();
        boolean copies =
                earlierWrites.size() > REMEMBERED || earlierWrites.stream().anyMatch(sql -> !givesValues(sql));
        earlierCopies = copies || (writes && !read.isEmpty());
    }

    /**
     * A schema command has changed the schema.
     *
     * @param mark how many changes were recorded before it
     */
    void schemaChanged(int mark) {
        if (!changesSchema) {
            changesSchema = true;
            firstCommand = mark;
        }
        determinism = null;
        decided = null;
        for (String gone : trace.goneInLastStep()) {
            stale |= earlierCopies || !copied.contains(SqlIdentifier.fold(gone));
        }
    }

    /** What was recorded since the mark was rolled back: perhaps the schema is what it was. */
    void cutTo(int mark) {
        changesSchema &= mark > firstCommand;
        determinism = null;
        decided = null;
    }

    /**
     * Decides on a statement that is about to write rows, or on the query of a CREATE TABLE … AS. Runs
     * statements of its own.
     */
    void decide(ParsedSql sql) throws SQLException {
        decided = sql;
        way = Way.ROWS;
        boolean creates = sql.kind() == StatementKind.CREATE;
        if (!creates && TableDefinition.isInternal(sql.name())) {
            // stays on this node, as outside of such a transaction; the others would refuse it as a statement
            return;
        }
        String text = creates ? queryOf(sql.text()) : sql.text();
        StatementSources sources = StatementSources.of(connection, text);
        boolean given = givesValues(sql) || (sources != null && sources.isEmpty() && inserts(sql));
        if (!creates && given && !hasTriggers(sql.name())) {
            stale |= readsOthersThan(sql.name());
            return;
        }
        boolean runsEverywhere = creates || accepted.test(Recorder.trimmed(text));
        if (sources == null || !runsEverywhere || !travels(sql, text, sources)) {
            stale = true;
            return;
        }
        way = Way.STATEMENT;
        copied.addAll(sources.tables());
    }

    /** How the statement travels that was decided on last. */
    Way wayOf(ParsedSql sql) {
        if (!sql.equals(decided)) {
            stale = true;
            return Way.ROWS;
        }
        return way;
    }

    /** Values are bound to a statement that travels as one: they may come from what was read. */
    void bound(ParsedSql sql, int values) {
        if (values > 0) {
            stale |= readsOthersThan(sql.name());
        }
    }

    private boolean readsOthersThan(String table) {
        return read.size() > (read.contains(SqlIdentifier.fold(table)) ? 1 : 0);
    }

    private boolean travels(ParsedSql sql, String text, StatementSources sources) throws SQLException {
        StatementDeterminism.Effect effect;
        try {
            effect = determinism().explain(text);
        } catch (SQLException e) {
            // it will fail in the same way
            return false;
        }
        boolean creates = sql.kind() == StatementKind.CREATE;
        boolean choosesRowids = creates;
        for (String reason : effect.orderReasons()) {
            if (!reason.startsWith("leaves rowids")) {
                return false;
            }
            choosesRowids = true;
        }
        for (String reason : effect.reasons()) {
            // keys that the statement gives itself only raise the number that is kept there
            if (choosesRowids || !reason.startsWith("reads sqlite_sequence")) {
                return false;
            }
        }
        if (choosesRowids && !sources.inOrderOfOneTable(connection, text)) {
            return false;
        }
        if (!effect.virtualWrites().isEmpty() || !likeIgnoresCase() || ConflictClauses.in(text)) {
            return false;
        }
        for (String table : effect.writes()) {
            if (hasTriggers(table) || resolvesConflicts(table) || (!inserts(sql) && isParent(table))) {
                return false;
            }
        }
        return creates || !hasTriggers(sql.name());
    }

    private StatementDeterminism determinism() throws SQLException {
        StatementDeterminism known = determinism;
        if (known == null) {
            known = new StatementDeterminism(connection);
            determinism = known;
        }
        return known;
    }

    private void addRead(ParsedSql sql) throws SQLException {
        StatementSources sources = StatementSources.of(connection, sql.text());
        if (sources != null) {
            read.addAll(sources.tables());
        }
    }

    private static boolean inserts(ParsedSql sql) {
        SqlTokens tokens = new SqlTokens(sql.text());
        return tokens.advance() && (tokens.isWord("INSERT") || tokens.isWord("REPLACE"));
    }

    /** Whether the rows it inserts are in its text and the values bound to it. */
    private static boolean givesValues(ParsedSql sql) {
        if (!inserts(sql)) {
            return false;
        }
        SqlTokens tokens = new SqlTokens(sql.text());
        while (tokens.advance()) {
            if (tokens.isWord("SELECT")) {
                return false;
            }
        }
        return true;
    }

    /** What stands behind the AS of CREATE TABLE … AS. */
    private static String queryOf(String sql) {
        SqlTokens tokens = new SqlTokens(sql);
        while (tokens.advance()) {
            if (tokens.isWord("AS")) {
                return sql.substring(tokens.end());
            }
        }
        return sql;
    }

    private boolean hasTriggers(String table) throws SQLException {
        return exists(
                "SELECT 1 FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE UNION ALL"
                        + " SELECT 1 FROM temp.sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 COLLATE NOCASE AND"
                        + " name NOT GLOB 'ha_*'",
                table);
    }

    /** Whether the table says itself what becomes of rows with the same key: that depends on their order. */
    private boolean resolvesConflicts(String table) throws SQLException {
        return exists(
                "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE AND"
                        + " lower(sql) GLOB '*conflict*'",
                table);
    }

    /** Whether rows of other tables go with those of this one: foreign keys are off where changes are applied. */
    private boolean isParent(String table) throws SQLException {
        return exists(
                "SELECT 1 FROM pragma_foreign_keys k, main.sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE"
                        + " k.foreign_keys = 1 AND m.type = 'table' AND f.\"table\" = ?1 COLLATE NOCASE",
                table);
    }

    private boolean likeIgnoresCase() throws SQLException {
        return exists("SELECT 1 WHERE 'a' LIKE 'A' AND ?1 IS NOT NULL", "");
    }

    private boolean exists(String query, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    /** The transaction is over. */
    void clear() {
        if (changesSchema || !read.isEmpty()) {
            read.clear();
            copied.clear();
            determinism = null;
            decided = null;
            changesSchema = false;
        }
        earlierWrites.clear();
        earlierReads.clear();
        earlierCopies = false;
        stale = false;
    }
}
