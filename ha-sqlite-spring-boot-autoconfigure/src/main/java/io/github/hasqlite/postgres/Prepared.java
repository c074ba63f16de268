package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.ParameterFormat;
import io.github.hasqlite.postgres.type.PgType;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A prepared statement of a session. Not thread-safe. */
final class Prepared {

    private final String sql;
    private final int[] parameterTypes;
    private Plan plan;
    private KnownTables.Version version;
    private @Nullable Answer answer;
    private @Nullable List<ColumnType> announced;
    private List<String> names = List.of();

    /**
     * What it answers.
     *
     * @param names of the columns
     * @param types that are known without rows
     */
    private record Answer(List<String> names, List<ColumnType> types) {

        static Answer of(Plan plan) throws SQLException {
            List<GatewayColumn> columns = plan.columns();
            return new Answer(Prepared.names(columns), ExpectedTypes.of(columns, plan));
        }
    }

    /**
     * Planned for the first time.
     *
     * @param version of the schema that it was planned with
     * @param parameterTypes numbers of their types; 0 where nobody says
     */
    Prepared(Plan plan, KnownTables.Version version, String sql, int[] parameterTypes) {
        this.plan = plan;
        this.version = version;
        this.sql = sql;
        this.parameterTypes = parameterTypes;
    }

    /** Notes what it answers, which is not to change as long as it is kept. */
    void keep() {
        try {
            answer = plan instanceof Plan.OfDatabase ? Answer.of(plan) : null;
        } catch (SQLException e) {
            // it is said when it runs
            answer = null;
        }
    }

    /** Whether it was planned with this version of the schema, or knows no tables. */
    boolean isOf(KnownTables.Version present) {
        return version.equals(present) || !(plan instanceof Plan.OfDatabase);
    }

    /**
     * Takes another plan for the same text.
     *
     * @throws SQLException if it answers something else (0A000)
     */
    void replan(Plan other, KnownTables.Version present) throws SQLException {
        Answer before = answer;
        if (before != null && !before.equals(Answer.of(other))) {
            throw new SQLException(ErrorReport.PLAN_CHANGED, SqlStates.FEATURE_NOT_SUPPORTED);
        }
        plan = other;
        version = present;
    }

    int[] parameterTypes() {
        return parameterTypes.clone();
    }

    Plan plan() {
        return plan;
    }

    String sql() {
        return sql;
    }

    int parameters() {
        return parameterTypes.length;
    }

    int parameterType(int at) {
        return parameterTypes[at];
    }

    /**
     * What a parameter is bound to, of which an expression is given.
     *
     * @throws SQLException if a text is none of the parameter's type (22P02)
     */
    @Nullable
    Object stored(int at, @Nullable Object value) throws SQLException {
        int oid = parameterTypes[at];
        PgType type = oid == 0 ? null : PgType.ofOid(oid);
        boolean array =
                type == null && value instanceof String given && !given.strip().startsWith("[");
        return (type != null || (array && PgType.elementOf(oid) != null)) && value instanceof String text
                ? ParameterFormat.decode(type, oid, text.getBytes(StandardCharsets.UTF_8), false)
                : value;
    }

    /** What the client was told last about the columns; {@code null} if nothing. Drivers keep it. */
    @Nullable
    List<ColumnType> announced() {
        return announced;
    }

    void announce(List<GatewayColumn> columns, List<ColumnType> types) {
        announced = types;
        names = names(columns);
    }

    /** Whether columns are those that were announced, if there are any. */
    boolean isAsAnnounced(List<GatewayColumn> columns) {
        return columns.isEmpty() || names(columns).equals(names);
    }

    private static List<String> names(List<GatewayColumn> columns) {
        return columns.stream().map(GatewayColumn::name).toList();
    }
}
