package io.github.hasqlite.actuate;

import io.github.hasqlite.HaSqliteDataSource;
import io.github.hasqlite.ReplicationStatus;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

/** Says under {@code hasqlite} which versions run, and what each database replicates through. Thread-safe. */
public final class HaSqliteInfoContributor implements InfoContributor {

    private static final Logger logger = LoggerFactory.getLogger(HaSqliteInfoContributor.class);

    private final OperatedDatabases databases;
    private volatile @Nullable String sqliteVersion;

    HaSqliteInfoContributor(OperatedDatabases databases) {
        this.databases = databases;
    }

    @Override
    public void contribute(Info.Builder builder) {
        Map<String, Object> described = new LinkedHashMap<>();
        String version = HaSqliteDataSource.class.getPackage().getImplementationVersion();
        described.put("version", version == null ? "unknown" : version);
        described.put("sqliteVersion", sqliteVersion());
        described.putAll(described(databases.primary()));
        if (!databases.further().isEmpty()) {
            Map<String, Object> further = new LinkedHashMap<>();
            databases.further().forEach((name, database) -> further.put(name, described(database)));
            described.put("databases", further);
        }
        builder.withDetail("hasqlite", described);
    }

    private static Map<String, Object> described(OperatedDatabase database) {
        ReplicationStatus status = database.dataSource().replicationStatus();
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("node", status.node());
        described.put("replicating", status.replicating());
        if (status.replicating()) {
            HaSqliteHealthIndicator.Facts facts = database.facts();
            described.put("commitMode", String.valueOf(facts.commitMode()).toLowerCase(Locale.ROOT));
            described.put("readOnly", facts.readOnly());
            described.put("stream", database.stream());
            String server = facts.serverVersion().get();
            if (!server.isEmpty()) {
                described.put("serverVersion", server);
            }
        }
        return described;
    }

    /** Asked once, through the pool that only reads. */
    private String sqliteVersion() {
        String known = sqliteVersion;
        if (known != null) {
            return known;
        }
        try (Connection connection = databases.primary().dataSource().getConnection()) {
            connection.setReadOnly(true);
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT sqlite_version()")) {
                String found = row.getString(1);
                sqliteVersion = found;
                return found;
            }
        } catch (SQLException e) {
            logger.debug("The version of SQLite could not be asked for", e);
            return "unknown";
        }
    }
}
