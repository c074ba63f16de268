package io.github.hasqlite.core.changeset;

/**
 * Text as SQLite can store it: without lone surrogates, which no UTF-8 can express. sqlite-jdbc binds
 * a {@code ?} for each of them, so the same happens here, on the way out and on the way in; otherwise
 * a value in memory would differ from the row that it became.
 */
final class StorableText {

    private StorableText() {}

    static String of(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                return replaceLoneSurrogates(text, i);
            }
        }
        return text;
    }

    private static String replaceLoneSurrogates(String text, int from) {
        StringBuilder replaced = null;
        int i = from;
        while (i < text.length()) {
            int codePoint = text.codePointAt(i);
            if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
                if (replaced == null) {
                    replaced = new StringBuilder(text);
                }
                replaced.setCharAt(i, '?');
            }
            i += Character.charCount(codePoint);
        }
        return replaced == null ? text : replaced.toString();
    }
}
