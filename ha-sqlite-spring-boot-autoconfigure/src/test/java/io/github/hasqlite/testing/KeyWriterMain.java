package io.github.hasqlite.testing;

import io.github.hasqlite.CommitMode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** A node in a process of its own that adds owners without a key until it is killed. */
public final class KeyWriterMain {

    private KeyWriterMain() {}

    /**
     * Prints each name when its commit has returned.
     *
     * @param args URL, database file, name of the node, prefix of the names of owners, how many
     *     numbers a block has at least, commit mode
     */
    public static void main(String[] args) throws SQLException {
        TestNode node = TestNode.openWithKeys(
                args[0], Path.of(args[1]), args[2], CommitMode.valueOf(args[5]), Integer.parseInt(args[4]));
        for (int i = 0; ; i++) {
            try (Connection connection = node.dataSource().getConnection();
                    PreparedStatement insert = connection.prepareStatement("INSERT INTO owners(name) VALUES(?)")) {
                insert.setString(1, args[3] + i);
                insert.executeUpdate();
            }
            System.out.println(args[3] + i);
        }
    }
}
