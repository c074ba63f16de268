package io.github.hasqlite.changeset;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.sym.PropertyNameMatcher;

/** Reads a message as a change set. */
final class ChangeSetDecoder {

    private final JsonFactory factory;
    private final KnownTables tables = new KnownTables();
    private final PropertyNameMatcher fields;
    private final PropertyNameMatcher changeFields;

    ChangeSetDecoder(JsonFactory factory) {
        this.factory = factory;
        this.fields = FieldNames.matcher(factory, FieldNames.OF_CHANGE_SET);
        this.changeFields = FieldNames.matcher(factory, FieldNames.OF_CHANGE);
    }

    ChangeSet decode(byte[] message) throws ChangeSetFormatException {
        try (MessageParser in = new MessageParser(factory, message)) {
            return decode(in);
        }
    }

    private ChangeSet decode(MessageParser in) throws ChangeSetFormatException {
        try {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw in.place().wrong("not a JSON object");
            }
            ChangeSet changeSet = new Fields(in).read();
            if (in.nextToken() != null) {
                throw in.place().wrong("something follows after the change set");
            }
            return changeSet;
        } catch (JacksonException e) {
            throw in.place().unreadable(e);
        } catch (RuntimeException e) {
            // Not known to happen. But whoever can write to the subject must not be able to stop a node with it.
            throw new ChangeSetFormatException(in.place() + ": reading failed", e);
        }
    }

    /** The fields of a change set, as far as they have been read. */
    private final class Fields {

        private final MessageParser in;
        private String publisher = "";
        private long counter;
        private long baseSequence;
        private String node = "";
        private long processId;
        private String filename = "";
        private long timestampNs;
        private List<Change> changes = List.of();

        Fields(MessageParser in) {
            this.in = in;
        }

        ChangeSet read() throws ChangeSetFormatException {
            int seen = 0;
            int field;
            while ((field = in.nextField(fields, FieldNames.OF_CHANGE_SET, seen)) >= 0) {
                seen |= 1 << field;
                if (in.token() != JsonToken.VALUE_NULL) {
                    readField(field);
                }
            }
            check();
            return new ChangeSet(node, processId, filename, timestampNs, publisher, counter, baseSequence, 0, changes);
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
                default -> throw new AssertionError(field);
            }
        }

        private List<Change> changes() throws ChangeSetFormatException {
            if (in.token() != JsonToken.START_ARRAY) {
                throw in.place().wrong("not an array");
            }
            ChangeReader reader = new ChangeReader(in, changeFields, tables);
            List<Change> read = new ArrayList<>();
            JsonToken token;
            while ((token = in.nextToken()) != JsonToken.END_ARRAY) {
                in.place().atChange(read.size());
                if (token != JsonToken.START_OBJECT) {
                    throw in.place().wrong("not an object");
                }
                read.add(reader.read());
            }
            in.place().outsideChanges();
            return List.copyOf(read);
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
