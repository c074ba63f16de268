package io.github.hasqlite.postgres;

import static io.github.hasqlite.postgres.RunningServer.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.core.node.ReplicationNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Objects;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Constraints by their names: in the catalog, and in errors. */
@Tag("system")
@Timeout(60)
class ConstraintTests {

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static Connection connection;
    private static Statement statement;

    @BeforeAll
    static void start() throws Exception {
        PoolSettings plain = PoolSettings.of(folder.resolve("app.db").toString());
        PoolSettings pool = new PoolSettings(
                plain.path(),
                plain.name(),
                plain.writers(),
                plain.readers(),
                plain.connectionTimeout(),
                plain.lockTimeout(),
                true,
                plain.synchronous(),
                plain.cacheKib(),
                plain.trustedSchema(),
                plain.extensions(),
                plain.begin());
        server = RunningServer.of(
                ReplicationNode.alone(NodeSettings.of("n1", pool)).start(),
                RunningServer.settings(null, false, 20),
                null);
        connection = server.connect();
        statement = connection.createStatement();
        statement.execute("CREATE TABLE parent (id int PRIMARY KEY, x int CONSTRAINT my_uq UNIQUE, n int NOT NULL"
                + " DEFAULT 0, k int CHECK (k > 0), CONSTRAINT small CHECK (n < 100), CHECK (k < 50), CHECK (k < n),"
                + " UNIQUE (n, k), UNIQUE (k, n))");
        statement.execute("CREATE TABLE child (id int CONSTRAINT pk_child PRIMARY KEY, p int CONSTRAINT my_fk"
                + " REFERENCES parent(id) ON DELETE RESTRICT, q int, FOREIGN KEY (q) REFERENCES parent(x)"
                + " ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED)");
        statement.execute("CREATE TABLE single (id int PRIMARY KEY, p int CONSTRAINT single_fk REFERENCES child(id))");
        statement.execute("CREATE UNIQUE INDEX parent_index ON parent (x, n)");
        statement.execute("INSERT INTO parent VALUES (1, 1, 1, NULL)");
        statement.execute("INSERT INTO child VALUES (1, 1, 1)");
    }

    @AfterAll
    static void stop() throws Exception {
        connection.close();
        server.close();
    }

    @Test
    void namesAreInTheCatalog() throws SQLException {
        assertThat(rows(
                        statement,
                        "SELECT conname, contype FROM pg_constraint WHERE conrelid = 'parent'::regclass ORDER BY 1"))
                .isEqualTo("my_uq|u;parent_check|c;parent_k_check|c;parent_k_check1|c;parent_k_n_key|u;"
                        + "parent_n_k_key|u;parent_pkey|p;small|c;");
        assertThat(
                        rows(
                                statement,
                                "SELECT conname, condeferrable, condeferred, conindid::regclass::text, pg_get_constraintdef(oid)"
                                        + " FROM pg_constraint WHERE conrelid = 'child'::regclass AND contype = 'f' ORDER BY 1"))
                .isEqualTo("child_q_fkey|t|t|my_uq|FOREIGN KEY (q) REFERENCES parent(x) ON UPDATE CASCADE DEFERRABLE"
                        + " INITIALLY DEFERRED;my_fk|f|f|parent_pkey|FOREIGN KEY (p) REFERENCES parent(id) ON DELETE"
                        + " RESTRICT;");
        assertThat(rows(
                        statement,
                        "SELECT constraint_name, constraint_type, is_deferrable, initially_deferred"
                                + " FROM information_schema.table_constraints WHERE table_name = 'child' ORDER BY 1"))
                .isEqualTo("child_q_fkey|FOREIGN KEY|YES|YES;my_fk|FOREIGN KEY|NO|NO;pk_child|PRIMARY KEY|NO|NO;");
        assertThat(rows(
                        statement,
                        "SELECT constraint_name, unique_constraint_name, update_rule, delete_rule"
                                + " FROM information_schema.referential_constraints WHERE constraint_name LIKE '%f%k%'"
                                + " AND constraint_name <> 'single_fk' ORDER BY 1"))
                .isEqualTo("child_q_fkey|my_uq|CASCADE|NO ACTION;my_fk|parent_pkey|NO ACTION|RESTRICT;");
    }

    @Test
    void aDriverReadsThem() throws SQLException {
        StringBuilder found = new StringBuilder();
        DatabaseMetaData data = connection.getMetaData();
        try (ResultSet keys = data.getImportedKeys(null, "public", "child")) {
            while (keys.next()) {
                found.append(keys.getString("FK_NAME")).append(' ').append(keys.getString("PK_NAME"));
                found.append(' ').append(keys.getShort("DEFERRABILITY")).append(';');
            }
        }
        try (ResultSet indexes = data.getIndexInfo(null, "public", "child", true, true)) {
            while (indexes.next()) {
                found.append(indexes.getString("INDEX_NAME")).append(';');
            }
        }
        assertThat(found)
                .hasToString("child_q_fkey my_uq " + DatabaseMetaData.importedKeyInitiallyDeferred
                        + ";my_fk parent_pkey " + DatabaseMetaData.importedKeyNotDeferrable + ";pk_child;");
    }

    @Test
    void errorsSayWhatWasViolated() throws SQLException {
        assertViolates("INSERT INTO parent VALUES (1, 2)")
                .isEqualTo("23505 parent null parent_pkey duplicate key value violates unique constraint"
                        + " \"parent_pkey\" Key (id) already exists.");
        assertViolates("INSERT INTO parent VALUES (2, 1)").startsWith("23505 parent null my_uq ");
        assertViolates("WITH q AS (SELECT 1) INSERT INTO parent SELECT 3, 3, NULL, NULL")
                .isEqualTo("23502 parent n null null value in column \"n\" of relation \"parent\" violates not-null"
                        + " constraint null");
        assertViolates("UPDATE parent SET n = 200")
                .isEqualTo("23514 parent null small new row for relation \"parent\" violates check constraint"
                        + " \"small\" null");
        assertViolates("SELECT 1; UPDATE parent SET k = 0").startsWith("23514 parent null parent_k_check ");
        assertViolates("UPDATE parent SET k = 50").startsWith("23514 parent null parent_k_check1 ");
        assertViolates("INSERT INTO single VALUES (1, 7)")
                .isEqualTo("23503 single null single_fk insert or update on table \"single\" violates foreign key"
                        + " constraint \"single_fk\" null");
        // either of two
        assertViolates("INSERT INTO child VALUES (2, 7, 7)").startsWith("23503 null null null ");
    }

    @Test
    void inATransactionThatCanGoBackTheyAreKnownToo() throws SQLException {
        connection.setAutoCommit(false);
        try {
            Savepoint savepoint = connection.setSavepoint();
            statement.execute("CREATE TABLE fresh (id int CONSTRAINT fresh_key PRIMARY KEY)");
            assertViolates("INSERT INTO fresh VALUES (1), (1)").startsWith("23505 fresh null fresh_key ");
            connection.rollback(savepoint);
            assertThat(rows(statement, "SELECT count(*) FROM parent")).isEqualTo("1;");
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private static AbstractStringAssert<?> assertViolates(String sql) throws SQLException {
        try {
            statement.execute(sql);
            throw new AssertionError("not refused: " + sql);
        } catch (PSQLException e) {
            ServerErrorMessage error = Objects.requireNonNull(e.getServerErrorMessage());
            return assertThat(String.join(
                    " ",
                    error.getSQLState(),
                    String.valueOf(error.getTable()),
                    String.valueOf(error.getColumn()),
                    String.valueOf(error.getConstraint()),
                    error.getMessage(),
                    String.valueOf(error.getDetail())));
        }
    }
}
