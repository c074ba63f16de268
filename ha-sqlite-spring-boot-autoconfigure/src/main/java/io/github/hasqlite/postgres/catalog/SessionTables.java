package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.postgres.catalog.CatalogSession.ActivityRow;
import io.github.hasqlite.postgres.catalog.CatalogSession.PreparedStatementRow;
import io.github.hasqlite.postgres.type.ArrayText;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tables that are about sessions: filled anew for each question that names one of them. Under the catalog's lock. */
final class SessionTables {

    private static final String SETTINGS = "pg_settings";
    private static final String PREPARED = "pg_prepared_statements";
    private static final String ACTIVITY = "pg_stat_activity";

    private final CatalogTables tables;
    private final CatalogSession session;

    SessionTables(CatalogTables tables, CatalogSession session) {
        this.tables = tables;
        this.session = session;
    }

    /** Fills those that a question is about. */
    void fill(String sql) throws SQLException {
        String text = sql.toLowerCase(Locale.ROOT);
        if (text.contains(SETTINGS)) {
            settings();
        }
        if (text.contains(PREPARED)) {
            preparedStatements();
        }
        if (text.contains(ACTIVITY)) {
            activity();
        }
    }

    private void settings() throws SQLException {
        tables.empty(SETTINGS);
        for (Map.Entry<String, String> setting : session.settings().entrySet()) {
            String value = setting.getValue();
            boolean truth = value.equals("on") || value.equals("off");
            tables.insert(
                    SETTINGS,
                    "name",
                    setting.getKey(),
                    "setting",
                    value,
                    "unit",
                    setting.getKey().endsWith("_timeout") ? "ms" : null,
                    "vartype",
                    truth ? "bool" : value.matches("-?\\d+") ? "integer" : "string");
        }
    }

    private void preparedStatements() throws SQLException {
        tables.empty(PREPARED);
        for (PreparedStatementRow row : session.preparedStatements()) {
            tables.insert(
                    PREPARED,
                    "name",
                    row.name(),
                    "statement",
                    row.statement(),
                    "prepare_time",
                    row.at().toString(),
                    "parameter_types",
                    CatalogFunctions.ARRAY + ArrayText.of(row.types()),
                    "from_sql",
                    row.fromSql() ? 1L : 0L);
        }
    }

    private void activity() throws SQLException {
        tables.empty(ACTIVITY);
        for (ActivityRow row : session.sessions()) {
            tables.insert(
                    ACTIVITY,
                    "datid",
                    ObjectIds.DATABASE,
                    "datname",
                    session.database(),
                    "pid",
                    (long) row.pid(),
                    "usesysid",
                    ObjectIds.OWNER,
                    "usename",
                    row.user(),
                    "application_name",
                    row.application(),
                    "client_addr",
                    row.address(),
                    "client_port",
                    (long) row.port(),
                    "backend_start",
                    row.connected().toString(),
                    "xact_start",
                    text(row.transaction()),
                    "query_start",
                    text(row.since()),
                    "state_change",
                    row.changed().toString(),
                    "state",
                    row.state(),
                    "query",
                    row.query(),
                    "backend_type",
                    "client backend");
        }
    }

    private static @Nullable String text(@Nullable Instant moment) {
        return moment == null ? null : moment.toString();
    }
}
