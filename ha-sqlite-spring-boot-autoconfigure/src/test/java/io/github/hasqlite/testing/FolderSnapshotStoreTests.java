package io.github.hasqlite.testing;

import io.github.hasqlite.SnapshotStore;
import io.github.hasqlite.SnapshotStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The store that tests use keeps the contract, too. */
class FolderSnapshotStoreTests extends SnapshotStoreContract {

    private SnapshotStore store;

    @BeforeEach
    void create(@TempDir Path folder) throws IOException {
        store = new FolderSnapshotStore(folder);
    }

    @Override
    protected SnapshotStore open() {
        return store;
    }
}
