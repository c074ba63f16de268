package io.github.hasqlite.core.node;

import io.github.hasqlite.Change;
import io.github.hasqlite.CommitMode;
import io.github.hasqlite.Conflict;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.sqlite.InsertText;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once for each table that its automatic keys collide: two nodes chose the same INTEGER PRIMARY
 * KEY for different rows, and one of the rows is gone. Thread-safe.
 */
final class KeyCollisionAdvice {

    private static final Logger logger = LoggerFactory.getLogger(KeyCollisionAdvice.class);

    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    /**
     * Says of which tables two nodes may choose the same key, as far as the schema tells: those whose rowid is the key
     * and that get no keys from blocks.
     */
    static void atStart(NodeSettings settings, DataSource dataSource) {
        // in strict mode the stream refuses one of the two
        if (settings.readOnly() || settings.commitMode() == CommitMode.STRICT) {
            return;
        }
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(true);
            List<TableDefinition> tables = TableDefinition.readAll(connection);
            boolean blocks = settings.keys().blocks() != null;
            Set<String> counted = new TreeSet<>();
            for (TableDefinition table : tables) {
                if (table.kind() == TableDefinition.Kind.ORDINARY && isCounted(table, settings, blocks)) {
                    counted.add(table.name());
                }
            }
            if (!counted.isEmpty()) {
                logger.warn(
                        "SQLite chooses the keys of new rows in the tables {} on each node for itself, so that two nodes"
                                + " give different rows one key, and one of the rows is lost. Let new keys come from"
                                + " ha_id() or ha_uuid7(), or, for an INTEGER PRIMARY KEY, set"
                                + " ha.sqlite.keys.blocks.enabled=true",
                        counted);
            }
            if (blocks) {
                triggers(connection, tables);
            }
        } catch (SQLException e) {
            logger.debug("The schema could not be looked at", e);
        }
    }

    private static boolean isCounted(TableDefinition table, NodeSettings settings, boolean blocks) {
        return table.rowidAlias() == null
                ? settings.rowIdentify() == RowIdentify.ROWID && !table.withoutRowid()
                : !blocks;
    }

    private static void triggers(Connection connection, List<TableDefinition> tables) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger'")) {
            while (rows.next()) {
                for (InsertText insert : InsertText.ofTrigger(rows.getString(2))) {
                    for (TableDefinition table : tables) {
                        if (SqlIdentifier.isSame(table.name(), insert.table())
                                && table.rowidAlias() != null
                                && insert.leavesKey(table)) {
                            logger.warn(
                                    "Trigger {} lets SQLite choose the key of a row in table {}, on each node for"
                                            + " itself, so that two nodes can give different rows one key, and one of"
                                            + " the rows is lost. Let the trigger insert ha_id() as the key",
                                    rows.getString(1),
                                    table.name());
                        }
                    }
                }
            }
        }
    }

    void see(Conflict conflict) {
        if (conflict.kind() == Conflict.Kind.INSERT_INSERT
                && isRowidKey(conflict.losing())
                && warned.add(conflict.table())) {
            logger.warn(
                    "Two nodes inserted different rows with the same key into table {}; the later one in the stream"
                            + " replaced the other, which is kept in ha_conflicts. Where neither the application gives a"
                            + " key nor ha.sqlite.keys.blocks.enabled does, SQLite chooses the next free number on each"
                            + " node for itself: let new keys come from ha_id() or ha_uuid7(). Said once for each table.",
                    conflict.table());
        }
    }

    private static boolean isRowidKey(@Nullable Change losing) {
        if (losing == null || losing.pkColumns().size() != 1 || losing.oldRowid() == null) {
            return false;
        }
        int column = losing.columns().indexOf(losing.pkColumns().get(0));
        return column >= 0 && losing.oldRowid().equals(losing.oldValues().get(column));
    }
}
