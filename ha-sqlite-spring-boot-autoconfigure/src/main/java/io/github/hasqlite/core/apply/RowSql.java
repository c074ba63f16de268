package io.github.hasqlite.core.apply;

import io.github.hasqlite.RowIdentify;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The statements that set and remove rows of one table. Parameters 1…n are the columns of the layout;
 * what identifies the row comes behind them, or first where there are no columns to set.
 */
final class RowSql {

    private final RowLayout layout;
    private final RowIdentify identify;
    private final MissingDefaults missing;
    private final String table;
    private final BooleanSupplier ownConflicts;
    private final @Nullable String rowid;

    /**
     * The statements of one layout.
     *
     * @param ownConflicts whether triggers are fired whose own conflict clauses must hold
     */
    RowSql(RowLayout layout, RowIdentify identify, MissingDefaults missing, BooleanSupplier ownConflicts) {
        this.ownConflicts = ownConflicts;
        this.layout = layout;
        this.missing = missing;
        this.identify = identify;
        this.table = "main." + SqlIdentifier.quote(layout.table().name());
        this.rowid = rowidOf(layout.table());
    }

    private static @Nullable String rowidOf(TableDefinition table) {
        String alias = table.rowidAlias();
        return alias == null ? table.rowidName() : SqlIdentifier.quote(alias);
    }

    /** Whether a row can be reached by its rowid. */
    boolean reachesRowid() {
        return rowid != null;
    }

    /** Sets a row, in place of rows that hold its keys. With an implicit rowid that is the last parameter. */
    String insert() {
        return insert("REPLACE");
    }

    /** The same, which does nothing if that would break a constraint. */
    String insertIfFree() {
        return insert("IGNORE");
    }

    /** The same, which fails then, for rows that are known to be free. */
    String insertFree() {
        return insert("");
    }

    private String insert(String onConflict) {
        int width = layout.width();
        StringJoiner values = new StringJoiner(",", " VALUES(", ")");
        StringBuilder columns = new StringBuilder();
        if (layout.hasImplicitRowid()) {
            columns.append(layout.table().rowidName()).append(',');
            values.add(rowidToUse("?" + (width + 1)));
        }
        columns.append(SqlIdentifier.quoteAll(layout.columns()));
        for (int i = 1; i <= width; i++) {
            values.add("?" + i);
        }
        for (int i = 0; i < missing.columns().size(); i++) {
            columns.append(',').append(SqlIdentifier.quote(missing.columns().get(i)));
            values.add(missing.expressions().get(i));
        }
        String verb = onConflict.isEmpty() ? "INSERT INTO " : "INSERT OR " + onConflict + " INTO ";
        return verb + table + "(" + columns + ")" + values;
    }

    /**
     * The author's rowid if no other row has it. A new one is computed here, because SQLite's own
     * choice is random once the highest rowid is taken.
     */
    private String rowidToUse(String wanted) {
        String name = String.valueOf(layout.table().rowidName());
        String next = "(SELECT CASE WHEN m IS NULL THEN 1 WHEN m < 9223372036854775807 THEN m + 1 ELSE (SELECT min("
                + name + ") - 1 FROM " + table + ") END FROM (SELECT max(" + name + ") AS m FROM " + table + "))";
        if (identify == RowIdentify.ROWID) {
            return "coalesce(" + wanted + "," + next + ")";
        }
        // the row that is replaced by this one may have it
        String unlessReplaced = layout.key().length == 0 ? "" : " AND (" + keyCondition(1) + ") IS NOT TRUE";
        return "CASE WHEN " + wanted + " IS NOT NULL AND NOT EXISTS (SELECT 1 FROM " + table + " WHERE " + name + "="
                + wanted + unlessReplaced + ") THEN " + wanted + " ELSE " + next + " END";
    }

    /**
     * Sets the row with a key, unless that would break a constraint. Parameters 1…n are the new values,
     * then comes the key.
     *
     * @param withAlias whether to set the INTEGER PRIMARY KEY, too
     * @param checked whether only if the row is still as the values behind the key say
     */
    String updateByKey(boolean withAlias, boolean checked) {
        int width = layout.width();
        return update(withAlias) + " WHERE " + keyConditionBehind(width)
                + (checked ? " AND " + same(width + layout.key().length) : "");
    }

    /** The same for the row with a rowid. */
    String updateByRowid(boolean checked) {
        int width = layout.width();
        return update(true) + " WHERE " + rowid + "=?" + (width + 1) + (checked ? " AND " + same(width + 1) : "");
    }

    /** Parameters 1…n are the new values, n+1…2n the old ones. */
    String updateOneMatch() {
        return update(true) + " WHERE " + match(layout.width()) + " LIMIT 1";
    }

    private String update(boolean withAlias) {
        StringJoiner assignments = new StringJoiner(",");
        for (int i = 0; i < layout.width(); i++) {
            if (withAlias || i != layout.alias()) {
                assignments.add(SqlIdentifier.quote(layout.columns().get(i)) + "=?" + (i + 1));
            }
        }
        // not OR REPLACE: with delete triggers SQLite takes the row itself for one that is in the way
        return (ownConflicts.getAsBoolean() ? "UPDATE " : "UPDATE OR IGNORE ") + table + " SET " + assignments;
    }

    /** Reads the rowid (or 0) and the columns of the row with key 1…k. */
    String selectByKey() {
        return select() + keyConditionBehind(0);
    }

    /** Reads the rowid and the columns of the row with rowid 1. */
    String selectByRowid() {
        return select() + rowid + "=?1";
    }

    /** Reads the rowid (or 0) and the columns of the rows that have these columns' values, in order. */
    String selectBy(List<String> columns) {
        StringJoiner terms = new StringJoiner(" AND ");
        for (int i = 0; i < columns.size(); i++) {
            terms.add(SqlIdentifier.quote(columns.get(i)) + "=?" + (i + 1));
        }
        return select() + terms;
    }

    private String select() {
        return "SELECT " + (rowid == null ? "0" : rowid) + "," + SqlIdentifier.quoteAll(layout.columns()) + " FROM "
                + table + " WHERE ";
    }

    /** Gives the row with key 1…k the rowid k+1 if no row has it. */
    String moveByKey() {
        return move(layout.key().length + 1) + " AND " + keyConditionBehind(0);
    }

    /** Gives the row with rowid 1 the rowid 2 if no row has it. */
    String moveByRowid() {
        return move(2) + " AND " + rowid + "=?1";
    }

    private String move(int wanted) {
        return "UPDATE " + table + " SET " + rowid + "=?" + wanted + " WHERE NOT EXISTS (SELECT 1 FROM " + table
                + " WHERE " + rowid + "=?" + wanted + ")";
    }

    /**
     * Deletes the row with key 1…k.
     *
     * @param checked whether only if it is still as the values behind the key say
     */
    String deleteByKey(boolean checked) {
        return "DELETE FROM " + table + " WHERE " + keyConditionBehind(0)
                + (checked ? " AND " + same(layout.key().length) : "");
    }

    /** The same for the row with rowid 1. */
    String deleteByRowid(boolean checked) {
        return "DELETE FROM " + table + " WHERE " + rowid + "=?1" + (checked ? " AND " + same(1) : "");
    }

    String deleteOneMatch() {
        return "DELETE FROM " + table + " WHERE " + match(0) + " LIMIT 1";
    }

    /** Reads the rowid (or 0) and the columns of the rows that equal 1…n, all or the one with rowid n+1. */
    String find(boolean byRowid) {
        if (byRowid) {
            return select() + rowid + "=?" + (layout.width() + 1) + " AND " + match(0);
        }
        return select() + match(0) + (rowid == null ? "" : " ORDER BY " + rowid);
    }

    /** Every column has the value given, whatever a collation takes for equal. */
    private String same(int offset) {
        StringJoiner columns = new StringJoiner(",");
        StringJoiner values = new StringJoiner(",");
        for (int i = 0; i < layout.width(); i++) {
            columns.add(SqlIdentifier.quote(layout.columns().get(i)) + " COLLATE BINARY");
            values.add("?" + (offset + i + 1));
        }
        return "(" + columns + ") IS (" + values + ")";
    }

    /**
     * Every column has the value and the storage class of the row given. Row values, because a chain of
     * ANDs over a wide table is deeper than SQLite allows. Negative zero equals zero here.
     */
    private String match(int offset) {
        StringJoiner columns = new StringJoiner(",");
        StringJoiner types = new StringJoiner(",");
        StringJoiner values = new StringJoiner(",");
        StringJoiner valueTypes = new StringJoiner(",");
        for (int i = 0; i < layout.width(); i++) {
            String column = SqlIdentifier.quote(layout.columns().get(i));
            String value = "?" + (offset + i + 1);
            columns.add(column + " COLLATE BINARY");
            types.add("typeof(" + column + ")");
            values.add(value);
            valueTypes.add("typeof(" + value + ")");
        }
        return "(" + columns + ") IS (" + values + ") AND (" + types + ") IS (" + valueTypes + ")";
    }

    /** The key's columns have the values of the layout's columns. */
    private String keyCondition(int firstParameter) {
        StringJoiner terms = new StringJoiner(" AND ");
        for (int column : layout.key()) {
            terms.add(SqlIdentifier.quote(layout.columns().get(column)) + "=?" + (firstParameter + column));
        }
        return terms.toString();
    }

    /** The key's columns have the values of parameters of their own, in key order. */
    private String keyConditionBehind(int offset) {
        StringJoiner terms = new StringJoiner(" AND ");
        for (int i = 0; i < layout.key().length; i++) {
            terms.add(SqlIdentifier.quote(layout.columns().get(layout.key()[i])) + "=?" + (offset + i + 1));
        }
        return terms.toString();
    }
}
