package io.github.hasqlite.core.sqlite;

import io.github.hasqlite.RawText;
import io.github.hasqlite.TextEncoding;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A statement to which every value can be bound that SQLite stores, a {@link RawText} included, which JDBC
 * has no way for. It is prepared when it is first needed and then kept. Not thread-safe.
 *
 * <p>Where a {@link RawText} is bound another statement runs, in which a blob is cast to text in that place:
 * behind a sign that takes the type of the cast away, so that comparisons and indexes are those of a
 * parameter.
 */
public final class ValueStatement implements AutoCloseable {

    /** Statements kept with raw texts in different places. */
    private static final int VARIANTS = 4;

    private static final int FEW = 8;

    private final Connection connection;
    private final Supplier<String> sql;
    private @Nullable PreparedStatement prepared;
    private final Map<BitSet, PreparedStatement> variants = new LinkedHashMap<>();
    private @Nullable Object[] values = new @Nullable Object[FEW];
    private int count;
    private @Nullable BitSet raw;
    private @Nullable TextEncoding encoding;

    /**
     * Prepares nothing yet.
     *
     * @param sql the statement, with parameters {@code ?} and {@code ?n} alone if raw texts are bound to it
     */
    public ValueStatement(Connection connection, Supplier<String> sql) {
        this.connection = connection;
        this.sql = sql;
    }

    /**
     * Sets a parameter for all times the statement is run until it is set again.
     *
     * @param position counted from 1
     * @param value what a {@link io.github.hasqlite.Change} holds, or another number
     */
    public void set(int position, @Nullable Object value) {
        if (position > values.length) {
            values = Arrays.copyOf(values, Math.max(position, 2 * values.length));
        }
        values[position - 1] = value;
        count = Math.max(count, position);
        if (value instanceof RawText) {
            BitSet positions = raw == null ? new BitSet() : raw;
            positions.set(position);
            raw = positions;
        } else if (raw != null) {
            raw.clear(position);
        }
    }

    /**
     * Runs it.
     *
     * @return how many rows it has changed
     * @throws SQLException from SQLite
     */
    public int update() throws SQLException {
        return bound().executeUpdate();
    }

    /**
     * Runs it and answers its rows, good until it is run again.
     *
     * @throws SQLException from SQLite
     */
    public ResultSet query() throws SQLException {
        return bound().executeQuery();
    }

    /**
     * Runs it, whatever it is.
     *
     * @throws SQLException from SQLite
     */
    public void execute() throws SQLException {
        bound().execute();
    }

    /**
     * How many parameters it has.
     *
     * @throws SQLException if SQLite does not understand the statement
     */
    public int parameters() throws SQLException {
        return plain().getParameterMetaData().getParameterCount();
    }

    private PreparedStatement plain() throws SQLException {
        PreparedStatement statement = prepared;
        if (statement == null) {
            statement = connection.prepareStatement(sql.get());
            prepared = statement;
        }
        return statement;
    }

    private PreparedStatement bound() throws SQLException {
        BitSet positions = raw;
        if (positions != null && !positions.isEmpty()) {
            return withRawTexts(positions);
        }
        PreparedStatement statement = plain();
        for (int i = 0; i < count; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    private PreparedStatement withRawTexts(BitSet positions) throws SQLException {
        PreparedStatement statement = variants.get(positions);
        if (statement == null) {
            if (variants.size() == VARIANTS) {
                Iterator<PreparedStatement> oldest = variants.values().iterator();
                oldest.next().close();
                oldest.remove();
            }
            statement = connection.prepareStatement(withCasts(sql.get(), positions));
            variants.put((BitSet) positions.clone(), statement);
        }
        for (int i = 0; i < count; i++) {
            Object value = values[i];
            statement.setObject(i + 1, value instanceof RawText text ? bytes(text) : value);
        }
        return statement;
    }

    private byte[] bytes(RawText text) throws SQLException {
        TextEncoding own = encoding;
        if (own == null) {
            own = TextEncoding.of(connection);
            encoding = own;
        }
        if (own != text.encoding()) {
            throw new SQLException("the text " + text + " has bytes that are no characters and is encoded as "
                    + text.encoding() + ", but this database stores texts as " + own + ": begin this node again from"
                    + " a snapshot of the node that wrote it");
        }
        return text.bytes();
    }

    /** The statement with casts in the place of these parameters. */
    static String withCasts(String sql, BitSet positions) throws SQLException {
        StringBuilder text = new StringBuilder(sql.length() + 16 * positions.cardinality());
        SqlTokens tokens = new SqlTokens(sql);
        int highest = 0;
        int copied = 0;
        while (tokens.advance()) {
            if (tokens.is('?')) {
                int end = endOfDigits(sql, tokens.end());
                int number = end == tokens.end() ? highest + 1 : Integer.parseInt(sql, tokens.end(), end, 10);
                highest = Math.max(highest, number);
                text.append(sql, copied, tokens.start())
                        .append(positions.get(number) ? "(+CAST(?" + number + " AS TEXT))" : "?" + number);
                copied = end;
            }
        }
        text.append(sql, copied, sql.length());
        if (highest < positions.length() - 1) {
            throw new SQLException("a text whose bytes are no characters can be bound to parameters ? and ?n alone");
        }
        return text.toString();
    }

    private static int endOfDigits(String sql, int from) {
        int end = from;
        while (end < sql.length() && sql.charAt(end) >= '0' && sql.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    @Override
    public void close() throws SQLException {
        PreparedStatement statement = prepared;
        prepared = null;
        try {
            if (statement != null) {
                statement.close();
            }
        } finally {
            for (PreparedStatement variant : variants.values()) {
                variant.close();
            }
            variants.clear();
        }
    }
}
