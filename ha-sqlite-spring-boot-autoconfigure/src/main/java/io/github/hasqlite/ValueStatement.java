package io.github.hasqlite;

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
     * @param value what a {@link Change} holds, or another number
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
        int highest = 0;
        int at = 0;
        while (at < sql.length()) {
            int end = endOfToken(sql, at);
            if (sql.charAt(at) == '?') {
                int number = end == at + 1 ? highest + 1 : Integer.parseInt(sql, at + 1, end, 10);
                highest = Math.max(highest, number);
                text.append(positions.get(number) ? "(+CAST(?" + number + " AS TEXT))" : "?" + number);
            } else {
                text.append(sql, at, end);
            }
            at = end;
        }
        if (highest < positions.length() - 1) {
            throw new SQLException("a text whose bytes are no characters can be bound to parameters ? and ?n alone");
        }
        return text.toString();
    }

    /** Parameters, quoted names and texts, and comments are one token each; all else is by characters. */
    private static int endOfToken(String sql, int at) {
        char first = sql.charAt(at);
        return switch (first) {
            case '"', '\'', '`' -> behind(sql, at + 1, String.valueOf(first));
            case '[' -> behind(sql, at + 1, "]");
            case '-' -> sql.startsWith("--", at) ? behind(sql, at + 2, "\n") : at + 1;
            case '/' -> sql.startsWith("/*", at) ? behind(sql, at + 2, "*/") : at + 1;
            case '?' -> {
                int end = at + 1;
                while (end < sql.length() && sql.charAt(end) >= '0' && sql.charAt(end) <= '9') {
                    end++;
                }
                yield end;
            }
            default -> at + 1;
        };
    }

    private static int behind(String sql, int from, String mark) {
        int found = sql.indexOf(mark, from);
        return found < 0 ? sql.length() : found + mark.length();
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
