package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeFeed;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.FeedConsumer;
import io.github.hasqlite.FeedEntry;
import io.github.hasqlite.FeedFilter;
import io.github.hasqlite.FeedSubscription;
import io.github.hasqlite.Operation;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** What clients say to each other, and what the change feed says to them. */
@Tag("system")
@Timeout(60)
class NotificationTests {

    private static final int WAIT_MILLIS = 10_000;

    @TempDir
    private static Path folder;

    private static final ToldFeed feed = new ToldFeed();
    private static RunningServer server;

    private Connection ears;
    private Connection mouth;

    /** A change feed whose entries the test makes. */
    private static final class ToldFeed implements ChangeFeed {

        private volatile @Nullable FeedConsumer consumer;
        private volatile @Nullable FeedSubscription newest;
        private volatile boolean over;

        @Override
        public FeedSubscription subscribe(long from, FeedFilter filter, FeedConsumer told) {
            assertThat(from).isEqualTo(LATEST);
            consumer = told;
            over = false;
            FeedSubscription made = new FeedSubscription() {
                @Override
                public long position() {
                    return 0;
                }

                @Override
                public boolean isActive() {
                    return consumer != null && newest == this && !over;
                }

                @Override
                public void close() {
                    if (newest == this) {
                        consumer = null;
                    }
                }
            };
            newest = made;
            return made;
        }

        @Override
        public FeedSubscription resume(String name, long from, FeedFilter filter, FeedConsumer told) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void forget(String name) {
            throw new UnsupportedOperationException();
        }

        /** The stream is made anew. */
        void end(String reason) throws Exception {
            over = true;
            told().missed(0, reason);
        }

        FeedConsumer told() {
            return Objects.requireNonNull(consumer);
        }

        void tell(long position, String... tables) throws Exception {
            List<Change> changes = new ArrayList<>();
            for (String table : tables) {
                changes.add(new Change(
                        Operation.INSERT,
                        "main",
                        table,
                        List.of("id"),
                        List.of("id"),
                        null,
                        1L,
                        List.of(),
                        List.of(1L),
                        null,
                        List.of()));
            }
            ChangeSet set = new ChangeSet("n2", 1, "app.db", 1, "", 0, 0, position, changes);
            told().take(new FeedEntry(set, Instant.EPOCH));
        }
    }

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"), RunningServer.settings(null, false, 250), feed);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connect() throws SQLException {
        ears = server.connect();
        mouth = server.connect();
    }

    @AfterEach
    void close() throws SQLException {
        ears.close();
        mouth.close();
    }

    private static void run(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Waits until so many have come, on a connection that sends nothing. */
    private static List<String> heard(Connection connection, int count) throws SQLException {
        List<String> heard = new ArrayList<>();
        PGConnection driver = connection.unwrap(PGConnection.class);
        while (heard.size() < count) {
            PGNotification[] some = driver.getNotifications(WAIT_MILLIS);
            assertThat(some).as("behind %s", heard).isNotEmpty();
            for (PGNotification one : some) {
                heard.add(one.getName() + "=" + one.getParameter());
            }
        }
        return heard;
    }

    @Test
    void whoListensIsToldWhileIdle() throws Exception {
        run(ears, "LISTEN News", "LISTEN \"Exact\"");
        run(mouth, "NOTIFY news, 'it''s me'", "NOTIFY \"Exact\"", "NOTIFY exact, 'nobody'");
        try (PreparedStatement call = mouth.prepareStatement("SELECT pg_notify(?, ?)")) {
            call.setString(1, "news");
            call.setString(2, "by call");
            assertThat(call.execute()).isTrue();
        }
        assertThat(heard(ears, 3)).containsExactly("news=it's me", "Exact=", "news=by call");
        run(ears, "UNLISTEN news");
        run(mouth, "NOTIFY news, 'gone'", "NOTIFY \"Exact\", 'last'");
        assertThat(heard(ears, 1)).containsExactly("Exact=last");
    }

    @Test
    void whatIsSaidCanBeComputed() throws Exception {
        run(ears, "LISTEN sums");
        run(mouth, "SELECT pg_notify('su' || 'ms', (1 + 2)::text || ', ' || coalesce(NULL, current_user))");
        try (PreparedStatement call =
                mouth.prepareStatement("SELECT pg_notify('sums', 'id ' || ?::text || (SELECT 'x'))")) {
            call.setInt(1, 7);
            assertThat(call.execute()).isTrue();
        }
        assertThat(heard(ears, 2)).containsExactly("sums=3, ha", "sums=id 7x");
    }

    @Test
    void aTransactionSaysItAtItsCommitOnceAndNothingAtItsRollback() throws Exception {
        run(ears, "LISTEN t");
        mouth.setAutoCommit(false);
        run(mouth, "NOTIFY t, 'rolled back'");
        mouth.rollback();
        run(mouth, "NOTIFY t, 'kept'", "NOTIFY t, 'kept'");
        Savepoint savepoint = mouth.setSavepoint();
        run(mouth, "NOTIFY t, 'taken back'");
        mouth.rollback(savepoint);
        run(mouth, "NOTIFY t, 'second'");
        assertThat(ears.unwrap(PGConnection.class).getNotifications()).isNullOrEmpty();
        mouth.commit();
        assertThat(heard(ears, 2)).containsExactly("t=kept", "t=second");
    }

    @Test
    void whoIsInATransactionIsToldBehindIt() throws Exception {
        run(ears, "LISTEN busy");
        ears.setAutoCommit(false);
        run(ears, "SELECT 1");
        run(mouth, "NOTIFY busy, 'x'");
        run(ears, "SELECT 2");
        assertThat(ears.unwrap(PGConnection.class).getNotifications()).isNullOrEmpty();
        ears.commit();
        assertThat(heard(ears, 1)).containsExactly("busy=x");
    }

    @Test
    void theChangeFeedIsToldByTable() throws Exception {
        run(ears, "LISTEN ha_changes_album");
        run(mouth, "LISTEN ha_changes");
        feed.tell(7, "Track", "Album", "Track");
        feed.tell(8, "we\"ird");
        assertThat(heard(ears, 1)).containsExactly("ha_changes_album={\"table\":\"Album\",\"position\":7}");
        assertThat(heard(mouth, 3))
                .containsExactly(
                        "ha_changes={\"table\":\"Track\",\"position\":7}",
                        "ha_changes={\"table\":\"Album\",\"position\":7}",
                        "ha_changes={\"table\":\"we\\\"ird\",\"position\":8}");
        feed.told().missed(9, "another database");
        assertThat(heard(ears, 1)).containsExactly("ha_changes_album={\"missed\":\"another database\",\"position\":9}");
        ears.close();
        mouth.close();
        await().atMost(Duration.ofSeconds(10)).until(() -> feed.consumer == null);
    }

    @Test
    void whatCannotBeSaidIsRefused() {
        for (String[] bad : new String[][] {
            {"NOTIFY ha_changes, 'x'", "42501"},
            {"NOTIFY c, '" + "x".repeat(8000) + "'", "22023"},
            {"NOTIFY", "42601"},
            {"LISTEN 1", "42601"},
            {"LISTEN a b", "42601"},
            {"NOTIFY c, 5", "42601"}
        }) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> run(mouth, bad[0]))
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo(bad[1]));
        }
    }

    @Test
    void whoDoesNotTakeWhatItIsToldHasToGo() throws Exception {
        run(ears, "LISTEN flood");
        ears.setAutoCommit(false);
        run(ears, "SELECT 1");
        String payload = "x".repeat(7000);
        int count = (int) (Listener.MOST / payload.length()) + 1;
        for (int i = 0; i < count; i++) {
            run(mouth, "NOTIFY flood, '" + i + payload + "'");
        }
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> run(ears, "SELECT 2", "SELECT 3"))
                .satisfies(e -> assertThat(e.getSQLState()).isIn("54000", "08006", "08003"));
        run(mouth, "NOTIFY flood, 'others go on'");
    }

    @Test
    void aNodeThatFollowsNothingSaysSo() throws Exception {
        try (RunningServer alone = RunningServer.start(folder.resolve("alone.db"));
                Connection connection = alone.connect()) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> run(connection, "LISTEN ha_changes"))
                    .withMessageContaining("this node follows nothing")
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("55000"));
        }
    }

    @Test
    void whoListensToAFeedThatHasEndedIsDisconnectedAndListensAgain() throws Exception {
        try (Statement listens = ears.createStatement();
                Statement other = mouth.createStatement()) {
            listens.execute("LISTEN ha_changes");
            other.execute("LISTEN something");
            feed.end("the stream was made anew");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> {
                        while (true) {
                            ears.unwrap(PGConnection.class).getNotifications(WAIT_MILLIS);
                        }
                    })
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("57P01"))
                    .withMessageContaining("the stream was made anew");
            other.execute("NOTIFY something");
        }
        try (Connection again = server.connect();
                Statement listens = again.createStatement()) {
            listens.execute("LISTEN ha_changes_item");
            feed.tell(7, "item");
            assertThat(again.unwrap(PGConnection.class).getNotifications(WAIT_MILLIS))
                    .hasSize(1);
        }
    }
}
