package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds out what PostgreSQL would know of a statement. Stateless. */
public final class Inference {

    private static final String[] VERBS = {
        "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "VALUES", "WITH", "EXPLAIN"
    };

    private Inference() {}

    /**
     * Reads a statement. What is not understood is left as it is; of statements that change the schema casts and
     * literals are spelled.
     *
     * @param given numbers of the types that the client gives to parameters; 0 or too short where it gives none
     * @throws SQLException if a literal is none of the type that it is cast to (22xxx), there is no such type (42704), or
     *     something cannot be had in SQLite (0A000)
     */
    public static Insight of(TokenBuffer tokens, int[] given, TableColumns tables) throws SQLException {
        if (tokens.isWord(0, "CREATE") || tokens.isWord(0, "ALTER")) {
            String spelled = DefinitionReader.spelled(tokens, tables);
            return spelled == null ? Insight.NONE : new Insight(spelled, Map.of(), Set.of(), List.of());
        }
        return of(tokens, new Findings(tokens, given), tables);
    }

    /**
     * Reads a question about the catalog.
     *
     * @throws SQLException as above
     */
    public static Insight ofCatalog(TokenBuffer tokens, int[] given, TableColumns tables) throws SQLException {
        return of(tokens, Findings.ofCatalog(tokens, given), tables);
    }

    private static Insight of(TokenBuffer tokens, Findings findings, TableColumns tables) throws SQLException {
        boolean known = false;
        for (String verb : VERBS) {
            known |= tokens.isWord(0, verb);
        }
        if (!known) {
            return Insight.NONE;
        }
        try {
            new StatementReader(new Cursor(tokens), findings).statement(Scope.outermost(findings, tables));
        } catch (Cursor.TooDeep e) {
            return Insight.NONE;
        }
        return findings.insight();
    }
}
