package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.Spelling;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import io.github.hasqlite.postgres.type.ColumnType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Types of those columns of views that are expressions, by the queries that define them. Stateless. */
public final class ViewColumns {

    private ViewColumns() {}

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
                known.set(
                        i,
                        new TableColumns.Column(
                                columns.get(i).name(), new ColumnType(term.type, type.modifier(), true)));
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
