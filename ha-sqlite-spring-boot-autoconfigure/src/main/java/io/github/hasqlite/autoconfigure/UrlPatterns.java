package io.github.hasqlite.autoconfigure;

import static io.github.hasqlite.autoconfigure.PropertyCheck.check;

import java.util.List;
import java.util.regex.Pattern;

/** Paths of requests, as in the mapping of a servlet filter (Jakarta Servlet 6.0, 12.2). */
final class UrlPatterns {

    /** An exact path, a path with everything below it, or an extension; a pattern of another kind would match nothing. */
    private static final Pattern PATTERN = Pattern.compile("/(?:[^\\s*?{}]*/)?\\*|/[^\\s*?{}]*|\\*\\.[^\\s*?{}/]+");

    private UrlPatterns() {}

    /**
     * Checks patterns. {@code /**} at the end, as Spring writes it, means what a mapping calls {@code /*}.
     *
     * @param name of the property
     * @return the patterns as a filter's mapping has them
     */
    static List<String> checked(List<String> given, String name) {
        check(!given.isEmpty(), name, "", "At least one is needed, for example /*.");
        return given.stream().map(each -> checked(each, name)).toList();
    }

    private static String checked(String given, String name) {
        String trimmed = given.trim();
        String pattern = trimmed.endsWith("/**") ? trimmed.substring(0, trimmed.length() - 1) : trimmed;
        check(
                PATTERN.matcher(pattern).matches(),
                name,
                given,
                "It has to be a path, a path with all below it, or an extension, for example /tasks, /api/* or *.do.");
        return pattern;
    }
}
