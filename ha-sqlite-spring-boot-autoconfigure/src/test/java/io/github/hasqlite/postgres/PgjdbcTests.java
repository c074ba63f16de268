package io.github.hasqlite.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.github.hasqlite.testing.Certificates;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/** PostgreSQL's JDBC driver against one server. */
@Tag("system")
@Timeout(60)
class PgjdbcTests {

    private static final String ENDLESS =
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

    @TempDir
    private static Path folder;

    private static RunningServer server;

    private Connection connection;

    @BeforeAll
    static void start() throws Exception {
        server = RunningServer.start(folder.resolve("app.db"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void connect() throws SQLException {
        connection = server.connect("binaryTransfer", "true", "prepareThreshold", "1");
        run("DROP TABLE IF EXISTS line", "DROP TABLE IF EXISTS item");
        run("CREATE TABLE item(id SERIAL PRIMARY KEY, name VARCHAR(20) NOT NULL, price NUMERIC(10,2), at"
                + " TIMESTAMP, seen TIMESTAMPTZ, day DATE, ok BOOLEAN, data BYTEA, code UUID, score DOUBLE"
                + " PRECISION)");
        run("CREATE TABLE line(item INT REFERENCES item(id) ON DELETE CASCADE, no INT2, PRIMARY KEY(item, no))");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    private void run(String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private List<String> column(String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    private static void fails(String state, ThrowingCallable what) {
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(what)
                .satisfies(e -> assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo(state));
    }

    /** The first rounds are text, the later ones binary: the driver learns the types. */
    @Test
    void valuesComeBackAsTheyWereInTextAndInBinary() throws SQLException {
        LocalDateTime at = LocalDateTime.parse("2026-02-03T04:05:06.123456");
        OffsetDateTime seen = OffsetDateTime.parse("2026-02-03T04:05:06.5Z");
        UUID code = UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO item(name, price, at, seen, day, ok, data, code, score) VALUES (?,?,?,?,?,?,?,?,?)",
                Statement.RETURN_GENERATED_KEYS)) {
            for (int round = 1; round <= 3; round++) {
                insert.setString(1, "n" + round);
                insert.setBigDecimal(2, new BigDecimal("12.34"));
                insert.setObject(3, at);
                insert.setObject(4, seen);
                insert.setObject(5, at.toLocalDate());
                insert.setBoolean(6, true);
                insert.setBytes(7, new byte[] {0, 1, -1});
                insert.setObject(8, code);
                insert.setDouble(9, 0.1);
                assertThat(insert.executeUpdate()).isEqualTo(1);
                try (ResultSet keys = insert.getGeneratedKeys()) {
                    assertThat(keys.next()).isTrue();
                    assertThat(keys.getLong("id")).isEqualTo(round);
                }
            }
        }
        try (PreparedStatement select = connection.prepareStatement("SELECT * FROM item WHERE id = ?")) {
            for (int round = 1; round <= 3; round++) {
                select.setLong(1, round);
                try (ResultSet rows = select.executeQuery()) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getObject("id")).isEqualTo((long) round);
                    assertThat(rows.getBigDecimal("price")).isEqualByComparingTo("12.34");
                    assertThat(rows.getObject("at", LocalDateTime.class)).isEqualTo(at);
                    assertThat(rows.getObject("seen", OffsetDateTime.class)).isEqualTo(seen);
                    assertThat(rows.getDate("day")).hasToString("2026-02-03");
                    assertThat(rows.getObject("ok")).isEqualTo(true);
                    assertThat(rows.getBytes("data")).containsExactly(0, 1, -1);
                    assertThat(rows.getObject("code")).isEqualTo(code);
                    assertThat(rows.getObject("score")).isEqualTo(0.1);
                }
            }
        }
    }

    @Test
    void expressionsHaveTheTypeOfTheirValues() throws SQLException {
        run("INSERT INTO item(name, price) VALUES ('a', 1.5), ('b', 2)");
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*), sum(price), max(name), x'00ff' FROM item")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getObject("count")).isEqualTo(2L);
            assertThat(rows.getObject(2)).isEqualTo(new BigDecimal("3.50"));
            assertThat(rows.getObject(3)).isEqualTo("b");
            assertThat(rows.getBytes(4)).containsExactly(0, -1);
        }
    }

    @Test
    void whatDoesNotFitItsTypeIsTextOrAnErrorAndNeverAnotherValue() throws SQLException {
        fails("22007", () -> run("INSERT INTO item(name, at) VALUES ('a', 'some day')"));
        server.runInApplication("INSERT INTO item(name, at) VALUES ('a', 'some day')");
        assertThat(column("SELECT at FROM item")).containsExactly("some day");
        run("DELETE FROM item");
        server.runInApplication(
                "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 100)"
                        + " INSERT INTO item(name, at) SELECT 'n', CASE i WHEN 99 THEN 'another day' ELSE '2026-01-01 00:00:00' END FROM n");
        fails("22P02", () -> column("SELECT at FROM item"));
        fails("22P02", () -> {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO line VALUES (?::int, ?)")) {
                insert.setObject(1, 1);
                insert.setObject(2, "abc", Types.OTHER);
                insert.execute();
            }
        });
        assertThat(column("SELECT count(*) FROM item")).containsExactly("100");
    }

    @Test
    void aFailedTransactionTakesNothingButItsEnd() throws SQLException {
        connection.setAutoCommit(false);
        run("INSERT INTO item(name) VALUES ('a')");
        fails("42P01", () -> run("SELECT * FROM nowhere"));
        fails("25P02", () -> run("SELECT 1"));
        connection.rollback();
        run("INSERT INTO item(name) VALUES ('b')");
        Savepoint savepoint = connection.setSavepoint("s");
        fails("23502", () -> run("INSERT INTO item(name) VALUES (NULL)"));
        fails("25P02", () -> run("SELECT 1"));
        connection.rollback(savepoint);
        run("INSERT INTO item(name) VALUES ('c')");
        connection.commit();
        connection.setAutoCommit(true);
        assertThat(column("SELECT name FROM item ORDER BY id")).containsExactly("b", "c");
    }

    @Test
    void readOnlyAndUniqueAndSyntaxHaveTheirStates() throws SQLException {
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        fails("25006", () -> run("INSERT INTO item(name) VALUES ('a')"));
        connection.rollback();
        connection.setAutoCommit(true);
        connection.setReadOnly(false);
        run("INSERT INTO item(id, name) VALUES (1, 'a')");
        fails("23505", () -> run("INSERT INTO item(id, name) VALUES (1, 'b')"));
        fails("42601", () -> run("SELEKT 1"));
        fails("42501", () -> run("SELECT * FROM ha_outbox"));
        fails("42501", () -> run("ATTACH '/tmp/other.db' AS other"));
    }

    @Test
    void aBatchIsOneTransaction() throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO item(id, name) VALUES (?, ?)")) {
            for (int id : new int[] {1, 2, 2}) {
                insert.setInt(1, id);
                insert.setString(2, "n");
                insert.addBatch();
            }
            fails("23505", insert::executeBatch);
        }
        assertThat(column("SELECT count(*) FROM item")).containsExactly("0");
        try (Statement statement = connection.createStatement()) {
            fails("42P01", () -> statement.execute("INSERT INTO item(name) VALUES ('x'); SELECT * FROM nowhere"));
        }
        assertThat(column("SELECT count(*) FROM item")).containsExactly("0");
    }

    @Test
    void manyRowsComeInPiecesAndAnotherStatementInBetween() throws SQLException {
        connection.setAutoCommit(false);
        try (Statement many = connection.createStatement()) {
            many.setFetchSize(100);
            int count = 0;
            try (ResultSet rows = many.executeQuery("WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n"
                    + " WHERE i < 10000) SELECT i, 'text ' || i FROM n")) {
                while (rows.next()) {
                    assertThat(rows.getInt(1)).isEqualTo(++count);
                    if (count == 150) {
                        run("INSERT INTO item(name) VALUES ('between')");
                    }
                }
            }
            assertThat(count).isEqualTo(10_000);
        }
        connection.commit();
        connection.setAutoCommit(true);
        assertThat(column("SELECT name FROM item")).containsExactly("between");
    }

    @Test
    void whatRunsCanBeCancelledAndHasATimeout() throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            fails("57014", () -> statement.executeQuery(ENDLESS));
        }
        run("SET statement_timeout = '300ms'");
        fails("57014", () -> column(ENDLESS));
        run("RESET statement_timeout");
        assertThat(column("SELECT 1")).containsExactly("1");
    }

    @Test
    void rowsAreCopiedInAndOut() throws Exception {
        CopyManager copies = connection.unwrap(PGConnection.class).getCopyAPI();
        long rows = copies.copyIn(
                "COPY item(name, price, ok) FROM STDIN (FORMAT csv, HEADER)",
                new StringReader("name,price,ok\n\"a, \"\"b\"\"\",1.50,t\n\"line\nbreak\",,f\n"));
        assertThat(rows).isEqualTo(2);
        copies.copyIn("COPY item(name, price) FROM STDIN", new StringReader("tab\\there\t\\N\n"));
        StringWriter out = new StringWriter();
        copies.copyOut("COPY (SELECT name, price, ok FROM item ORDER BY id) TO STDOUT WITH CSV", out);
        assertThat(out).hasToString("\"a, \"\"b\"\"\",1.50,t\n\"line\nbreak\",,f\ntab\there,,\n");
        fails("22P02", () -> copies.copyIn("COPY item(name, price) FROM STDIN", new StringReader("x\ty\n")));
        fails("22P04", () -> copies.copyIn("COPY item(name, price) FROM STDIN", new StringReader("x\n")));
        assertThat(column("SELECT count(*) FROM item")).containsExactly("3");
    }

    @Test
    void arraysOfValuesAreLookedFor() throws SQLException {
        run("INSERT INTO item(name) VALUES ('a'), ('b'), ('c')");
        try (PreparedStatement select =
                connection.prepareStatement("SELECT count(*) FROM item WHERE name = ANY(?) AND id = ANY(?)")) {
            select.setArray(1, connection.createArrayOf("text", new Object[] {"a", "c", "\"q\""}));
            select.setArray(2, connection.createArrayOf("int8", new Object[] {1L, 2L}));
            try (ResultSet rows = select.executeQuery()) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(1);
            }
        }
    }

    @Test
    void metadataTellsTablesColumnsAndKeys() throws SQLException {
        DatabaseMetaData metadata = connection.getMetaData();
        assertThat(names(metadata.getTables(null, "public", "%", new String[] {"TABLE"}), "TABLE_NAME"))
                .containsExactly("item", "line");
        assertThat(names(metadata.getColumns(null, "public", "item", "%"), "TYPE_NAME"))
                .containsExactly(
                        "int8",
                        "varchar",
                        "numeric",
                        "timestamp",
                        "timestamptz",
                        "date",
                        "bool",
                        "bytea",
                        "uuid",
                        "float8");
        assertThat(names(metadata.getPrimaryKeys(null, "public", "line"), "COLUMN_NAME"))
                .containsExactly("item", "no");
        assertThat(names(metadata.getImportedKeys(null, "public", "line"), "PKTABLE_NAME"))
                .containsExactly("item");
        assertThat(names(metadata.getIndexInfo(null, "public", "line", true, true), "COLUMN_NAME"))
                .containsExactly("item", "no");
        run("ALTER TABLE line ADD COLUMN note TEXT");
        assertThat(names(metadata.getColumns(null, "public", "line", "%"), "COLUMN_NAME"))
                .containsExactly("item", "no", "note");
        assertThat(names(metadata.getFunctions(null, null, "%"), "FUNCTION_NAME"))
                .isEmpty();
        assertThat(names(metadata.getBestRowIdentifier(null, "public", "item", 1, true), "COLUMN_NAME"))
                .containsExactly("id");
        assertThat(metadata.getSQLKeywords()).isNotNull();
    }

    private static List<String> names(ResultSet rows, String column) throws SQLException {
        List<String> names = new ArrayList<>();
        try (rows) {
            while (rows.next()) {
                names.add(rows.getString(column));
            }
        }
        return names;
    }

    @Test
    void whoDoesNotKnowThePasswordWaitsAndStaysOutside() {
        fails("28P01", () -> server.connect("password", "wrong"));
        fails("28P01", () -> server.connect("user", "somebody"));
    }

    @Test
    void settingsAreKeptAndWhatCannotBeIsRefused() throws SQLException {
        run("SET application_name = 'me'", "SET TIME ZONE 'Zulu'", "SET search_path TO public, other");
        assertThat(column("SHOW application_name")).containsExactly("me");
        assertThat(column("SHOW search_path")).containsExactly("public, other");
        fails("42704", () -> run("SET nothing = 1"));
        fails("0A000", () -> run("SET client_encoding = 'LATIN1'"));
        run("DISCARD ALL");
        assertThat(column("SHOW search_path")).containsExactly("public");
        assertThat(column("SELECT current_setting('server_version')")).containsExactly("15.0");
    }

    @Test
    void transportIsEncryptedAndUnencryptedClientsAreRefusedWhereThatIsWanted() throws Exception {
        Certificates files = new Certificates(Files.createDirectory(folder.resolve("tls")));
        PemSslStoreDetails key = PemSslStoreDetails.forCertificate(
                        files.certificate().toUri().toString())
                .withPrivateKey(files.key().toUri().toString());
        SSLContext context = SslBundle.of(new PemSslStoreBundle(key, null)).createSslContext();
        try (RunningServer encrypted =
                        RunningServer.start(folder.resolve("tls.db"), RunningServer.settings(() -> context, true, 5));
                Connection safe = encrypted.connect("sslmode", "require");
                Statement statement = safe.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 'safe'")) {
            assertThat(rows.next()).isTrue();
            try (Connection direct = encrypted.connect("sslmode", "require", "sslNegotiation", "direct")) {
                assertThat(direct.isValid(5)).isTrue();
            }
            fails("28000", () -> encrypted.connect("sslmode", "disable"));
        }
    }

    @Test
    void thereAreNoMoreClientsThanAllowedAndPlacesBecomeFree() throws Exception {
        try (RunningServer small =
                RunningServer.start(folder.resolve("small.db"), RunningServer.settings(null, false, 2))) {
            try (Connection one = small.connect();
                    Connection two = small.connect()) {
                assertThat(one.isValid(5)).isTrue();
                assertThat(two.isValid(5)).isTrue();
                fails("53300", small::connect);
            }
            await().untilAsserted(() -> {
                try (Connection again = small.connect()) {
                    assertThat(again.isValid(5)).isTrue();
                }
            });
        }
    }
}
