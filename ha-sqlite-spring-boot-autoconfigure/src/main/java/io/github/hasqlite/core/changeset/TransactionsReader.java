package io.github.hasqlite.core.changeset;

import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.GroupedChanges;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.sym.PropertyNameMatcher;

/**
 * Reads how the changes of a message are divided among transactions. That changes nothing about what they do, and older
 * nodes read past it: whatever is wrong with it, the message is taken for one transaction.
 */
final class TransactionsReader {

    /** Nobody writes so many together. */
    private static final int MAX = 10_000;

    private static final List<String> FIELDS = List.of(FieldNames.SIZE, FieldNames.TIMESTAMP_NS);

    private final PropertyNameMatcher fields;

    TransactionsReader(JsonFactory factory) {
        this.fields = FieldNames.matcher(factory, FIELDS);
    }

    /**
     * Reads the current value to its end.
     *
     * @return nothing if it does not divide anything
     * @throws ChangeSetFormatException if the message ends in it
     */
    List<GroupedChanges.Transaction> read(MessageParser in) throws ChangeSetFormatException {
        if (in.token() != JsonToken.START_ARRAY) {
            in.skipChildren();
            return List.of();
        }
        List<GroupedChanges.Transaction> read = new ArrayList<>();
        boolean good = true;
        while (in.nextToken() != JsonToken.END_ARRAY) {
            if (in.token() == null) {
                throw in.place().wrong("the message ends too early");
            }
            if (in.token() != JsonToken.START_OBJECT) {
                in.skipChildren();
                good = false;
                continue;
            }
            GroupedChanges.Transaction next = one(in);
            good &= next.size() > 0 && read.size() < MAX;
            if (good) {
                read.add(next);
            }
        }
        return good ? read : List.of();
    }

    private GroupedChanges.Transaction one(MessageParser in) throws ChangeSetFormatException {
        long size = 0;
        long timestampNs = 0;
        int field;
        while ((field = in.nextField(fields, FIELDS, 0)) >= 0) {
            long number = in.wholeNumber();
            in.skipChildren();
            if (field == 0) {
                size = number;
            } else {
                timestampNs = number;
            }
        }
        boolean possible = size > 0 && size <= Integer.MAX_VALUE && timestampNs >= 0;
        return new GroupedChanges.Transaction(possible ? (int) size : 0, timestampNs);
    }
}
