package io.github.hasqlite.core.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sqlite.SQLiteConnection;

/** Proves that a template gives texts the same key as reading them does, or none. */
class KeyTemplateTests {

    private static final String[] FIRST = {
        "INSERT INTO t(a, b) VALUES(",
        "insert into \"t\"  ( b,a ) values (",
        "INSERT OR IGNORE INTO main.t(a,b)VALUES(",
        "INSERT INTO t VALUES(NULL, ",
        ";INSERT INTO t VALUES(/* none */ NULL, "
    };
    private static final String[] VALUES = {
        "1",
        "-5",
        "1.5",
        "1e3",
        "'it''s'",
        "''",
        "'--'",
        "x'00ff'",
        "NULL",
        "1 + 2",
        "abs(-7)",
        "'a' || 'b'",
        "(3)",
        "?1"
    };
    private static final String[] LAST = {
        ")",
        ") -- '",
        ");",
        ") ON CONFLICT(id) DO UPDATE SET a = 1",
        ") RETURNING id, 'x'",
        "), (1, 2)",
        "); SELECT 1",
        ",7)",
        ""
    };

    private TableDefinition table;

    @BeforeEach
    void findTable() throws Exception {
        try (SQLiteConnection connection = (SQLiteConnection) DriverManager.getConnection("jdbc:sqlite::memory:");
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("CREATE TABLE t(id INTEGER PRIMARY KEY, a, b)");
            table = Objects.requireNonNull(TableDefinition.find(connection, "t"));
        }
    }

    @Test
    void givesTheSameKeyAsReadingTheText() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int matches = 0;
        for (int i = 0; i < 20_000; i++) {
            String known = text(random);
            InsertText read = InsertText.of(known);
            KeyTemplate template = read == null ? null : read.keyTemplate(table);
            if (read == null || template == null) {
                continue;
            }
            assertThat(keyed(template, known)).as("seed %d: %s", seed, known).isEqualTo(read.withKey(table, "99"));
            String other = random.nextBoolean()
                    ? text(random)
                    : known.replaceAll("[1-9]", "42").replace("'a'", "'b'''");
            String keyed = keyed(template, other);
            if (keyed != null) {
                InsertText otherRead = Objects.requireNonNull(InsertText.of(other));
                assertThat(keyed).as("seed %d: %s", seed, other).isEqualTo(otherRead.withKey(table, "99"));
                assertThat(otherRead.form()).as("seed %d: %s", seed, other).isEqualTo(read.form());
                matches++;
            }
        }
        assertThat(matches).as("seed %d", seed).isGreaterThan(1_000);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            INSERT INTO t(a) VALUES(1)   | INSERT INTO t(a) VALUES(1), (2)
            INSERT INTO t(a) VALUES(1)   | INSERT INTO t(a) VALUES('1')
            INSERT INTO t(a) VALUES(1)   | INSERT INTO t(a) VALUES(1); DROP TABLE t
            INSERT INTO t(a) VALUES('1') | INSERT INTO t(a) VALUES('1'
            INSERT INTO t(a) VALUES('1') | INSERT INTO t(a) VALUES('1)
            INSERT INTO t(a) VALUES('1') | INSERT INTO t(b) VALUES('1')
            INSERT INTO t(a) VALUES(1)   | INSERT INTO t(a) VALUES(1 -- )
            INSERT INTO t(a) VALUES(1)   | INSERT INTO t(a) VALUES(
            """)
    void leavesOtherTextsAlone(String known, String other) {
        assertThat(template(known).apply(other)).isNull();
    }

    @Test
    void leavesTextsWithNulAlone() {
        assertThat(template("INSERT INTO t(a) VALUES('x')").apply("INSERT INTO t(a) VALUES('x\0y')"))
                .isNull();
    }

    private KeyTemplate template(String sql) {
        return Objects.requireNonNull(Objects.requireNonNull(InsertText.of(sql)).keyTemplate(table));
    }

    private static @Nullable String keyed(KeyTemplate template, String sql) {
        KeyTemplate.Keyless keyless = template.apply(sql);
        return keyless == null ? null : keyless.with("99");
    }

    private static String text(Random random) {
        return any(random, FIRST) + any(random, VALUES) + ", " + any(random, VALUES) + any(random, LAST);
    }

    private static String any(Random random, String[] among) {
        return among[random.nextInt(among.length)];
    }
}
