package io.github.hasqlite.core.sqlite;

import java.util.Collection;
import java.util.Comparator;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Names of tables and columns: made safe to stand in SQL text, and compared as SQLite compares them. */
public final class SqlIdentifier {

    /** Names in an order in which those are equal that are the same to SQLite. */
    public static final Comparator<String> ORDER = Comparator.comparing(SqlIdentifier::fold);

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

    /** Whether two names are the same to SQLite, which knows the case of the letters A to Z alone. */
    public static boolean isSame(String one, @Nullable String other) {
        return other != null && one.length() == other.length() && isAt(one, 0, other);
    }

    /** Whether a name begins with these letters, in whatever case. */
    public static boolean startsWith(String name, String start) {
        return isAt(name, 0, start);
    }

    /** Whether these letters are at a place of a text, in whatever case. */
    static boolean isAt(String text, int at, String letters) {
        if (text.length() - at < letters.length()) {
            return false;
        }
        for (int i = 0; i < letters.length(); i++) {
            if (fold(text.charAt(at + i)) != fold(letters.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** A keyword in upper case, or any other text with its letters a to z in upper case. */
    public static String upper(String word) {
        char[] letters = word.toCharArray();
        for (int i = 0; i < letters.length; i++) {
            char c = letters[i];
            letters[i] = c >= 'a' && c <= 'z' ? (char) (c - ('a' - 'A')) : c;
        }
        return new String(letters);
    }

    /** A name as SQLite compares names: only the letters A to Z have case. */
    public static String fold(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (isUpper(name.charAt(i))) {
                char[] folded = name.toCharArray();
                for (int j = i; j < folded.length; j++) {
                    folded[j] = fold(folded[j]);
                }
                return new String(folded);
            }
        }
        return name;
    }

    private static char fold(char c) {
        return isUpper(c) ? (char) (c + ('a' - 'A')) : c;
    }

    private static boolean isUpper(char c) {
        return c >= 'A' && c <= 'Z';
    }
}
