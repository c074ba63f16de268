package io.github.hasqlite.postgres;

import io.github.hasqlite.postgres.sql.StatementText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** The sample database that tests load where it is beside the project. */
final class Chinook {

    private Chinook() {}

    static Path script() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder.getParent() != null && Files.exists(folder.resolveSibling("pom.xml"))) {
            folder = folder.getParent();
        }
        return folder.resolveSibling("shared/data/Chinook_Sqlite.sql");
    }

    static boolean isThere() {
        return Files.isReadable(script());
    }

    /** Loads it in one transaction. */
    static void load(Connection connection) throws SQLException, IOException {
        connection.setAutoCommit(false);
        String sql = Files.readString(script()).replace("\uFEFF", "");
        try (Statement statement = connection.createStatement()) {
            for (String one : StatementText.split(sql)) {
                statement.execute(one);
            }
        }
        connection.commit();
    }
}
