package io.github.hasqlite.core.replay;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Writes how far the stream is applied, through one connection, with statements that are prepared once.
 * Used with the write lock held.
 */
public final class PositionTable implements AutoCloseable {

    private final Connection connection;
    private final PreparedStatement counter;
    private final PreparedStatement value;

    /**
     * Prepares the statements.
     *
     * @throws SQLException if the tables are not there; see {@link AppliedState#create}
     */
    public PositionTable(Connection connection) throws SQLException {
        this.connection = connection;
        counter = connection.prepareStatement(
                "INSERT OR REPLACE INTO main.ha_publishers(publisher, counter, sequence) VALUES(?,?,?)");
        value = connection.prepareStatement("INSERT OR REPLACE INTO main.ha_state(name, value) VALUES(?,?)");
    }

    Connection connection() {
        return connection;
    }

    void setPublisher(String publisher, long accepted, long sequence) throws SQLException {
        counter.setString(1, publisher);
        counter.setLong(2, accepted);
        counter.setLong(3, sequence);
        counter.executeUpdate();
    }

    void setValue(String name, long number) throws SQLException {
        value.setString(1, name);
        value.setLong(2, number);
        value.executeUpdate();
    }

    @Override
    public void close() throws SQLException {
        counter.close();
        value.close();
    }
}
