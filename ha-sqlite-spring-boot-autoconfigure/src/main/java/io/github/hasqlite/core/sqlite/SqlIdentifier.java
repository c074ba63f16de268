package io.github.hasqlite.core.sqlite;

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

    /** A name as SQLite compares names: only the letters A to Z have case. */
    public static String fold(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (isUpper(name.charAt(i))) {
                char[] folded = name.toCharArray();
                for (int j = i; j < folded.length; j++) {
                    folded[j] = isUpper(folded[j]) ? (char) (folded[j] + ('a' - 'A')) : folded[j];
                }
                return new String(folded);
            }
        }
        return name;
    }

    private static boolean isUpper(char c) {
        return c >= 'A' && c <= 'Z';
    }
}
