package io.github.hasqlite.core.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.core.apply.Outcome.Applied;
import io.github.hasqlite.core.replay.Databases;
import io.github.hasqlite.core.replay.Replica;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChangeSetApplicationTests extends AppliedChangeSets {

    /** Writes on the author, applies on the replica and expects both to be the same. */
    private void replicate(String... statements) throws SQLException {
        replicate(author.write(statements));
    }

    private void replicate(String sql, Object... args) throws SQLException {
        replicate(author.write(sql, args));
    }

    private void replicate(ChangeSet changeSet) throws SQLException {
        Outcome outcome = replica.apply(changeSet);
        assertThat(outcome).isInstanceOf(Applied.class);
        assertThat(((Applied) outcome).skipped()).isEmpty();
        assertSame();
    }

    private void assertSame() throws SQLException {
        assertThat(Databases.content(replica.connection)).isEqualTo(Databases.content(author.connection));
        assertThat(Databases.schema(replica.connection)).isEqualTo(Databases.schema(author.connection));
        assertThat(replica.rows("PRAGMA integrity_check")).containsExactly("t:ok");
    }

    @Test
    void appliesEveryTableKind() throws SQLException {
        String wide = IntStream.range(0, 200).mapToObj(i -> "c" + i).collect(Collectors.joining(","));
        replicate(
                "CREATE TABLE pk(id INTEGER PRIMARY KEY, a, b)",
                "CREATE TABLE txt(k TEXT PRIMARY KEY, a)",
                "CREATE TABLE comp(a, b TEXT COLLATE NOCASE, c, PRIMARY KEY(b, a))",
                "CREATE TABLE nokey(a, b)",
                "CREATE TABLE wr(a TEXT, b INT, c, PRIMARY KEY(a, b)) WITHOUT ROWID",
                "CREATE TABLE st(id INTEGER PRIMARY KEY, a INT, b ANY, c BLOB) STRICT",
                "CREATE TABLE gen(id INTEGER PRIMARY KEY, a, v AS (a + 1), s AS (a * 2) STORED UNIQUE)",
                "CREATE TABLE auto(id INTEGER PRIMARY KEY AUTOINCREMENT, a)",
                "CREATE TABLE wide(" + wide + ")",
                "CREATE TABLE \"select\"(\"order\" PRIMARY KEY, \"a\"\"b\", [c d], `e'f`)",
                "CREATE TABLE hidden(rowid, oid, _rowid_)",
                "CREATE TABLE half(rowid TEXT PRIMARY KEY, oid)",
                "CREATE TABLE des(id INTEGER PRIMARY KEY DESC, a)");
        replicate(
                "INSERT INTO pk VALUES(1,'a',1),(2,'b',2.0),(5,NULL,x'')",
                "INSERT INTO txt VALUES('x',1),('y',2),(NULL,3),(NULL,3)",
                "INSERT INTO comp VALUES(1,'A',1),(2,'A',2),(1,'b',NULL)",
                "INSERT INTO nokey VALUES(1,1),(1,1),(1,1.0),('1',1),(NULL,NULL)",
                "INSERT INTO wr VALUES('a',1,1),('a',2,2)",
                "INSERT INTO st VALUES(1,1,'x',x'00')",
                "INSERT INTO gen VALUES(1,1),(2,2)",
                "INSERT INTO auto(a) VALUES(1),(2),(3)",
                "INSERT INTO wide(c0,c199) VALUES(1,'z'),(1,'z')",
                "INSERT INTO \"select\" VALUES('k',1,2,3)",
                "INSERT INTO hidden VALUES(1,2,3),(1,2,3),(4,5,6)",
                "INSERT INTO half VALUES('r',1)",
                "INSERT INTO des VALUES(3,4)");
        replicate(
                "UPDATE pk SET a = 'c' WHERE id = 2",
                "UPDATE pk SET id = 9 WHERE id = 5",
                "UPDATE txt SET a = 4 WHERE k = 'x'",
                "UPDATE txt SET k = 'z' WHERE k = 'y'",
                "UPDATE txt SET a = 5 WHERE rowid = 4",
                "UPDATE comp SET c = 7, b = 'a' WHERE a = 2",
                "UPDATE nokey SET b = 8 WHERE rowid = 2",
                "UPDATE wr SET b = 3 WHERE b = 2",
                "UPDATE st SET b = 1.5, c = NULL",
                "UPDATE gen SET a = 7 WHERE id = 1",
                "UPDATE auto SET a = 9 WHERE id = 3",
                "UPDATE wide SET c7 = 'seven' WHERE rowid = 2",
                "UPDATE \"select\" SET \"a\"\"b\" = 'n', \"order\" = 'o'",
                "UPDATE hidden SET oid = 9 WHERE rowid = 4",
                "UPDATE half SET rowid = 's'",
                "UPDATE des SET id = 4");
        replicate(
                "DELETE FROM pk WHERE id = 1",
                "DELETE FROM txt WHERE rowid = 3",
                "DELETE FROM comp WHERE a = 1",
                "DELETE FROM nokey WHERE rowid IN (1, 3)",
                "DELETE FROM wr WHERE b = 3",
                "DELETE FROM gen WHERE id = 2",
                "DELETE FROM auto WHERE id = 3",
                "DELETE FROM wide WHERE rowid = 1",
                "DELETE FROM \"select\"",
                "DELETE FROM hidden WHERE rowid = 4",
                "DELETE FROM half",
                "DELETE FROM st",
                "DELETE FROM des");
    }

    @Test
    void keepsEveryStorageClass() throws SQLException {
        replicate("CREATE TABLE v(id INTEGER PRIMARY KEY, a, b REAL, c TEXT)", "CREATE TABLE n(a)");
        byte[] large = new byte[10 << 20];
        Arrays.fill(large, (byte) 7);
        Object[] values = {
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            1L << 53,
            -0.0,
            0.0,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            Double.MIN_VALUE,
            1.0,
            new byte[0],
            large,
            "",
            "a\0b",
            "\0",
            "\uD83D\uDE00\u0301\uFFFD",
            "1",
            "x".repeat(70_000)
        };
        for (Object value : values) {
            replica.apply(author.write("INSERT INTO v(a, b, c) VALUES(?1, ?1, ?1)", value));
            replica.apply(author.write("INSERT INTO n VALUES(?1)", value));
        }
        assertSame();
        replicate("UPDATE v SET a = b");
        for (int i = values.length; i > 1; i--) {
            replica.apply(author.write("DELETE FROM n WHERE rowid = ?", i));
            assertThat(replica.rows("SELECT count(*) FROM n")).containsExactly("i:" + (i - 1));
        }
        assertSame();
    }

    @Test
    void tellsDuplicatesApartInTablesWithoutKey() throws SQLException {
        replicate("CREATE TABLE t(a COLLATE NOCASE, b)");
        replicate("INSERT INTO t VALUES('x',0.0),('X',0.0),('x',-0.0),('x',0),('x','0'),('x',0.0)");
        // rowids differ here, so that the hint is wrong
        replica.run("UPDATE t SET rowid = rowid + 100");
        for (int rowid : new int[] {2, 3, 4, 5}) {
            ChangeSet delete = author.write("DELETE FROM t WHERE rowid = " + rowid);
            replica.apply(delete);
            assertThat(Databases.counts(replica.rows("SELECT * FROM t")))
                    .isEqualTo(Databases.counts(Databases.rows(author.connection, "SELECT * FROM t")));
        }
        replica.apply(author.write("UPDATE t SET b = 5 WHERE rowid = 6"));
        assertThat(replica.rows("SELECT b FROM t ORDER BY b")).containsExactly("r:0.0:0", "i:5");
    }

    @Test
    void replacesRowsThatHoldUniqueKeys() throws SQLException {
        replicate(
                "CREATE TABLE t(id INTEGER PRIMARY KEY, a UNIQUE, b UNIQUE, c)",
                "CREATE TABLE w(k PRIMARY KEY, a UNIQUE, b UNIQUE) WITHOUT ROWID");
        replicate(
                "INSERT INTO t VALUES(1,1,1,1),(2,2,2,2),(3,3,3,3),(4,4,4,4)",
                "INSERT INTO w VALUES(1,1,1),(2,2,2),(3,3,3),(4,4,4)");
        replicate("INSERT OR REPLACE INTO t VALUES(1,2,3,9)");
        replicate("UPDATE OR REPLACE w SET a = 1, b = 2, k = 3 WHERE k = 4");
        replicate("UPDATE OR REPLACE t SET id = 1, a = 2, b = 9 WHERE id = 4");
    }

    @Test
    void insertsWhatIsUpdatedButMissingAndIgnoresWhatIsDeletedButMissing() throws SQLException {
        replica.run("CREATE TABLE t(id INTEGER PRIMARY KEY, a, b DEFAULT 7)");
        replica.apply(update("t", List.of("id", "a"), List.of(1L, 1L), List.of(1L, 2L)));
        replica.apply(Change.delete("t", List.of("id", "a"), List.of("id"), 5L, List.of(5L, 5L)));
        assertThat(replica.rows("SELECT * FROM t")).containsExactly("i:1|i:2|i:7");
        replica.run("UPDATE t SET b = 8");
        replica.apply(update("t", List.of("id", "a"), List.of(1L, 2L), List.of(1L, 3L)));
        assertThat(replica.rows("SELECT * FROM t")).containsExactly("i:1|i:3|i:8");
    }

    private static Change update(String table, List<String> columns, List<Object> old, List<Object> now) {
        return Change.update(table, columns, List.of(columns.get(0)), null, null, old, now);
    }

    @Test
    void takesTheAuthorsRowidIfItIsFree() throws SQLException {
        replica.run(
                "CREATE TABLE t(k PRIMARY KEY, a)",
                "INSERT INTO t(rowid, k, a) VALUES(7, 'x', 1), (9223372036854775807, 'y', 1)");
        List<String> columns = List.of("k", "a");
        replica.apply(Change.insert("t", columns, List.of("k"), 5L, List.of("a", 1L)));
        replica.apply(Change.insert("t", columns, List.of("k"), 7L, List.of("b", 1L)));
        replica.apply(Change.insert("t", columns, List.of("k"), 7L, List.of("x", 2L)));
        replica.apply(Change.insert("t", columns, List.of("k"), null, List.of("c", 1L)));
        assertThat(replica.rows("SELECT rowid, k, a FROM t ORDER BY rowid"))
                .containsExactly(
                        "i:3|t:c|i:1", "i:4|t:b|i:1", "i:5|t:a|i:1", "i:7|t:x|i:2", "i:9223372036854775807|t:y|i:1");
    }

    @Test
    void followsChangesOfImplicitRowids() throws SQLException {
        replicate("CREATE TABLE t(k PRIMARY KEY, a)", "CREATE TABLE n(a)");
        replicate("INSERT INTO t VALUES(1,1),(2,2)", "INSERT INTO n VALUES(1),(1)");
        replicate("UPDATE t SET rowid = 40, a = 3 WHERE k = 1", "UPDATE n SET rowid = 50 WHERE rowid = 1");
    }

    @Test
    void identifiesByRowidOrWholeRowIfAsked() throws SQLException {
        for (RowIdentify identify : RowIdentify.values()) {
            try (Replica other = new Replica(folder.resolve(identify + ".db"), identify)) {
                other.run(
                        "CREATE TABLE t(k PRIMARY KEY, a)",
                        "CREATE TABLE w(k PRIMARY KEY, a) WITHOUT ROWID",
                        "INSERT INTO t(rowid, k, a) VALUES(1,'x','mine'),(2,'y','other')",
                        "INSERT INTO w VALUES('x','mine')");
                List<String> columns = List.of("k", "a");
                List<String> key = List.of("k");
                other.apply(
                        Change.delete("t", columns, key, 2L, List.of("x", "author's")),
                        Change.delete("w", columns, key, null, List.of("x", "author's")));
                assertThat(other.rows("SELECT k FROM t ORDER BY k"))
                        .containsExactlyElementsOf(
                                switch (identify) {
                                    case PK -> List.of("t:y");
                                    case ROWID -> List.of("t:x");
                                    case FULL -> List.of("t:x", "t:y");
                                });
                assertThat(other.rows("SELECT k FROM w")).hasSize(identify == RowIdentify.FULL ? 1 : 0);
                other.apply(Change.delete("w", columns, key, null, List.of("x", "mine")));
                assertThat(other.rows("SELECT k FROM w")).isEmpty();
            }
        }
    }

    @Test
    void endsWithTheAuthorsSequences() throws SQLException {
        replicate("CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a UNIQUE)");
        replicate("INSERT INTO t(a) VALUES(1),(2),(3)");
        replicate("DELETE FROM t WHERE id = 3");
        replicate("INSERT INTO t(a) VALUES(4)", "DELETE FROM t WHERE a = 4");
        replicate("INSERT INTO t VALUES(100, 5)", "UPDATE t SET id = 200 WHERE id = 100");
        replicate("INSERT OR REPLACE INTO t(a) VALUES(1)");
        replicate("DELETE FROM t");
        replicate("INSERT INTO t(a) VALUES(6)");
    }

    @Test
    void matchesNamesAsSqliteDoes() throws SQLException {
        replica.run("CREATE TABLE \"\u00c4\"(a)", "CREATE TABLE \"\u00e4\"(a)", "CREATE TABLE Mixed(Abc)");
        replica.apply(
                Change.insert("\u00e4", List.of("A"), List.of(), 1L, List.of(1L)),
                Change.insert("mIXED", List.of("aBC"), List.of(), 1L, List.of(1L)));
        assertThat(replica.rows("SELECT count(*) FROM \"\u00c4\"")).containsExactly("i:0");
        assertThat(replica.rows("SELECT count(*) FROM mixed")).containsExactly("i:1");
    }

    @Test
    void doesNotRepeatForeignKeyActions() throws SQLException {
        replicate(
                "CREATE TABLE p(id INTEGER PRIMARY KEY, u UNIQUE)",
                "CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p(id) ON DELETE CASCADE ON UPDATE CASCADE)");
        replicate("INSERT INTO p VALUES(1,1),(2,2)", "INSERT INTO c VALUES(1,1),(2,2),(3,2)");
        replicate("UPDATE p SET id = 3 WHERE id = 2");
        replicate("DELETE FROM p WHERE id = 1");
        // replacing a parent deletes it, which would cascade
        replica.apply(Change.insert("p", List.of("id", "u"), List.of("id"), 9L, List.of(9L, 2L)));
        assertThat(replica.rows("SELECT count(*) FROM c")).containsExactly("i:2");
    }

    @Test
    void appliesNullValues() throws SQLException {
        replica.run("CREATE TABLE t(a, b)");
        List<String> columns = List.of("a", "b");
        replica.apply(Change.insert("t", columns, List.of(), 1L, Arrays.asList(null, 1L)));
        replica.apply(
                Change.update("t", columns, List.of(), 1L, 1L, Arrays.asList(null, 1L), Collections.nCopies(2, null)));
        assertThat(replica.rows("SELECT * FROM t")).containsExactly("null|null");
    }
}
