package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.TestNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commit mode {@code strict}, serializable, while one node writes. */
@Timeout(120)
class StrictCommitTests extends StrictNodes {

    @Test
    void whatCommitsIsOnTheOtherNodeAndNothingIsInTheOutbox() throws Exception {
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT UNIQUE)");
        try (Connection connection = one.dataSource().getConnection();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO t(a) VALUES(?)", Statement.RETURN_GENERATED_KEYS)) {
            insert.setString(1, "first");
            assertThat(insert.executeUpdate()).isEqualTo(1);
            try (ResultSet keys = insert.getGeneratedKeys()) {
                assertThat(keys.next()).isTrue();
                assertThat(keys.getLong(1)).isEqualTo(1);
            }
            for (int i = 0; i < 10; i++) {
                insert.setString(1, "batch " + i);
                insert.addBatch();
            }
            assertThat(insert.executeBatch()).hasSize(10).containsOnly(1);
            connection.setAutoCommit(false);
            connection.createStatement().executeUpdate("DELETE FROM t");
            connection.rollback();
            connection.createStatement().executeUpdate("ALTER TABLE t ADD COLUMN b");
            connection.createStatement().executeUpdate("UPDATE t SET b = 1 WHERE id = 1");
            connection.commit();
        }
        assertThat(one.query("SELECT count(*) FROM ha_outbox")).containsExactly("0");
        assertThat(one.status().outboxLength()).isZero();
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT count(*), sum(b) FROM t")).containsExactly("11|1");
        assertThat(Content.of(two.dataSource())).isEqualTo(Content.of(one.dataSource()));
        two.execute("INSERT INTO t(a) VALUES('from two')");
        awaitBoth();
        assertThat(Content.of(two.dataSource())).isEqualTo(Content.of(one.dataSource()));
        assertThat(one.status().rejectedMessages()).isZero();
        assertThat(two.status().rejectedMessages()).isZero();
    }

    @Test
    void failingStatementsAndReturningRowsAreAsInSqlite() throws Exception {
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a UNIQUE)");
        assertThat(one.query("INSERT INTO t(a) VALUES('x'),('y') RETURNING id, a"))
                .containsExactly("1|x", "2|y");
        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> one.execute("INSERT INTO t(a) VALUES('z'),('x')"))
                .withMessageContaining("UNIQUE");
        long sequence = one.status().appliedSequence();
        one.execute("UPDATE t SET a = a WHERE id = 99");
        assertThat(one.status().appliedSequence()).as("nothing was changed").isEqualTo(sequence);
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT * FROM t")).containsExactly("1|x", "2|y");
    }

    @Test
    void foreignKeysAreCheckedBeforeAnythingIsPublished() throws Exception {
        one.execute("CREATE TABLE parent(id INTEGER PRIMARY KEY)");
        one.execute("CREATE TABLE child(id INTEGER PRIMARY KEY, p REFERENCES parent, d REFERENCES parent"
                + " DEFERRABLE INITIALLY DEFERRED)");
        long before = one.status().appliedSequence();
        try (Connection connection = one.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA foreign_keys = ON");
            connection.setAutoCommit(false);
            statement.executeUpdate("INSERT INTO child VALUES(1, NULL, 7)");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(connection::commit)
                    .withMessageContaining("FOREIGN KEY");
            assertThat(one.status().streamSequence()).isEqualTo(before);
            statement.executeUpdate("INSERT INTO parent VALUES(7)");
            connection.commit();
            connection.setAutoCommit(true);
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> statement.executeUpdate("INSERT INTO child VALUES(2, 8, 7)"))
                    .withMessageContaining("FOREIGN KEY");
            statement.execute("PRAGMA foreign_keys = OFF");
        }
        one.awaitAppliedOn(two);
        assertThat(two.query("SELECT * FROM child")).containsExactly("1|null|7");
    }

    @Test
    void nodeGoesOnAfterARestart() throws Exception {
        one.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a)");
        one.execute("INSERT INTO t VALUES(1, 'a')");
        one.close();
        two.execute("INSERT INTO t VALUES(2, 'b')");
        one = TestNode.openStrict(server, folder.resolve("one.db"), "n1");
        one.execute("INSERT INTO t VALUES(3, 'c')");
        awaitBoth();
        assertThat(two.query("SELECT * FROM t ORDER BY id")).containsExactly("1|a", "2|b", "3|c");
        assertThat(Content.of(two.dataSource())).isEqualTo(Content.of(one.dataSource()));
    }
}
