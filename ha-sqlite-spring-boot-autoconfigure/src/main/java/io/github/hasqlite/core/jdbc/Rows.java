package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.math.BigDecimal;
import java.sql.Date;
import java.sql.NClob;
import java.sql.ResultSet;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.CoreResultSet;
import org.sqlite.core.CoreStatement;
import org.sqlite.core.DB;
import org.sqlite.core.SafeStmtPtr;
import org.sqlite.jdbc4.JDBC4ResultSet;

/**
 * What the application sees of sqlite-jdbc's result set: the same, with SQLStates in what it throws. A
 * statement has one, as in the driver, and shows each of its results through it. The driver's own stays
 * what the statement opens and closes; this one does the stepping.
 */
public final class Rows extends JDBC4ResultSet {

    private final CoreResultSet driver;
    /** What rows are that never were SQLite's own, or {@code null}. */
    private final @Nullable RowDescription described;
    /** What rows are that are no longer SQLite's own, or {@code null}. */
    private @Nullable RowDescription description;
    /** What runs on the connection was interrupted while nobody was fetching. */
    private boolean interrupted;

    Rows(CoreStatement statement, CoreResultSet driver) {
        this(statement, driver, null);
    }

    Rows(CoreStatement statement, CoreResultSet driver, @Nullable RowDescription description) {
        super(statement);
        this.driver = driver;
        this.described = description;
    }

    /** Shows what the driver has just opened. */
    Rows begin() {
        return begin(described);
    }

    private Rows begin(@Nullable RowDescription known) {
        description = known;
        cols = driver.cols;
        colsMeta = driver.colsMeta;
        meta = description == null ? null : description.flags();
        maxRows = driver.maxRows;
        emptyResultSet = driver.emptyResultSet;
        open = driver.open;
        row = 0;
        pastLastRow = false;
        lastCol = -1;
        columnNameToIndex = null;
        return this;
    }

    /** What SQLite says of the columns, to be remembered when it is gone. */
    RowDescription describe() throws SQLException {
        checkMeta();
        return RowDescription.of(stmt.pointer, getColumnCount(), meta);
    }

    /**
     * Reads the rows from the present one on and lets SQLite show them without the tables that they come from.
     *
     * @return what is to take the place of the statement's compiled statement, which is reset; {@code null} if
     *     there are no rows to be shown any more
     */
    @Nullable
    SafeStmtPtr detach(SQLiteConnection connection) throws SQLException {
        follow();
        if (!open || emptyResultSet || pastLastRow) {
            return null;
        }
        RowDescription known = describe();
        SafeStmtPtr detached = new RowCopy(stmt.pointer, colsMeta).take(connection);
        description = known;
        return detached;
    }

    /** The statement may have closed its result meanwhile. */
    private void follow() {
        if (open && !driver.open) {
            begin(null);
        }
    }

    @Override
    public boolean next() throws SQLException {
        follow();
        if (interrupted) {
            interrupted = false;
            close();
            throw QueryTimeout.ofOthers();
        }
        QueryTimeout timeout = stmt instanceof LimitedStatement limited ? limited.timeout() : null;
        try {
            return timeout == null ? super.next() : QueryTimeout.limited(timeout, () -> super.next());
        } catch (SQLException e) {
            if (QueryTimeout.isInterrupt(e)) {
                // SQLite would begin with the first row again
                close();
                if (stmt instanceof RunningStatement running) {
                    running.shown().interrupted();
                }
            }
            throw QueryTimeout.explain(timeout, e);
        }
    }

    /** SQLite would refuse the next row with SQLITE_INTERRUPT: it is refused here, and the statement runs no more. */
    void interrupt() throws SQLException {
        follow();
        interrupted = true;
        stmt.pointer.safeRunInt(DB::reset);
    }

    /** The statement is about to run again. */
    void forgetInterrupt() {
        interrupted = false;
    }

    /** The limit of rows is reached: SQLite has not been asked for the end, so it does not know that it may commit. */
    void endAtLimit() throws SQLException {
        if (maxRows != 0 && row >= maxRows) {
            stmt.pointer.safeRunInt(DB::reset);
        }
    }

    @Override
    public boolean isOpen() {
        follow();
        return super.isOpen();
    }

    @Override
    protected void checkOpen() throws SQLException {
        follow();
        try {
            super.checkOpen();
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
    }

    @Override
    public int checkCol(int column) throws SQLException {
        follow();
        if (interrupted) {
            throw QueryTimeout.ofOthers();
        }
        try {
            return super.checkCol(column);
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
    }

    @Override
    public int findColumn(String label) throws SQLException {
        try {
            return super.findColumn(label);
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
    }

    @Override
    public boolean isAfterLast() {
        follow();
        return super.isAfterLast();
    }

    @Override
    public boolean isBeforeFirst() {
        follow();
        return super.isBeforeFirst();
    }

    @Override
    public int getRow() {
        follow();
        return super.getRow();
    }

    @Override
    public int getFetchSize() {
        try {
            return ((ResultSet) driver).getFetchSize();
        } catch (SQLException e) {
            return 0;
        }
    }

    @Override
    public void setFetchSize(int rows) throws SQLException {
        SqlStateTranslation.run(() -> ((ResultSet) driver).setFetchSize(rows));
    }

    @Override
    public void close() throws SQLException {
        try {
            follow();
            // of the driver's statement it is this one that was open
            super.close();
            driver.close();
        } catch (SQLException e) {
            throw SqlStates.complete(e);
        }
    }

    @Override
    protected SQLException unsupported() {
        return SqlStates.complete(super.unsupported());
    }

    @Override
    public <T> @Nullable T getObject(int column, Class<T> type) throws SQLException {
        return SqlStateTranslation.<@Nullable T>call(() -> super.getObject(column, type));
    }

    // ---- what is declared

    @Override
    public @Nullable String getTableName(int column) throws SQLException {
        if (description == null) {
            return SqlStateTranslation.<@Nullable String>call(() -> super.getTableName(column));
        }
        String table = description.tables()[checkCol(column)];
        // as the driver
        return table == null ? "" : table;
    }

    @Override
    public String getColumnTypeName(int column) throws SQLException {
        String name = description == null ? null : description.typeName(checkCol(column));
        return name != null ? name : SqlStateTranslation.call(() -> super.getColumnTypeName(column));
    }

    @Override
    public int getPrecision(int column) throws SQLException {
        return description == null
                ? SqlStateTranslation.call(() -> super.getPrecision(column))
                : description.precision(checkCol(column));
    }

    @Override
    public int getScale(int column) throws SQLException {
        return description == null
                ? SqlStateTranslation.call(() -> super.getScale(column))
                : description.scale(checkCol(column));
    }

    // ---- conversions that fail, and movements that are not possible

    @Override
    public @Nullable BigDecimal getBigDecimal(int column) throws SQLException {
        return SqlStateTranslation.call(() -> super.getBigDecimal(column));
    }

    @Override
    public @Nullable Date getDate(int column) throws SQLException {
        return SqlStateTranslation.call(() -> super.getDate(column));
    }

    @Override
    public @Nullable Date getDate(int column, @Nullable Calendar calendar) throws SQLException {
        return SqlStateTranslation.call(() -> super.getDate(column, calendar));
    }

    @Override
    public @Nullable Time getTime(int column) throws SQLException {
        return SqlStateTranslation.call(() -> super.getTime(column));
    }

    @Override
    public @Nullable Time getTime(int column, @Nullable Calendar calendar) throws SQLException {
        return SqlStateTranslation.call(() -> super.getTime(column, calendar));
    }

    @Override
    public @Nullable Timestamp getTimestamp(int column) throws SQLException {
        return SqlStateTranslation.call(() -> super.getTimestamp(column));
    }

    @Override
    public @Nullable Timestamp getTimestamp(int column, @Nullable Calendar calendar) throws SQLException {
        return SqlStateTranslation.call(() -> super.getTimestamp(column, calendar));
    }

    @Override
    public boolean first() throws SQLException {
        return SqlStateTranslation.call(() -> super.first());
    }

    @Override
    public boolean last() throws SQLException {
        return SqlStateTranslation.call(() -> super.last());
    }

    @Override
    public boolean previous() throws SQLException {
        return SqlStateTranslation.call(() -> super.previous());
    }

    @Override
    public void beforeFirst() throws SQLException {
        SqlStateTranslation.run(() -> super.beforeFirst());
    }

    @Override
    public void afterLast() throws SQLException {
        SqlStateTranslation.run(() -> super.afterLast());
    }

    @Override
    public boolean absolute(int row) throws SQLException {
        return SqlStateTranslation.call(() -> super.absolute(row));
    }

    @Override
    public boolean relative(int row) throws SQLException {
        return SqlStateTranslation.call(() -> super.relative(row));
    }

    @Override
    public boolean isLast() throws SQLException {
        return SqlStateTranslation.call(() -> super.isLast());
    }

    @Override
    public void setFetchDirection(int direction) throws SQLException {
        SqlStateTranslation.run(() -> super.setFetchDirection(direction));
    }

    @Override
    public @Nullable String getNString(int column) throws SQLException {
        return SqlStateTranslation.<@Nullable String>call(() -> super.getNString(column));
    }

    @Override
    public @Nullable NClob getNClob(int column) throws SQLException {
        return SqlStateTranslation.<@Nullable NClob>call(() -> super.getNClob(column));
    }

    @Override
    public @Nullable SQLXML getSQLXML(int column) throws SQLException {
        return SqlStateTranslation.<@Nullable SQLXML>call(() -> super.getSQLXML(column));
    }

    @Override
    public @Nullable RowId getRowId(int column) throws SQLException {
        return SqlStateTranslation.<@Nullable RowId>call(() -> super.getRowId(column));
    }

    @Override
    public @Nullable String getNString(String label) throws SQLException {
        return SqlStateTranslation.<@Nullable String>call(() -> super.getNString(label));
    }

    @Override
    public @Nullable NClob getNClob(String label) throws SQLException {
        return SqlStateTranslation.<@Nullable NClob>call(() -> super.getNClob(label));
    }

    @Override
    public @Nullable SQLXML getSQLXML(String label) throws SQLException {
        return SqlStateTranslation.<@Nullable SQLXML>call(() -> super.getSQLXML(label));
    }

    @Override
    public @Nullable RowId getRowId(String label) throws SQLException {
        return SqlStateTranslation.<@Nullable RowId>call(() -> super.getRowId(label));
    }

    @Override
    public void insertRow() throws SQLException {
        SqlStateTranslation.run(super::insertRow);
    }

    @Override
    public void moveToInsertRow() throws SQLException {
        SqlStateTranslation.run(super::moveToInsertRow);
    }

    @Override
    public void moveToCurrentRow() throws SQLException {
        SqlStateTranslation.run(super::moveToCurrentRow);
    }
}
