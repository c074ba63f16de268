package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.core.sqlite.SqlIdentifier;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The columns of {@code *} in PostgreSQL's order, where those by whose names tables are joined come first. SQLite has them
 * where they are in the first table. Of one thread.
 */
final class StarOrder {

    /**
     * A column of a table that is joined.
     *
     * @param alias of the table; empty if it has none
     * @param optional whether an outer join can have no row of it
     * @param shared whether it is one of several tables
     */
    record Column(String alias, Query.Item item, boolean optional, boolean shared) {

        Column(String alias, Query.Item item, boolean optional) {
            this(alias, item, optional, false);
        }

        private Column asShared() {
            return new Column(alias, item, optional, true);
        }

        private boolean isNamed(String name) {
            return item.name().equalsIgnoreCase(name);
        }
    }

    private final List<Column> before = new ArrayList<>();
    private List<Column> joined = new ArrayList<>();
    private boolean differs;
    private boolean nested;

    /** Another table, or several. */
    void add(List<Column> right) {
        joined.addAll(right);
    }

    /** Behind a comma. */
    void separate() {
        before.addAll(joined);
        joined = new ArrayList<>();
    }

    /** There are such joins within parentheses, whose columns are not in PostgreSQL's order. */
    void nest() {
        nested = true;
    }

    /**
     * Another table, or several, by the names of columns.
     *
     * @param names of these, in their order; {@code null} for all that are on both sides
     */
    void join(List<Column> right, @Nullable List<String> names) {
        List<String> by = names != null
                ? names
                : joined.stream()
                        .map(column -> column.item().name())
                        .filter(name -> right.stream().anyMatch(column -> column.isNamed(name)))
                        .toList();
        List<Column> first = new ArrayList<>();
        for (String name : by) {
            joined.stream().filter(column -> column.isNamed(name)).findFirst().ifPresent(first::add);
        }
        List<Column> rest =
                joined.stream().filter(column -> !first.contains(column)).toList();
        differs |= !joined.equals(Stream.concat(first.stream(), rest.stream()).toList());
        joined = new ArrayList<>(first.stream().map(Column::asShared).toList());
        joined.addAll(rest);
        right.stream().filter(column -> by.stream().noneMatch(column::isNamed)).forEach(joined::add);
    }

    /**
     * The columns.
     *
     * @return {@code null} if SQLite has them in the same order, or not all are known
     * @throws SQLException if they cannot be written in that order (0A000)
     */
    @Nullable
    List<Column> columns() throws SQLException {
        List<Column> all = new ArrayList<>(before);
        all.addAll(joined);
        boolean known = all.stream().noneMatch(column -> column.item().star());
        if (nested || (differs && known && !isSpelled(all))) {
            throw new SQLException(
                    "* of tables joined by USING or NATURAL, which PostgreSQL answers in another order than SQLite, is not"
                            + " supported here: write the names of the columns",
                    "0A000");
        }
        return differs && known ? all : null;
    }

    private static boolean isSpelled(List<Column> all) {
        return all.size() <= Query.MOST_COLUMNS
                && all.stream()
                        .allMatch(column -> !column.alias().isEmpty()
                                || all.stream()
                                                .filter(other -> other.isNamed(
                                                        column.item().name()))
                                                .count()
                                        == 1);
    }

    /** As SQLite reads them. */
    static String spelled(List<Column> columns) {
        return columns.stream().map(StarOrder::spelled).collect(Collectors.joining(", "));
    }

    private static String spelled(Column column) {
        String name = SqlIdentifier.quote(column.item().name());
        // of an outer join it is that of whichever table has a row
        return column.alias().isEmpty() || (column.shared() && column.optional())
                ? name + " AS " + name
                : SqlIdentifier.quote(column.alias()) + "." + name;
    }
}
