package io.github.hasqlite.core.changeset;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.LargeChanges;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import tools.jackson.core.JacksonException;

/** The changes of a message that is known to be good, read again each time. */
final class MessageChanges extends LargeChanges {

    private final Source source;
    private final int size;
    private final boolean commands;

    /** Starts to read. */
    interface Source {

        /** Reads from the first change on. */
        ChangeReader open() throws ChangeSetFormatException, IOException;
    }

    MessageChanges(Source source, int size, boolean commands) {
        this.source = source;
        this.size = size;
        this.commands = commands;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean hasCommands() {
        return commands;
    }

    @Override
    public Iterator<Change> iterator() {
        ChangeReader reader;
        try {
            reader = source.open();
        } catch (ChangeSetFormatException | IOException | JacksonException e) {
            throw unreadable(e);
        }
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < size;
            }

            @Override
            public Change next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                try {
                    Change change = reader.next(next);
                    if (change == null) {
                        throw new ChangeSetFormatException("it ends after " + next + " of " + size + " changes");
                    }
                    next++;
                    if (next == size) {
                        reader.close();
                    }
                    return change;
                } catch (ChangeSetFormatException | JacksonException e) {
                    throw unreadable(e);
                }
            }
        };
    }

    private static UncheckedIOException unreadable(Exception e) {
        return new UncheckedIOException(
                e instanceof IOException io
                        ? io
                        : new IOException("a message that was good cannot be read any more", e));
    }
}
