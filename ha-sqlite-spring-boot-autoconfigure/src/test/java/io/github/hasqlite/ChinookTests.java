package io.github.hasqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.hasqlite.testing.Content;
import io.github.hasqlite.testing.NatsServer;
import io.github.hasqlite.testing.TestNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.support.EncodedResource;
import org.springframework.jdbc.datasource.init.ScriptUtils;

/**
 * The Chinook sample database, created through one node, is the same on all nodes and the same as
 * plain sqlite-jdbc makes it. Skipped where {@code ../shared/data/Chinook_Sqlite.sql} is absent.
 */
@Tag("system")
class ChinookTests {

    @TempDir
    private Path folder;

    private final Path script = root().resolveSibling("shared/data/Chinook_Sqlite.sql");

    /** Maven's: the topmost folder with a pom.xml. */
    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder.getParent() != null && Files.exists(folder.resolveSibling("pom.xml"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    @BeforeEach
    void requireScript() {
        assumeTrue(Files.isReadable(script), () -> "skipped: there is no " + script);
    }

    @Test
    void asOneScriptIsTheSameOnThreeNodes() throws Exception {
        String sql = Files.readString(script, StandardCharsets.UTF_8);
        replicate(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate(sql);
            }
        });
    }

    @Test
    void throughSpringIsTheSameOnThreeNodes() throws Exception {
        EncodedResource resource = new EncodedResource(new FileSystemResource(script), StandardCharsets.UTF_8);
        replicate(connection -> ScriptUtils.executeSqlScript(connection, resource));
    }

    private interface Load {
        void into(Connection connection) throws Exception;
    }

    private void replicate(Load load) throws Exception {
        Map<String, List<String>> expected;
        try (Connection plain = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("plain.db"))) {
            load.into(plain);
            expected = Content.of(plain);
        }
        assertThat(expected).hasSize(1 + 11);
        assertThat(rows(expected)).isEqualTo(15_607);
        try (NatsServer server = NatsServer.start();
                TestNode one = TestNode.open(server, folder.resolve("one.db"), "n1");
                TestNode two = TestNode.open(server, folder.resolve("two.db"), "n2")) {
            try (Connection connection = one.dataSource().getConnection()) {
                load.into(connection);
            }
            one.awaitAppliedOn(two);
            assertThat(Content.of(one.dataSource())).isEqualTo(expected);
            assertThat(Content.of(two.dataSource())).isEqualTo(expected);
            assertThat(one.status().rejectedMessages() + two.status().rejectedMessages())
                    .isZero();
            try (TestNode later = TestNode.open(server, folder.resolve("three.db"), "n3")) {
                assertThat(Content.of(later.dataSource())).isEqualTo(expected);
            }
        }
    }

    private static int rows(Map<String, List<String>> content) {
        return content.entrySet().stream()
                .filter(entry -> !entry.getKey().isEmpty())
                .mapToInt(entry -> entry.getValue().size())
                .sum();
    }
}
