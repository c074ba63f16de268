package io.github.hasqlite;

import java.util.Collection;
import java.util.StringJoiner;

/** Names of tables and columns, made safe to stand in SQL text. */
public final class SqlIdentifier {

    private SqlIdentifier() {}

    /** The name in double quotes, inner quotes doubled: reserved words, spaces and quotes all work. */
    public static String quote(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** All names quoted, separated by commas. */
    public static String quoteAll(Collection<String> names) {
        StringJoiner joiner = new StringJoiner(",");
        for (String name : names) {
            joiner.add(quote(name));
        }
        return joiner.toString();
    }
}
