package io.github.hasqlite.postgres.catalog;

/** A text that a pattern can look at only so often: some patterns would go on for ever otherwise. Not thread-safe. */
final class LimitedText implements CharSequence {

    private static final int MOST_LOOKS = 1_000_000;

    private final String text;
    private int looks;

    LimitedText(String text) {
        this.text = text;
    }

    @Override
    public char charAt(int index) {
        if (++looks > MOST_LOOKS) {
            throw new IllegalArgumentException("a regular expression takes too long");
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.subSequence(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
