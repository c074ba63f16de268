package io.github.hasqlite.core.sqlite;

import java.util.ArrayList;
import java.util.List;

/** Changes of a text, collected from its beginning to its end. Not thread-safe. */
final class TextEdits {

    private record Edit(int start, int end, String what) {}

    private final String from;
    private final List<Edit> edits = new ArrayList<>();

    TextEdits(String from) {
        this.from = from;
    }

    void insert(int position, String what) {
        replace(position, position, what);
    }

    void replace(int start, int end, String what) {
        edits.add(new Edit(start, end, what));
    }

    /** The changed text. */
    String text() {
        return text(0, from.length());
    }

    /** A part of the changed text: what lies between two positions of the text before, with what begins there. */
    String text(int start, int end) {
        StringBuilder to = new StringBuilder();
        int done = start;
        for (Edit edit : edits) {
            if (edit.start >= start && edit.end <= end) {
                to.append(from, done, edit.start).append(edit.what);
                done = edit.end;
            }
        }
        return to.append(from, done, end).toString();
    }
}
