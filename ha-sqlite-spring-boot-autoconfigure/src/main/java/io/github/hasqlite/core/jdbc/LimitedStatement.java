package io.github.hasqlite.core.jdbc;

import org.jspecify.annotations.Nullable;

/** A statement that may have a query timeout. */
interface LimitedStatement {

    /** What limits its last execution and the fetching of its rows; {@code null} if nothing does. */
    @Nullable
    QueryTimeout timeout();
}
