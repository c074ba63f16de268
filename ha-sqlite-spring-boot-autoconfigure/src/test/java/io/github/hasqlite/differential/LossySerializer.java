package io.github.hasqlite.differential;

import io.github.hasqlite.Change;
import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetSerializer;
import java.util.ArrayList;
import java.util.List;

/** A serializer that loses something of the values it is given. */
abstract class LossySerializer implements ChangeSetSerializer {

    private final ChangeSetSerializer original;

    LossySerializer(ChangeSetSerializer original) {
        this.original = original;
    }

    /** What arrives in place of a value. */
    abstract Object lossy(Object value);

    @Override
    public byte[] serialize(ChangeSet changeSet) {
        return original.serialize(changeSet.withChanges(
                changeSet.changes().stream().map(this::lossy).toList()));
    }

    private Change lossy(Change change) {
        return new Change(
                change.operation(),
                change.database(),
                change.table(),
                change.columns(),
                change.pkColumns(),
                change.oldRowid(),
                change.newRowid(),
                lossy(change.oldValues()),
                lossy(change.newValues()),
                change.command(),
                change.args());
    }

    private List<Object> lossy(List<Object> values) {
        List<Object> lossy = new ArrayList<>();
        values.forEach(value -> lossy.add(lossy(value)));
        return lossy;
    }

    @Override
    public ChangeSet deserialize(byte[] message) throws ChangeSetFormatException {
        return original.deserialize(message);
    }

    @Override
    public Origin origin(byte[] message) {
        return original.origin(message);
    }
}
