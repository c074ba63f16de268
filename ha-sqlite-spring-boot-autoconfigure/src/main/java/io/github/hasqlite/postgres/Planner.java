package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.core.sqlite.StatementKind;
import io.github.hasqlite.postgres.catalog.Catalog;
import io.github.hasqlite.postgres.catalog.CatalogNames;
import io.github.hasqlite.postgres.infer.Inference;
import io.github.hasqlite.postgres.infer.Insight;
import io.github.hasqlite.postgres.sql.ClockSpelling;
import io.github.hasqlite.postgres.sql.ColumnDefaultSpelling;
import io.github.hasqlite.postgres.sql.DefaultSpelling;
import io.github.hasqlite.postgres.sql.IgnoredStatement;
import io.github.hasqlite.postgres.sql.SequenceSpelling;
import io.github.hasqlite.postgres.sql.SessionValueSpelling;
import io.github.hasqlite.postgres.sql.Spelling;
import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.StatementSpelling;
import io.github.hasqlite.postgres.sql.StatementText;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Decides what a statement of a client is. Not thread-safe. */
final class Planner {

    /** The class of SQLStates of values that are none of their type. */
    private static final String INVALID_DATA = "22";

    /** What statements that change the schema are about. */
    private static final List<String> OBJECTS =
            List.of("TABLE", "INDEX", "VIEW", "TRIGGER", "SEQUENCE", "SCHEMA", "TYPE", "FUNCTION", "EXTENSION");

    private final GatewaySession gateway;
    private final Catalog catalog;
    private final AskingSession asking;
    private final Portals<TypedRows> cursors;
    private final PreparedStatements statements;
    private final KnownTables tables;

    Planner(
            GatewaySession gateway,
            Catalog catalog,
            AskingSession asking,
            Portals<TypedRows> cursors,
            PreparedStatements statements) {
        this.gateway = gateway;
        this.catalog = catalog;
        this.asking = asking;
        this.cursors = cursors;
        this.statements = statements;
        this.tables = new KnownTables(gateway);
    }

    /**
     * Of one statement, without a semicolon.
     *
     * @throws SQLException if it cannot be compiled
     */
    Plan plan(String sql) throws SQLException {
        return plan(sql, new int[0]);
    }

    /**
     * Of one statement, without a semicolon.
     *
     * @param types of its parameters that the client says; 0, or too few, where it says none
     * @throws SQLException if it cannot be compiled
     */
    Plan plan(String sql, int[] types) throws SQLException {
        TokenBuffer tokens = Spelling.tokens(sql);
        if (tokens.get(0).text().isEmpty()) {
            return new Plan.Empty();
        }
        TransactionCommand transaction = TransactionCommand.of(tokens);
        if (transaction != null) {
            return new Plan.OfTransaction(transaction);
        }
        Plan constraints = ConstraintsCommand.of(tokens, gateway);
        if (constraints != null) {
            return constraints;
        }
        SessionCommand session = SessionCommand.of(tokens);
        if (session != null) {
            return new Plan.OfSession(session, statements);
        }
        ChannelCommand channel = ChannelCommand.of(tokens);
        if (channel != null) {
            return new Plan.OfChannel(channel, null);
        }
        String said = ChannelCommand.expressions(tokens, sql);
        if (said != null) {
            return new Plan.OfChannel(ChannelCommand.COMPUTED, arguments("SELECT " + said, types));
        }
        CursorCommand cursor = CursorCommand.of(tokens, sql);
        if (cursor != null) {
            return cursor(cursor);
        }
        PrepareCommand prepare = PrepareCommand.of(tokens, sql);
        if (prepare != null) {
            return prepared(prepare);
        }
        if (tokens.isWord(0, "COPY")) {
            CopyCommand copy = CopyCommand.of(tokens, sql);
            return new Plan.OfCopy(copy, copy.query().isEmpty() ? null : copied(copy.query()));
        }
        boolean sequences = SequenceSpelling.apply(tokens);
        if (sequences) {
            asking.runner().notices().tell(SequenceSpelling.NOTICE);
        }
        String own = withSessionValues(sequences ? tokens.sql() : sql, tokens);
        if (CatalogNames.isAbout(tokens)) {
            return catalog(own, types);
        }
        Plan.OfSteps steps = steps(tokens);
        if (steps != null) {
            return steps;
        }
        StatementText.requireWholeTrigger(tokens);
        String ignored = IgnoredStatement.notice(tokens);
        String skipped = ignored == null ? ConditionalChange.skipped(tokens, gateway) : ignored;
        if (skipped != null) {
            return new Plan.Skipped(tag(tokens), skipped);
        }
        return database(own, tokens, types, tag(tokens));
    }

    /** TRUNCATE and DROP of several tables; {@code null} if the statement is something else, or about one alone. */
    private Plan.@Nullable OfSteps steps(TokenBuffer tokens) throws SQLException {
        TruncateCommand truncate = TruncateCommand.of(tokens);
        if (truncate != null) {
            truncate.check(gateway);
            return truncate.isPlain() ? null : new Plan.OfSteps(truncate.steps(gateway), tag(tokens));
        }
        DropCommand drop = DropCommand.of(tokens);
        if (drop == null) {
            return null;
        }
        drop.check(gateway);
        if (drop.isPlain()) {
            return null;
        }
        tables.changing();
        return new Plan.OfSteps(drop.steps(gateway), tag(tokens));
    }

    /** What a statement of rows asks for the session itself is known; the catalog's tables are joined with its functions. */
    private String withSessionValues(String sql, TokenBuffer tokens) {
        return !CatalogNames.isReadBy(tokens) && SessionValueSpelling.apply(tokens, CatalogNames.values(asking))
                ? tokens.sql()
                : sql;
    }

    private Plan.OfCatalog catalog(String sql, int[] types) throws SQLException {
        TokenBuffer tokens = Spelling.catalogTokens(sql);
        Insight insight;
        try {
            insight = Inference.ofCatalog(tokens, types, catalog.tables(gateway, asking));
        } catch (SQLException e) {
            if (SqlStates.of(e).startsWith(INVALID_DATA)) {
                throw e;
            }
            // the catalog has types and arrays of its own
            insight = Insight.NONE;
        }
        String typed = insight.spelled();
        return new Plan.OfCatalog(catalog.ask(sql, typed == null ? tokens.sql() : typed, gateway, asking), insight);
    }

    /** What COPY copies out: a query of its own, and nothing else. */
    private Plan copied(String sql) throws SQLException {
        TokenBuffer tokens = Spelling.tokens(sql);
        String own = withSessionValues(sql, tokens);
        return CatalogNames.isAbout(tokens) ? catalog(own, new int[0]) : database(own, tokens, new int[0], tag(tokens));
    }

    private Plan.OfDatabase database(String sql, TokenBuffer tokens, int[] types, String tag) throws SQLException {
        requireNumbers(tokens);
        boolean changed = StatementSpelling.apply(tokens);
        changed |= ColumnDefaultSpelling.apply(tokens);
        changed |= new NamedConflicts(gateway).apply(tokens);
        changed |= ClockSpelling.apply(tokens);
        changed |= DefaultSpelling.apply(tokens, new SchemaDefaults(gateway));
        String written = changed ? tokens.sql() : sql;
        Insight insight = Inference.of(tokens, types, tables);
        String spelled = insight.spelled();
        String plain = Spelling.ofDatabase(spelled == null ? written : spelled);
        Plan.OfDatabase plan = Plan.OfDatabase.of(gateway.prepare(plain), tag, insight);
        if (plan.kind().isSchema()) {
            new SchemaDefaults(gateway).requireBuiltIn(ColumnDefaultSpelling.calls(Spelling.tokens(plain)));
            tables.changing();
        }
        return plan;
    }

    private static void requireNumbers(TokenBuffer tokens) throws SQLException {
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.get(i).kind() == SqlToken.Kind.PARAMETER
                    && tokens.get(i).text().matches(".0+")) {
                throw new SQLException("there is no parameter $0: they are numbered from 1", "42P02");
            }
        }
    }

    private Plan cursor(CursorCommand command) throws SQLException {
        if (!(command instanceof CursorCommand.Declare declare)) {
            return new Plan.OfCursor(command, cursors);
        }
        // what is declared is no cursor again: texts that say so over and over would not end
        TokenBuffer inner = Spelling.tokens(declare.query());
        Plan query = inner.isWord(0, "DECLARE") ? new Plan.Empty() : plan(declare.query());
        boolean reads = query instanceof Plan.OfDatabase database && database.isRead();
        if (!reads && !(query instanceof Plan.OfCatalog)) {
            throw new SQLException("DECLARE CURSOR is FOR a query", SqlStates.SYNTAX_ERROR);
        }
        return new Plan.OfDeclaration(declare, query, cursors);
    }

    private Plan prepared(PrepareCommand command) throws SQLException {
        if (command instanceof PrepareCommand.Prepare prepare) {
            KnownTables.Version version = version();
            Plan plan = plan(prepare.statement(), prepare.oids());
            boolean ofRows = plan instanceof Plan.OfDatabase database && database.belongsInTransaction();
            if (!ofRows && !(plan instanceof Plan.OfCatalog)) {
                throw new SQLException(
                        "PREPARE is for SELECT, INSERT, UPDATE, DELETE and VALUES", SqlStates.SYNTAX_ERROR);
            }
            // what cannot be compiled is said now
            plan.columns();
            int[] types = new int[Math.max(prepare.types().size(), plan.parameters())];
            System.arraycopy(prepare.oids(), 0, types, 0, prepare.types().size());
            complete(plan, types);
            Prepared prepared = new Prepared(plan, version, prepare.statement(), types);
            prepared.keep();
            return new Plan.OfPreparation(prepare.name(), prepared, statements);
        }
        PrepareCommand.Execute execute = (PrepareCommand.Execute) command;
        Prepared prepared = statements.get(execute.name());
        refresh(prepared);
        Plan.OfDatabase arguments =
                execute.values().isEmpty() ? null : arguments("SELECT " + execute.values(), new int[0]);
        int given = arguments == null ? 0 : arguments.columns().size();
        if (given != prepared.parameters()) {
            throw new SQLException(
                    "wrong number of parameters for prepared statement \"" + execute.name() + "\": expected "
                            + prepared.parameters() + " parameters but got " + given,
                    SqlStates.SYNTAX_ERROR);
        }
        return new Plan.OfExecution(prepared, arguments);
    }

    /** The schema as plans are made with now. */
    KnownTables.Version version() {
        return tables.version();
    }

    /**
     * Plans a statement anew whose tables may have changed since.
     *
     * @throws SQLException if it cannot be compiled any more, or answers something else (0A000)
     */
    void refresh(Prepared prepared) throws SQLException {
        KnownTables.Version present = version();
        List<String> texts = prepared.isOf(present) ? List.of() : StatementText.split(prepared.sql());
        if (!texts.isEmpty()) {
            prepared.replan(plan(texts.get(0), prepared.parameterTypes()), present);
        }
    }

    private Plan.OfDatabase arguments(String sql, int[] types) throws SQLException {
        TokenBuffer tokens = Spelling.tokens(sql);
        return database(withSessionValues(sql, tokens), tokens, types, "SELECT");
    }

    /** Fills in the types of parameters that the client leaves open, as far as the statement tells. */
    static void complete(Plan plan, int[] types) {
        if (plan instanceof Plan.OfDatabase database) {
            database.insight().fill(types);
        } else if (plan instanceof Plan.OfCatalog question) {
            question.insight().fill(types);
        } else if (plan instanceof Plan.OfChannel channel && channel.expressions() != null) {
            channel.expressions().insight().fill(types);
        }
    }

    /** A write outside of what reads alone is refused before it runs. */
    static boolean writes(StatementKind kind) {
        return switch (kind) {
            case WRITE, CREATE, DROP, ALTER, HEADER_PRAGMA, MAINTENANCE -> true;
            default -> false;
        };
    }

    private static String tag(TokenBuffer tokens) {
        String first = tokens.get(0).text().toUpperCase(Locale.ROOT);
        return switch (first) {
            case "SELECT", "VALUES", "TABLE" -> "SELECT";
            case "INSERT", "REPLACE" -> "INSERT";
            case "WITH" -> afterWith(tokens);
            case "CREATE", "DROP", "ALTER" -> first + " " + object(tokens);
            case "TRUNCATE" -> "TRUNCATE TABLE";
            default -> first;
        };
    }

    /** The verb behind the queries in parentheses. */
    private static String afterWith(TokenBuffer tokens) {
        for (int i = 1; i < tokens.size(); i++) {
            if (tokens.is(i, "(")) {
                i = tokens.closing(i);
            } else if (tokens.isWord(i, "SELECT") || tokens.isWord(i, "VALUES")) {
                return "SELECT";
            } else if (tokens.isWord(i, "INSERT") || tokens.isWord(i, "REPLACE")) {
                return "INSERT";
            } else if (tokens.isWord(i, "UPDATE") || tokens.isWord(i, "DELETE")) {
                return tokens.get(i).text().toUpperCase(Locale.ROOT);
            }
        }
        return "SELECT";
    }

    private static String object(TokenBuffer tokens) {
        for (int i = 1; i < tokens.size(); i++) {
            for (String kind : OBJECTS) {
                if (tokens.isWord(i, kind)) {
                    return kind;
                }
            }
        }
        return "TABLE";
    }
}
