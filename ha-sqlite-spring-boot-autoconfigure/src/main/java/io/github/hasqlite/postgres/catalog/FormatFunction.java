package io.github.hasqlite.postgres.catalog;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** PostgreSQL's {@code format}: values, names and literals in a text; SQLite's function of this name is {@code printf}. */
final class FormatFunction {

    private static final Pattern SPECIFIER = Pattern.compile("%(?:(\\d{1,3})\\$)?(-)?(\\d{1,4})?([sIL%])?");
    private static final int POSITION = 1;
    private static final int LEFT = 2;
    private static final int WIDTH = 3;
    private static final int TYPE = 4;

    private FormatFunction() {}

    /**
     * The text.
     *
     * @param args first the pattern
     * @param longest how many characters it may have
     * @return {@code null} if the pattern is
     * @throws IllegalArgumentException if the pattern is none, or asks for more than there is
     */
    static @Nullable Object of(List<@Nullable Object> args, int longest) {
        Object pattern = CatalogFunctions.at(args, 0);
        if (pattern == null) {
            return null;
        }
        StringBuilder text = new StringBuilder();
        Matcher found = SPECIFIER.matcher(pattern.toString());
        int start = 0;
        int next = 1;
        while (found.find()) {
            text.append(pattern.toString(), start, found.start());
            start = found.end();
            String type = found.group(TYPE);
            if (type == null) {
                throw new IllegalArgumentException("unrecognized format() type specifier; use %s, %I, %L or %%");
            }
            if (type.equals("%")) {
                text.append('%');
                continue;
            }
            int at = found.group(POSITION) == null ? next : Integer.parseInt(found.group(POSITION));
            if (at < 1 || at >= args.size()) {
                throw new IllegalArgumentException("too few arguments for format()");
            }
            next = at + 1;
            text.append(padded(found, value(type, args.get(at))));
            if (text.length() > longest) {
                throw new IllegalArgumentException("the text is too big");
            }
        }
        return text.append(pattern.toString().substring(start)).toString();
    }

    private static String value(String type, @Nullable Object value) {
        return switch (type) {
            case "I" -> {
                if (value == null) {
                    throw new IllegalArgumentException("null values cannot be formatted as an SQL identifier");
                }
                yield QuotedName.of(value.toString());
            }
            case "L" -> literal(value);
            default -> CatalogFunctions.text(value);
        };
    }

    /** As {@code quote_nullable} answers it. */
    static String literal(@Nullable Object value) {
        return value == null ? "NULL" : '\'' + value.toString().replace("'", "''") + '\'';
    }

    private static String padded(Matcher specifier, String value) {
        String width = specifier.group(WIDTH);
        String blanks = width == null ? "" : " ".repeat(Math.max(0, Integer.parseInt(width) - value.length()));
        return specifier.group(LEFT) == null ? blanks + value : value + blanks;
    }
}
