package io.github.hasqlite.core.changeset;

/** Makes text from a message fit to be shown: short, on one line, without control characters. */
final class Excerpt {

    private static final int LENGTH = 64;

    private Excerpt() {}

    static String of(String text) {
        return of(text, LENGTH);
    }

    static String of(String text, int maxLength) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (shown.length() >= maxLength) {
                return shown.append("...").toString();
            }
            char c = text.charAt(i);
            shown.append(isPlain(c) ? c : '\ufffd');
        }
        return shown.toString();
    }

    private static boolean isPlain(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
