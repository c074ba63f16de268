package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.ParameterFormat;
import io.github.hasqlite.postgres.type.PgType;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A prepared statement of a session. Not thread-safe. */
final class Prepared {

    private final Plan plan;
    private final String sql;
    private final int[] parameterTypes;
    private @Nullable List<ColumnType> announced;
    private List<String> names = List.of();

    /** @param parameterTypes numbers of their types; 0 where nobody says */
    Prepared(Plan plan, String sql, int[] parameterTypes) {
        this.plan = plan;
        this.sql = sql;
        this.parameterTypes = parameterTypes;
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
