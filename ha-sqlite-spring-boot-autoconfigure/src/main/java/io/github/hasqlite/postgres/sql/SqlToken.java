package io.github.hasqlite.postgres.sql;

import java.util.Locale;

/**
 * A token by PostgreSQL's rules.
 *
 * @param kind what it is
 * @param text as SQLite is to read it
 * @param gap blanks and comments before it
 * @param end where it ended in the text that was read; -1 if it was put there
 */
public record SqlToken(Kind kind, String text, String gap, int end) {

    /** What a token can be. */
    public enum Kind {
        WORD,
        QUOTED,
        TEXT,
        NUMBER,
        PARAMETER,
        OPERATOR,
        MARK
    }

    /** Whether it is this keyword, given in upper case. */
    public boolean isWord(String keyword) {
        return kind == Kind.WORD && text.equalsIgnoreCase(keyword);
    }

    /** Whether it is this operator, parenthesis, comma or the like. */
    public boolean is(String mark) {
        return (kind == Kind.OPERATOR || kind == Kind.MARK) && text.equals(mark);
    }

    /** Whether it can be a name. */
    public boolean isName() {
        return kind == Kind.WORD || kind == Kind.QUOTED;
    }

    /** The name that it stands for, in lower case unless it is quoted. */
    public String name() {
        if (kind != Kind.QUOTED) {
            return text.toLowerCase(Locale.ROOT);
        }
        String quote = text.substring(0, 1);
        String inner = text.substring(1, text.length() - 1);
        return quote.equals("[") ? inner : inner.replace(quote + quote, quote);
    }

    /** The text that it stands for, if it is one. */
    public String literal() {
        return text.substring(1, text.length() - 1).replace("''", "'");
    }

    /** Whether a type is one of names of the catalog's objects, such as {@code regclass}. */
    public static boolean isObjectType(String type) {
        return CastSpelling.OBJECTS.contains(type);
    }

    SqlToken withText(String other) {
        return new SqlToken(kind, other, gap, end);
    }

    /** A text with the quotes that SQLite wants. */
    static String quoted(String literal) {
        return "'" + literal.replace("'", "''") + "'";
    }
}
