package io.github.hasqlite.core.changeset;

import io.github.hasqlite.ChangeSet;
import io.github.hasqlite.ChangeSetFormatException;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.LargeMessage;
import io.github.hasqlite.UntypedValues;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonFactory;

/**
 * Change sets as JSON, one object each, with the field names of the Go implementation. Thread-safe.
 *
 * <p>JSON alone does not tell SQLite's storage classes apart, so each list of values has a string
 * beside it, {@code old_types}, {@code new_types} or {@code arg_types}, with a letter for each value:
 *
 * <ul>
 *   <li>{@code i} INTEGER, a number without fraction in the 64-bit range;
 *   <li>{@code r} REAL, the shortest number that reads back the same, or the string {@code
 *       "Infinity"} or {@code "-Infinity"};
 *   <li>{@code t} TEXT, a string; a lone surrogate, which SQLite cannot store, becomes {@code ?} as it
 *       does when sqlite-jdbc binds it;
 *   <li>{@code b} BLOB, a string in base64 (RFC 4648, section 4, with padding);
 *   <li>{@code n} NULL.
 * </ul>
 *
 * <p>Messages of Go nodes have no such strings. Of those, a whole number in the 64-bit range is read as
 * INTEGER, another number as REAL, a string as TEXT, a boolean as 0 or 1: as {@link UntypedValues}. So a
 * REAL without a fraction arrives as INTEGER and a BLOB as the TEXT of its base64, just as they do on a Go
 * node; whoever knows the table makes of it what can be made.
 *
 * <p>Fields it does not know are skipped. A field it knows that comes twice makes the message invalid,
 * because JSON readers do not agree on which of the two counts. {@code publisher} and {@code counter}
 * are written first, so that {@link #origin} costs no more than looking at the start of the message.
 * Messages and strings in them can have up to 512 MiB.
 */
public final class JsonChangeSetSerializer implements ChangeSetSerializer {

    private final ChangeSetEncoder encoder;
    private final ChangeSetDecoder decoder;
    private final OriginReader origins;

    /** Creates a serializer. One is enough for a whole application: it remembers the tables it has seen. */
    public JsonChangeSetSerializer() {
        JsonFactory factory = JsonFormat.factory();
        this.encoder = new ChangeSetEncoder(factory);
        this.decoder = new ChangeSetDecoder(factory);
        this.origins = new OriginReader(factory);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if no node could apply it: it has no changes, a list of values
     *     that does not match the columns, a value that is none of the five storage classes
     */
    @Override
    public byte[] serialize(ChangeSet changeSet) {
        return encoder.encode(changeSet);
    }

    @Override
    public ChangeSet deserialize(byte[] message) throws ChangeSetFormatException {
        return decoder.decode(message);
    }

    @Override
    public void serialize(ChangeSet changeSet, OutputStream out) throws IOException {
        encoder.encode(changeSet, out);
    }

    /**
     * {@inheritDoc}
     *
     * <p>A list of values must come behind its storage classes here, where it cannot be read twice.
     */
    @Override
    public ChangeSet deserialize(LargeMessage message) throws ChangeSetFormatException, IOException {
        return decoder.decode(message);
    }

    @Override
    public @Nullable Origin origin(byte[] message) {
        return origins.read(message);
    }
}
