package io.github.hasqlite.core.apply;

import io.github.hasqlite.core.replay.Author;
import io.github.hasqlite.core.replay.Replica;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What the capture of one database takes, applied to another one. */
abstract class AppliedChangeSets {

    @TempDir
    Path folder;

    Author author;
    Replica replica;

    @BeforeEach
    void open() throws SQLException {
        author = new Author(folder.resolve("author.db"));
        replica = new Replica(folder.resolve("replica.db"));
    }

    @AfterEach
    void close() throws SQLException {
        author.close();
        replica.close();
    }
}
