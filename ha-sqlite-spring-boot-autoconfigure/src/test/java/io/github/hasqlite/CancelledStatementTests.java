package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A statement that somebody cancels has either failed, and nothing of it stays anywhere, or is committed. */
@Tag("system")
@Timeout(120)
class CancelledStatementTests {

    private static final int STATEMENTS = 250;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(CommitMode.class)
    void whatIsSaidToBeCancelledIsNotCommitted(CommitMode mode) throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = TestNode.open(server, folder.resolve("one.db"), "one", mode);
                TestNode two = TestNode.open(server, folder.resolve("two.db"), "two", mode)) {
            one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
            List<String> committed = new ArrayList<>();
            int cancelled = 0;
            AtomicReference<PreparedStatement> running = new AtomicReference<>();
            Thread canceller = new Thread(() -> cancelAgainAndAgain(running));
            canceller.start();
            try (Connection connection = one.dataSource().getConnection()) {
                for (int id = 1; id <= STATEMENTS; id++) {
                    // the driver's statement cannot be run any more once it was interrupted
                    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES(?, ?)")) {
                        running.set(insert);
                        insert.setInt(1, id);
                        insert.setString(2, "x".repeat(200));
                        insert.executeUpdate();
                        committed.add(String.valueOf(id));
                    } catch (SQLException e) {
                        assertThat(e.getSQLState()).as(e.toString()).isEqualTo("57014");
                        cancelled++;
                    } finally {
                        running.set(null);
                    }
                }
            } finally {
                canceller.interrupt();
                canceller.join();
            }
            one.execute("INSERT INTO t VALUES(0, 'last')");
            committed.add(0, "0");
            one.awaitAppliedOn(two);
            assertThat(one.query("SELECT id FROM t ORDER BY id"))
                    .as("%d cancelled", cancelled)
                    .isEqualTo(committed);
            assertThat(two.query("SELECT id FROM t ORDER BY id")).isEqualTo(committed);
        }
    }

    private static void cancelAgainAndAgain(AtomicReference<PreparedStatement> running) {
        while (!Thread.currentThread().isInterrupted()) {
            PreparedStatement statement = running.get();
            try {
                if (statement != null) {
                    statement.cancel();
                }
            } catch (SQLException e) {
                // it was closed meanwhile
                Thread.onSpinWait();
            }
        }
    }
}
