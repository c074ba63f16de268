package io.github.hasqlite.testing;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A node in a process of its own, with group commit, whose many threads insert numbers until it is killed. Prints {@code
 * ready}, and {@code ack n} when the commit of number n has returned.
 */
public final class GroupWriterMain {

    private static final int THREADS = 16;

    private GroupWriterMain() {}

    /**
     * Runs until killed.
     *
     * @param args URL, database file, name, the first number
     */
    public static void main(String[] args) throws Exception {
        TestNode node = TestNode.open(
                args[0],
                Path.of(args[1]),
                args[2],
                settings -> settings.with(to -> to.commitMode(io.github.hasqlite.CommitMode.STRICT)
                        .groupCommit(true)
                        .publisherTimeout(Duration.ofSeconds(5))),
                List.of());
        System.out.println("ready");
        AtomicLong next = new AtomicLong(Long.parseLong(args[3]));
        for (int i = 0; i < THREADS; i++) {
            new Thread(() -> write(node, next)).start();
        }
    }

    private static void write(TestNode node, AtomicLong next) {
        while (true) {
            long number = next.getAndIncrement();
            try (Connection connection = node.dataSource().getConnection();
                    PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES(?)")) {
                insert.setLong(1, number);
                insert.executeUpdate();
                System.out.println("ack " + number);
            } catch (SQLException e) {
                System.err.println(number + ": " + e);
            }
        }
    }
}
