package io.github.hasqlite.core.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.core.apply.Outcome.Applied;
import io.github.hasqlite.core.apply.Outcome.Skipped;
import io.github.hasqlite.core.changeset.JsonChangeSetSerializer;
import io.github.hasqlite.core.replay.Replica;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a node makes of the messages of a Go node. {@code recorded.jsonl} is what one of go-ha 0.11.15 with the
 * driver go-sqlite-ha 0.11.14 has published, a message a line.
 */
class GoRowsTests {

    @TempDir
    private Path folder;

    private final JsonChangeSetSerializer serializer = new JsonChangeSetSerializer();
    private Replica replica;

    @BeforeEach
    void open() throws Exception {
        replica = new Replica(folder.resolve("replica.db"));
    }

    @AfterEach
    void close() throws Exception {
        replica.close();
    }

    private Outcome apply(String message) throws Exception {
        ChangeSet changeSet = serializer.deserialize(message.getBytes(StandardCharsets.UTF_8));
        return replica.apply(changeSet);
    }

    /** Values without the storage class in front. */
    private List<String> rows(String query) throws Exception {
        return replica.rows(query).stream()
                .map(row -> row.replaceAll("(^|\\|)[itr]:", "$1"))
                .toList();
    }

    private static String row(String operation, String columns, String images) {
        return "{\"node\":\"go\",\"changes\":[{\"database\":\"main\",\"table\":\"t\",\"columns\":[" + columns
                + "],\"pk_columns\":[\"id\"],\"operation\":\"" + operation + "\"," + images + "}]}";
    }

    private static List<String> recorded() throws Exception {
        try (InputStream in = GoRowsTests.class.getResourceAsStream("/gonode/recorded.jsonl")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    @Test
    void whatWasRecordedIsApplied() throws Exception {
        List<String> notApplied = new ArrayList<>();
        for (String message : recorded()) {
            Outcome outcome = apply(message);
            if (!(outcome instanceof Applied)) {
                notApplied.add(outcome + " for " + message);
            } else {
                for (Skipped skipped : ((Applied) outcome).skipped()) {
                    // shadow tables of full-text indexes are not written by rows
                    assertThat(skipped.table()).startsWith("f_");
                }
            }
        }
        assertThat(notApplied).isEmpty();
        assertThat(rows("SELECT id, name, price, hex(data), typeof(data), flag, at, any FROM t ORDER BY id"))
                .containsExactly(
                        "3|A\ufffd|1.0E300:7e37e43c8800759c|" + "7465787420696E20626C6F62"
                                + "|text|null|null|-0.0:8000000000000000",
                        "4||1.0E300:7e37e43c8800759c||null|null|null|",
                        "7|c|1.0:3ff0000000000000|010203|blob|1|2026-01-01|9007199254740993");
        assertThat(rows("SELECT * FROM g")).isEmpty();
        assertThat(rows("SELECT a, b FROM n ORDER BY rowid")).containsExactly("1|5", "3|4", "9|tr;");
        assertThat(rows("SELECT * FROM w")).isEmpty();
        assertThat(rows("SELECT * FROM u")).isEmpty();
        assertThat(rows("SELECT a, b FROM m1")).containsExactly("1|null", "2|;");
        assertThat(rows("SELECT name FROM sqlite_schema WHERE tbl_name = 'm1' AND type = 'index'"))
                .containsExactly("m1_a");
        assertThat(rows("SELECT a, hex(c) FROM s")).containsExactly("1|FF", "2|FE");
        assertThat(rows("SELECT * FROM \"or der\"")).containsExactly("1|x");
    }

    @Test
    void generatedColumnsAreLeftOutAndBlobsBehindThemAreBlobs() throws Exception {
        List<String> messages = recorded();
        int create = 0;
        while (!messages.get(create).contains("\\\"twice\\\" INT GENERATED")) {
            create++;
        }
        apply(messages.get(create));
        assertThat(apply(messages.get(create + 1))).isEqualTo(Applied.WHOLLY);
        assertThat(rows("SELECT a, twice, typeof(b), hex(b), v, c FROM g")).containsExactly("1|2|blob|01|C|c");
        assertThat(apply(messages.get(create + 2))).isEqualTo(Applied.WHOLLY);
        assertThat(rows("SELECT a, twice, typeof(b), hex(b), v, c FROM g")).containsExactly("1|2|blob|01|D|d");
        assertThat(apply(messages.get(create + 3))).isEqualTo(Applied.WHOLLY);
        assertThat(rows("SELECT * FROM g")).isEmpty();
    }

    @Test
    void onlyColumnsDeclaredBlobGetBlobs() throws Exception {
        replica.run("CREATE TABLE t(id INTEGER PRIMARY KEY, b blob NOT NULL, t TEXT, n, l BLOB(9))");
        apply(row(
                "INSERT", "\"id\",\"b\",\"t\",\"n\",\"l\"", "\"new_values\":[1,\"AQID\",\"AQID\",\"AQID\",\"AQID\"]"));
        apply(row("INSERT", "\"id\",\"b\",\"t\",\"n\",\"l\"", "\"new_values\":[2,null,null,null,null]"));
        apply(row("INSERT", "\"id\",\"b\",\"t\",\"n\",\"l\"", "\"new_values\":[3,\"no base64\",\"\",\"\",\"\"]"));
        assertThat(rows("SELECT id, quote(b), quote(t), quote(n), quote(l) FROM t"))
                .containsExactly("1|X'010203'|'AQID'|'AQID'|'AQID'", "2|X''|NULL|NULL|NULL", "3|'no base64'|''|''|''");
    }

    @Test
    void bytesThatAreNoTextAreNotMadeUp() throws Exception {
        replica.run("CREATE TABLE t(id INTEGER PRIMARY KEY, g AS (id + 1) STORED, b BLOB, c TEXT)");
        apply(row("INSERT", "\"id\",\"b\",\"c\"", "\"new_values\":[1,2,\"\ufffd\",\"c\"]"));
        assertThat(rows("SELECT typeof(b), c FROM t")).containsExactly("text|c");
        // not the values of all columns
        assertThat(apply(row("INSERT", "\"id\",\"b\",\"c\"", "\"new_values\":[1,2,3,4,5]")))
                .isInstanceOf(Outcome.Refused.class);
        assertThat(apply(row("INSERT", "\"id\",\"b\"", "\"new_values\":[1,2,3]")))
                .isInstanceOf(Outcome.Refused.class);
    }

    @Test
    void storageClassesThatAreSaidCount() throws Exception {
        replica.run("CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB)");
        apply(row("INSERT", "\"id\",\"b\"", "\"new_types\":\"it\",\"new_values\":[1,\"AQID\"]"));
        assertThat(rows("SELECT quote(b) FROM t")).containsExactly("'AQID'");
    }

    @Test
    void whatIsInOtherSchemasIsNobodyElsesBusiness() throws Exception {
        replica.run("CREATE TABLE t(id INTEGER PRIMARY KEY)");
        assertThat(apply(row("INSERT", "\"id\"", "\"new_values\":[1]").replace("\"main\"", "\"vacuum_1\"")))
                .isEqualTo(Applied.WHOLLY);
        assertThat(rows("SELECT * FROM t")).isEmpty();
    }
}
