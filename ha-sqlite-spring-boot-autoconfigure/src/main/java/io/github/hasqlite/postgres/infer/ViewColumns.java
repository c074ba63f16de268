package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.Spelling;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Types of those columns of views that are expressions, by the queries that define them. Stateless. */
public final class ViewColumns {

    /** Types whose values are stored differently from how PostgreSQL writes them. */
    private static final Set<PgType> SHOWN =
            Set.of(PgType.BOOL, PgType.DATE, PgType.TIME, PgType.TIMESTAMP, PgType.TIMESTAMPTZ);

    private ViewColumns() {}

    /**
     * Sees that whoever reads the definition of a view finds the types that its columns have now.
     *
     * @param answered by its query as it was written
     * @param spelled the statement that creates it, as SQLite is to keep it
     * @throws SQLException if the type of one would be lost (0A000)
     */
    static void require(List<Query.Item> answered, TokenBuffer spelled, TableColumns tables) throws SQLException {
        List<Query.Item> kept =
                answered.isEmpty() ? List.of() : query(spelled, tables).columns();
        for (int i = 0; i < answered.size() && kept.size() == answered.size(); i++) {
            PgType type = answered.get(i).term().type;
            if (type != null && SHOWN.contains(type) && kept.get(i).term().type != type) {
                throw new SQLException(
                        "column \"" + answered.get(i).name() + "\" of the view would lose its type in SQLite, "
                                + type.display()
                                + ": no literal or cast tells it there; answer a column, or a condition",
                        "0A000");
            }
        }
    }

    /**
     * The columns with what the definition says of them.
     *
     * @param definition the statement that creates the view, as SQLite keeps it
     * @param columns of the view, in their order
     * @param tables that its query may name
     * @return the same columns where the definition is not understood
     */
    public static List<TableColumns.Column> of(
            String definition, List<TableColumns.Column> columns, TableColumns tables) {
        List<Query.Item> answered;
        try {
            answered = query(Spelling.tokens(definition), tables).columns();
        } catch (SQLException | Cursor.TooDeep e) {
            return columns;
        }
        boolean whole = answered.size() == columns.size() && answered.stream().noneMatch(Query.Item::star);
        List<TableColumns.Column> known = new ArrayList<>(columns);
        for (int i = 0; whole && i < columns.size(); i++) {
            Term term = answered.get(i).term();
            if (!columns.get(i).type().certain() && term.type != null) {
                ColumnType type = term.announced != null ? term.announced : ColumnType.declared(term.type);
                known.set(i, columns.get(i).typed(new ColumnType(term.type, type.modifier(), true)));
            }
        }
        return known;
    }

    /** Of {@code CREATE VIEW name [(columns)] AS query}. */
    private static Query query(TokenBuffer tokens, TableColumns tables) throws SQLException {
        int as = 0;
        while (as < tokens.size() && !tokens.isWord(as, "AS")) {
            as = tokens.is(as, "(") ? tokens.closing(as) + 1 : as + 1;
        }
        Cursor cursor = new Cursor(tokens);
        cursor.at = as + 1;
        Findings findings = Findings.ofStored(tokens);
        return new StatementReader(cursor, findings).query(Scope.outermost(findings, tables));
    }
}
