package io.github.hasqlite.postgres.sql;

import java.sql.SQLException;

/** SQL as PostgreSQL's clients and users write it, spelled as SQLite understands it. Stateless. */
public final class Spelling {

    private Spelling() {}

    /**
     * For the database.
     *
     * @param sql any number of statements
     * @throws SQLException if a text or a comment has no end, or a column counts that cannot (42601, 0A000)
     */
    public static String ofDatabase(String sql) throws SQLException {
        TokenBuffer tokens = new TokenBuffer(PgLexer.tokens(sql));
        try {
            Refusals.check(tokens);
            ArraySpelling.apply(tokens);
            DropSpelling.apply(tokens);
            // what is left of them: in definitions of the schema, and in what is not understood
            CastSpelling.apply(tokens, false);
            QuerySpelling.apply(tokens, false);
            LimitSpelling.apply(tokens);
            ColumnAliasSpelling.apply(tokens);
            if (tokens.containsWord("CREATE") || tokens.containsWord("ALTER")) {
                TableSpelling.apply(tokens);
                KeySpelling.apply(tokens);
                AlterSpelling.apply(tokens);
            }
        } catch (IllegalStateException | IndexOutOfBoundsException e) {
            throw notUnderstood(e);
        }
        return tokens.sql();
    }

    /**
     * For the catalog.
     *
     * @param sql one statement as it came
     * @throws SQLException if a text or a comment has no end (42601)
     */
    public static String ofCatalog(String sql) throws SQLException {
        TokenBuffer tokens = new TokenBuffer(PgLexer.tokens(sql));
        try {
            CatalogSpelling.applyBeforeCasts(tokens);
            SetFunctionSpelling.apply(tokens);
            CastSpelling.apply(tokens, true);
            QuerySpelling.apply(tokens, true);
            LimitSpelling.apply(tokens);
            ColumnAliasSpelling.apply(tokens);
            CatalogSpelling.apply(tokens);
        } catch (IllegalStateException | IndexOutOfBoundsException e) {
            throw notUnderstood(e);
        }
        return tokens.sql();
    }

    /**
     * The tokens of a question about the catalog, in which names of the catalog's objects are what they stand for: what
     * is left is as in other statements.
     *
     * @throws SQLException if a text or a comment has no end (42601)
     */
    public static TokenBuffer catalogTokens(String sql) throws SQLException {
        TokenBuffer tokens = tokens(sql);
        try {
            CatalogSpelling.applyBeforeCasts(tokens);
            CastSpelling.objects(tokens);
        } catch (IllegalStateException | IndexOutOfBoundsException e) {
            throw notUnderstood(e);
        }
        return tokens;
    }

    /** What has no shape that PostgreSQL would take either. */
    private static SQLException notUnderstood(RuntimeException e) {
        return new SQLException("syntax error: the statement cannot be understood", "42601", e);
    }

    /** The tokens of a text, as PostgreSQL reads them. */
    public static TokenBuffer tokens(String sql) throws SQLException {
        return new TokenBuffer(PgLexer.tokens(sql));
    }
}
