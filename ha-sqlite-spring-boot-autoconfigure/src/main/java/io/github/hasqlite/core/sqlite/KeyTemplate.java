package io.github.hasqlite.core.sqlite;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives a key to the one row of an INSERT whose values are literals, without reading its text as SQL: what has been
 * worked out for one text is right for all that differ from it in these literals only. Immutable.
 */
public final class KeyTemplate {

    /** Stands for the key; a text with this character is never read as an INSERT. */
    private static final String KEY = "\0";

    /** Enough for the name of a key. */
    private static final int MORE = 32;

    /** What stands before, between and behind the literals. */
    private final String[] given;

    /** The same with the key. */
    private final String[] keyed;

    /** Whether a literal is a text and no number. */
    private final boolean[] quoted;

    private KeyTemplate(String[] given, String[] keyed, boolean[] quoted) {
        this.given = given;
        this.keyed = keyed;
        this.quoted = quoted;
    }

    /** A part of a text, from its first character to the one behind its last. */
    record Part(int start, int end) {}

    /**
     * One for a text and those that differ from it in literals only.
     *
     * @param literals where they stand, in order; nothing else begins or ends within one of them
     * @param edits what makes the text one with a key, which {@link #key} stands for; not within a literal
     */
    static KeyTemplate of(String sql, List<Part> literals, TextEdits edits) {
        List<String> given = new ArrayList<>();
        List<String> keyed = new ArrayList<>();
        boolean[] quoted = new boolean[literals.size()];
        int from = 0;
        for (int i = 0; i < literals.size(); i++) {
            Part literal = literals.get(i);
            given.add(sql.substring(from, literal.start()));
            keyed.add(edits.text(from, literal.start()));
            quoted[i] = sql.charAt(literal.start()) == '\'';
            from = literal.end();
        }
        given.add(sql.substring(from));
        keyed.add(edits.text(from, sql.length()));
        return new KeyTemplate(given.toArray(String[]::new), keyed.toArray(String[]::new), quoted);
    }

    /** What stands for the key in the edits. */
    static String key() {
        return KEY;
    }

    /** A text to be compiled, as soon as it is known what the key of its row is. */
    public static final class Keyless {

        private final StringBuilder text;
        private final int mark;

        private Keyless(StringBuilder text, int mark) {
            this.text = text;
            this.mark = mark;
        }

        /** The text with this key; to be called once. */
        public String with(String key) {
            return text.replace(mark, mark + KEY.length(), key).toString();
        }
    }

    /**
     * Makes room for the key in a text.
     *
     * @return {@code null} if it differs in more than literals, or one of them has the character NUL
     */
    public @Nullable Keyless apply(String sql) {
        if (!sql.startsWith(given[0])) {
            return null;
        }
        StringBuilder text = new StringBuilder(sql.length() + MORE).append(keyed[0]);
        int at = given[0].length();
        for (int i = 0; i < quoted.length; i++) {
            int end = SqlTokens.literalEnd(sql, at, quoted[i]);
            if (end < 0 || !sql.startsWith(given[i + 1], end)) {
                return null;
            }
            text.append(sql, at, end).append(keyed[i + 1]);
            at = end + given[i + 1].length();
        }
        if (at != sql.length()) {
            return null;
        }
        int mark = text.indexOf(KEY);
        if (text.indexOf(KEY, mark + 1) >= 0) {
            return null;
        }
        return new Keyless(text, mark);
    }
}
