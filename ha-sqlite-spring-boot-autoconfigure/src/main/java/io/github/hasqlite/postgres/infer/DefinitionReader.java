package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.Spelling;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads statements that change the schema, so that their literals stand as columns store them: in defaults, conditions,
 * indexes, views and the bodies of triggers, which run on all nodes and in all programs.
 */
final class DefinitionReader {

    /** Types whose names SQLite does not keep of the columns of a query. */
    private static final Set<PgType> LOST = Set.of(
            PgType.BOOL, PgType.DATE, PgType.TIME, PgType.TIMESTAMP, PgType.TIMESTAMPTZ, PgType.INTERVAL, PgType.UUID);

    private final TokenBuffer tokens;
    private final Cursor cursor;
    private final Findings findings;
    private final Scope outermost;
    private final StatementReader statements;
    private List<Query.Item> viewed = List.of();

    private DefinitionReader(TokenBuffer tokens, TableColumns tables) {
        this.tokens = tokens;
        this.cursor = new Cursor(tokens);
        this.findings = Findings.ofDefinition(tokens);
        this.outermost = Scope.outermost(findings, tables);
        this.statements = new StatementReader(cursor, findings);
    }

    /**
     * The text of a definition with its literals as they are stored; {@code null} if nothing is to change.
     *
     * @throws SQLException if it has what plain SQLite does not have (0A000), or a number loses digits (22003)
     */
    static @Nullable String spelled(TokenBuffer tokens, TableColumns tables) throws SQLException {
        DefinitionReader reader = new DefinitionReader(tokens, tables);
        try {
            reader.read();
        } catch (Cursor.TooDeep e) {
            return null;
        }
        String known = reader.findings.insight().spelled();
        String casts = SchemaCasts.spelled(known == null ? tokens : Spelling.tokens(known));
        String spelled = casts == null ? known : casts;
        ViewColumns.require(reader.viewed, spelled == null ? tokens : Spelling.tokens(spelled), tables);
        return spelled;
    }

    private void read() throws SQLException {
        boolean create = cursor.skipWord("CREATE");
        if (!create && tokens.isWords(0, "ALTER", "TABLE")) {
            cursor.at = 2;
            added();
            return;
        }
        while (cursor.isWord("TEMP") || cursor.isWord("TEMPORARY") || cursor.isWord("UNIQUE")) {
            cursor.at++;
        }
        int kind = cursor.at++;
        cursor.skipWord("CONCURRENTLY");
        cursor.at += tokens.isWords(cursor.at, "IF", "NOT", "EXISTS") ? 3 : 0;
        if (tokens.isWord(kind, "INDEX")) {
            index();
        } else if (tokens.isWord(kind, "TRIGGER")) {
            trigger();
        } else if (tokens.isWord(kind, "VIEW") || tokens.isWord(kind, "TABLE")) {
            String name = statements.name();
            boolean table = tokens.isWord(kind, "TABLE");
            int behind = cursor.is("(") ? tokens.closing(cursor.at) + 1 : cursor.at;
            if (tokens.isWord(behind, "AS")) {
                cursor.at = behind + 1;
                query(table ? name : null);
            } else if (table && cursor.is("(")) {
                new ColumnDefinitions(cursor, findings, statements).read(outermost);
            }
        }
    }

    /** @param table that is made of its answer; {@code null} for a view */
    private void query(@Nullable String table) throws SQLException {
        findings.spellClocks();
        List<Query.Item> columns = statements.query(outermost.inner()).columns();
        viewed = table == null ? columns : List.of();
        boolean loses =
                columns.stream().anyMatch(column -> column.term().type != null && LOST.contains(column.term().type));
        if (table != null && loses) {
            String list = columns.stream().map(DefinitionReader::written).collect(Collectors.joining(", "));
            throw new SQLException(
                    "CREATE TABLE … AS would lose the types of columns in SQLite: write CREATE TABLE " + table + "("
                            + list + ") and INSERT INTO " + table + " SELECT …",
                    "0A000");
        }
    }

    private static String written(Query.Item column) {
        PgType type = column.term().type;
        return column.star() ? "…" : column.name() + " " + (type == null ? PgType.TEXT : type).typname();
    }

    /** {@code ALTER TABLE t ADD COLUMN …}. */
    private void added() throws SQLException {
        cursor.at += tokens.isWords(cursor.at, "IF", "EXISTS") ? 2 : 0;
        cursor.skipWord("ONLY");
        String table = statements.name();
        if (!cursor.skipWord("ADD")) {
            return;
        }
        cursor.skipWord("COLUMN");
        cursor.at += tokens.isWords(cursor.at, "IF", "NOT", "EXISTS") ? 3 : 0;
        Scope scope = outermost.inner();
        scope.table(table, table);
        new ColumnDefinitions(cursor, findings, statements).added(scope);
    }

    /** {@code name ON t [USING …] (…) [WHERE …]}. */
    private void index() throws SQLException {
        while (!cursor.atEnd() && !cursor.skipWord("ON")) {
            cursor.at++;
        }
        cursor.skipWord("ONLY");
        Scope scope = outermost.inner();
        String table = statements.name();
        scope.table(table, table);
        while (!cursor.atEnd() && !cursor.is("(")) {
            cursor.at++;
        }
        int close = tokens.closing(cursor.at++);
        while (cursor.at < close) {
            int start = cursor.at;
            statements.expression(scope);
            cursor.at += cursor.at == start ? 1 : 0;
        }
        cursor.at = close + 1;
        while (!cursor.atEnd() && !cursor.skipWord("WHERE")) {
            cursor.at = cursor.is("(") ? tokens.closing(cursor.at) + 1 : cursor.at + 1;
        }
        statements.expression(scope).resolve(PgType.BOOL);
    }

    /** {@code name AFTER … ON t [WHEN …] BEGIN …; END}. */
    private void trigger() throws SQLException {
        findings.spellClocks();
        while (!cursor.atEnd() && !cursor.skipWord("ON")) {
            cursor.at++;
        }
        String table = statements.name();
        Scope scope = outermost.inner();
        scope.table(table, "new");
        scope.table(table, "old");
        while (!cursor.atEnd() && !cursor.skipWord("BEGIN")) {
            if (cursor.skipWord("WHEN")) {
                statements.expression(scope).resolve(PgType.BOOL);
            } else {
                cursor.at++;
            }
        }
        while (!cursor.atEnd() && !cursor.isWord("END")) {
            statements.query(scope.inner());
            while (!cursor.atEnd() && !cursor.skip(";")) {
                cursor.at++;
            }
        }
    }
}
