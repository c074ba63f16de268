package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.hasqlite.core.commit.NodeSettings;
import io.github.hasqlite.core.jdbc.PoolSettings;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An extension is there on all connections: of applications, for reading and writing, and of the applier. */
@Tag("system")
class ExtensionTests {

    /** Registers {@code answer()}, which may stand in the schema; the numbers are places in sqlite3ext.h. */
    private static final String SOURCE = """
            typedef int (*create_function)(void *, const char *, int, int, void *, void *, void *, void *);
            typedef void (*result_int)(void *, int);
            static void **api;
            static void answer(void *context, int count, void **values) {
                ((result_int) api[82])(context, 42);
            }
            int sqlite3_answer_init(void *db, char **error, void **routines) {
                const int utf8 = 1, deterministic = 0x800, innocuous = 0x200000;
                api = routines;
                return ((create_function) api[45])(db, "answer", 0, utf8 | deterministic | innocuous, 0, answer, 0, 0);
            }
            """;

    @TempDir
    private static Path folder;

    private static Path library;

    @TempDir
    private Path databases;

    @BeforeAll
    static void compile() throws Exception {
        Path source = Files.writeString(folder.resolve("answer.c"), SOURCE);
        library = folder.resolve("answer.so");
        boolean compiled;
        try {
            compiled = new ProcessBuilder("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
                            .inheritIO()
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            compiled = false;
        }
        assumeThat(compiled).as("there is a C compiler").isTrue();
    }

    @Test
    void everyConnectionHasIt() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode one = open(server, "n1", library);
                TestNode two = open(server, "n2", library)) {
            one.execute("CREATE TABLE t(a, b AS (a + answer()), c DEFAULT (answer()))");
            one.execute("CREATE INDEX sum ON t(a + answer())");
            one.execute("INSERT INTO t(a) VALUES(1)");
            Awaitility.await()
                    .ignoreExceptions()
                    .untilAsserted(
                            () -> assertThat(two.query("SELECT a, b, c FROM t")).containsExactly("1|43|42"));
            try (Connection reader = two.dataSource().getConnection()) {
                reader.setReadOnly(true);
                try (Statement statement = reader.createStatement();
                        ResultSet rows = statement.executeQuery("SELECT answer()")) {
                    assertThat(rows.getInt(1)).isEqualTo(42);
                }
            }
        }
    }

    @Test
    void sqlCannotLoadAnother() throws Exception {
        try (NatsServer server = NatsServer.start();
                TestNode node = open(server, "n1", library)) {
            assertThatThrownBy(() -> node.query("SELECT load_extension('" + library + "')"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("not authorized");
        }
    }

    @Test
    void oneThatIsNotThereIsNamed() {
        try (NatsServer server = NatsServer.start()) {
            assertThatThrownBy(() -> open(server, "n1", folder.resolve("absent.so")))
                    .hasMessageContaining("absent.so' cannot be loaded");
        }
    }

    private TestNode open(NatsServer server, String name, Path extension) {
        PoolSettings pool = PoolSettings.of(databases.resolve(name + ".db").toString())
                .with(to -> to.extensions(List.of(extension.toString())));
        return TestNode.open(
                server.url(),
                Path.of(pool.path()),
                name,
                settings -> NodeSettings.of(settings.name(), pool),
                List.of());
    }
}
