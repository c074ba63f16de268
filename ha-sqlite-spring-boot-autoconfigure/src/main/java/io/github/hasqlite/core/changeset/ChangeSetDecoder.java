package io.github.hasqlite.core.changeset;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.GroupedChanges;
import io.github.hasqlite.LargeMessage;
import io.github.hasqlite.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.sym.PropertyNameMatcher;

/** Reads a message as a change set. */
final class ChangeSetDecoder {

    /** The place of the field in {@link FieldNames#OF_CHANGE_SET}. */
    private static final int TRANSACTIONS = 8;

    private final JsonFactory factory;
    private final KnownTables tables = new KnownTables();
    private final PropertyNameMatcher fields;
    private final PropertyNameMatcher changeFields;
    private final TransactionsReader divisions;

    ChangeSetDecoder(JsonFactory factory) {
        this.factory = factory;
        this.fields = FieldNames.matcher(factory, FieldNames.OF_CHANGE_SET);
        this.changeFields = FieldNames.matcher(factory, FieldNames.OF_CHANGE);
        this.divisions = new TransactionsReader(factory);
    }

    ChangeSet decode(byte[] message) throws ChangeSetFormatException {
        try (MessageParser in = new MessageParser(factory, message)) {
            return decode(in);
        }
    }

    /**
     * Reads a message through twice, without keeping its changes: all of it is known to be good when
     * this returns.
     *
     * @throws IOException if it cannot be read just now
     */
    ChangeSet decode(LargeMessage message) throws ChangeSetFormatException, IOException {
        try {
            int longestString;
            try (InputStream in = message.open()) {
                longestString = HostileInput.refuse(in);
            }
            try (MessageParser in = new MessageParser(factory, message.open(), longestString)) {
                return decode(in, new Counted(message, longestString));
            }
        } catch (IOException e) {
            if (e.getCause() instanceof ChangeSetFormatException wrong) {
                throw new ChangeSetFormatException(String.valueOf(wrong.getMessage()), wrong);
            }
            throw e;
        }
    }

    private ChangeSet decode(MessageParser in) throws ChangeSetFormatException {
        try {
            return decode(in, new Kept());
        } catch (IOException e) {
            // there is nothing but memory to read from
            throw new ChangeSetFormatException(in.place() + ": reading failed", e);
        }
    }

    private ChangeSet decode(MessageParser in, Target target) throws ChangeSetFormatException, IOException {
        try {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw in.place().wrong("not a JSON object");
            }
            ChangeSet changeSet = new Fields(in, target).read();
            if (in.nextToken() != null) {
                throw in.place().wrong("something follows after the change set");
            }
            return changeSet;
        } catch (JacksonIOException e) {
            throw e.getCause();
        } catch (JacksonException e) {
            throw in.place().unreadable(e);
        } catch (RuntimeException e) {
            // Not known to happen. But whoever can write to the subject must not be able to stop a node with it.
            throw new ChangeSetFormatException(in.place() + ": reading failed", e);
        }
    }

    /** What becomes of the changes that are read. */
    private interface Target {

        void add(Change change);

        int size();

        List<Change> changes();
    }

    /** They are kept in memory. */
    private static final class Kept implements Target {

        private final List<Change> changes = new ArrayList<>();

        @Override
        public void add(Change change) {
            changes.add(change);
        }

        @Override
        public int size() {
            return changes.size();
        }

        @Override
        public List<Change> changes() {
            return List.copyOf(changes);
        }
    }

    /** They will be read again. */
    private final class Counted implements Target {

        private final LargeMessage message;
        private final int longestString;
        private int count;
        private boolean commands;

        Counted(LargeMessage message, int longestString) {
            this.message = message;
            this.longestString = longestString;
        }

        @Override
        public void add(Change change) {
            count++;
            commands |= change.operation() == Operation.SQL;
        }

        @Override
        public int size() {
            return count;
        }

        @Override
        public List<Change> changes() {
            return count == 0 ? List.of() : new MessageChanges(this::open, count, commands);
        }

        private ChangeReader open() throws ChangeSetFormatException, IOException {
            MessageParser in = new MessageParser(factory, message.open(), longestString);
            in.nextToken();
            int field = in.nextField(fields, FieldNames.OF_CHANGE_SET, 0);
            while (field >= 0 && !FieldNames.OF_CHANGE_SET.get(field).equals(FieldNames.CHANGES)) {
                in.skipChildren();
                field = in.nextField(fields, FieldNames.OF_CHANGE_SET, 0);
            }
            return new ChangeReader(in, changeFields, tables);
        }
    }

    /** The fields of a change set, as far as they have been read. */
    private final class Fields {

        private final MessageParser in;
        private final Target target;
        private String publisher = "";
        private long counter;
        private long baseSequence;
        private String node = "";
        private long processId;
        private String filename = "";
        private long timestampNs;
        private List<Change> changes = List.of();
        private List<GroupedChanges.Transaction> transactions = List.of();

        Fields(MessageParser in, Target target) {
            this.in = in;
            this.target = target;
        }

        ChangeSet read() throws ChangeSetFormatException {
            int seen = 0;
            int field;
            while ((field = in.nextField(fields, FieldNames.OF_CHANGE_SET, seen)) >= 0) {
                // nodes that do not know them read past them, so they are never a reason to reject a message
                seen |= field == TRANSACTIONS ? 0 : 1 << field;
                if (in.token() != JsonToken.VALUE_NULL) {
                    readField(field);
                }
            }
            check();
            return new ChangeSet(
                    node, processId, filename, timestampNs, publisher, counter, baseSequence, 0, divided());
        }

        private List<Change> divided() {
            return transactions.isEmpty() || publisher.isEmpty() || ChangeSet.hasCommands(changes)
                    ? changes
                    : GroupedChanges.of(changes, transactions);
        }

        // The numbers are the places in FieldNames.OF_CHANGE_SET.
        private void readField(int field) throws ChangeSetFormatException {
            switch (field) {
                case 0 -> publisher = in.name(null);
                case 1 -> counter = in.integer();
                case 2 -> baseSequence = in.integer();
                case 3 -> node = in.name(null);
                case 4 -> processId = in.integer();
                case 5 -> filename = in.name(null);
                case 6 -> timestampNs = in.integer();
                case 7 -> changes = changes();
                case TRANSACTIONS -> transactions = divisions.read(in);
                default -> throw new AssertionError(field);
            }
        }

        private List<Change> changes() throws ChangeSetFormatException {
            if (in.token() != JsonToken.START_ARRAY) {
                throw in.place().wrong("not an array");
            }
            ChangeReader reader = new ChangeReader(in, changeFields, tables);
            Change change;
            while ((change = reader.next(target.size())) != null) {
                target.add(change);
            }
            in.place().outsideChanges();
            return target.changes();
        }

        private void check() throws ChangeSetFormatException {
            in.place().outsideChanges();
            if (changes.isEmpty()) {
                throw in.place().wrong("changes: none are given");
            }
            if (publisher.isEmpty() ? counter != 0 : counter < 1) {
                throw in.place().wrong("counter: " + counter + " of publisher '" + Excerpt.of(publisher) + "'");
            }
            if (baseSequence < 0) {
                throw in.place().wrong("base_sequence: " + baseSequence + " is negative");
            }
        }
    }
}
