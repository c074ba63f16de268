package io.github.hasqlite;

import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a consumer of a {@link ChangeFeed} wants to be told of. Statements, such as changes of the schema, are always told.
 * Immutable.
 *
 * @param tables the tables of whose rows the changes are told, in any case of letters; empty for all
 */
public record FeedFilter(Set<String> tables) {

    /** Everything. */
    public static final FeedFilter ALL = new FeedFilter(Set.of());

    public FeedFilter {
        TreeSet<String> sorted = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        sorted.addAll(tables);
        tables = Collections.unmodifiableSet(sorted);
    }

    /** Rows of some tables. */
    public static FeedFilter tables(String... names) {
        return new FeedFilter(Set.of(names));
    }

    /** The same for tables in a collection. */
    public static FeedFilter tables(Collection<String> names) {
        return new FeedFilter(Set.copyOf(names));
    }

    /** Whether a change is told. */
    public boolean includes(Change change) {
        return tables.isEmpty() || change.operation() == Operation.SQL || tables.contains(change.table());
    }
}
