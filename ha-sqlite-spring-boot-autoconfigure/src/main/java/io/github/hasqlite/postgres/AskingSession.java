package io.github.hasqlite.postgres;

import io.github.hasqlite.postgres.catalog.CatalogSession;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session as the catalog sees it.
 *
 * @param runner sets settings
 * @param statements that are prepared
 * @param clients all that are there
 */
record AskingSession(SessionContext context, SettingsRunner runner, PreparedStatements statements, CancelKeys clients)
        implements CatalogSession {

    @Override
    public String user() {
        return context.user();
    }

    @Override
    public String database() {
        return context.database();
    }

    @Override
    public int pid() {
        return context.pid();
    }

    @Override
    public Map<String, String> settings() {
        Map<String, String> settings = context.settings().all();
        // in their unit, which stands beside them
        settings.replaceAll((name, value) ->
                name.endsWith("_timeout") ? Long.toString(context.settings().millis(name)) : value);
        return settings;
    }

    @Override
    public @Nullable String setting(String name) {
        return context.settings().find(name);
    }

    @Override
    public void set(String name, String value, boolean local) throws SQLException {
        if (name.equalsIgnoreCase(SessionSettings.POSITION)) {
            // all clients' questions about the catalog would wait with it
            throw new SQLException("set_config does not wait for a position: use SET ha.position = …", "0A000");
        }
        runner.set(name, value, local);
    }

    @Override
    public List<PreparedStatementRow> preparedStatements() {
        return statements.rows();
    }

    @Override
    public boolean signal(int pid, boolean ends) {
        return clients.signal(pid, ends);
    }

    @Override
    public List<ActivityRow> sessions() {
        return clients.activities().stream().map(Activity::row).toList();
    }
}
