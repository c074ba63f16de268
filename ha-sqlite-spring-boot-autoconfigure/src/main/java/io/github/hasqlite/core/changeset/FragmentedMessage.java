package io.github.hasqlite.core.changeset;

import io.github.hasqlite.ChangeSet;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A message cut into parts, which are written one at a time when they are wanted. Going through them in
 * order reads what is kept once. Not thread-safe.
 */
public final class FragmentedMessage {

    private static final int BASE64_CHARACTERS = 4;
    private static final int BASE64_BYTES = 3;

    private final JsonFactory factory;
    private final ChangeSet changeSet;
    private final CompressedMessage message;
    private final int bytesEach;
    private final int parts;
    private @Nullable InputStream reading;
    private int next;

    private FragmentedMessage(
            JsonFactory factory, ChangeSet changeSet, CompressedMessage message, int bytesEach, int parts) {
        this.factory = factory;
        this.changeSet = changeSet;
        this.message = message;
        this.bytesEach = bytesEach;
        this.parts = parts;
    }

    static FragmentedMessage of(JsonFactory factory, ChangeSet changeSet, byte[] message, int maxBytes) {
        if (message.length > Limits.MESSAGE) {
            throw new IllegalArgumentException(
                    "a message of " + message.length + " bytes; more than " + Limits.MESSAGE + " are not read");
        }
        CompressedBytes packing = CompressedBytes.of(message);
        return of(
                factory,
                changeSet,
                new CompressedMessage(packing.compressed(), message.length, new InMemory(packing.bytes())),
                maxBytes);
    }

    static FragmentedMessage of(JsonFactory factory, ChangeSet changeSet, CompressedMessage message, int maxBytes) {
        // no part has longer numbers than this one
        FragmentedMessage frame = new FragmentedMessage(factory, changeSet, message, 0, Limits.PARTS);
        int room = maxBytes - frame.part(Limits.PARTS).length;
        int bytesEach = room / BASE64_CHARACTERS * BASE64_BYTES;
        long parts = bytesEach <= 0 ? Long.MAX_VALUE : (message.bytes().length() + bytesEach - 1L) / bytesEach;
        if (parts > Limits.PARTS) {
            throw new IllegalArgumentException("a change set of " + message.size() + " bytes does not fit into "
                    + Limits.PARTS + " messages of " + maxBytes
                    + " bytes; raise max_payload of the NATS server");
        }
        return new FragmentedMessage(factory, changeSet, message, bytesEach, (int) parts);
    }

    private record InMemory(byte[] all) implements ByteSource {

        @Override
        public long length() {
            return all.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(all);
        }
    }

    /** How many parts there are. */
    public int parts() {
        return parts;
    }

    /**
     * Writes a part.
     *
     * @param part which one, from 1
     * @throws UncheckedIOException if what is kept cannot be read just now
     */
    public byte[] part(int part) {
        MessageSink sink = new MessageSink();
        try (JsonGenerator out = factory.createGenerator(ObjectWriteContext.empty(), sink)) {
            out.writeStartObject();
            out.writeStringProperty(FieldNames.PUBLISHER, StorableText.of(changeSet.publisher()));
            out.writeNumberProperty(FieldNames.COUNTER, changeSet.counter());
            out.writeNumberProperty(FieldNames.PART, part);
            out.writeNumberProperty(FieldNames.PARTS, parts);
            out.writeStringProperty(
                    FieldNames.ENCODING, message.compressed() ? FragmentCodec.COMPRESSED : FragmentCodec.PLAIN);
            out.writeNumberProperty(FieldNames.SIZE, message.size());
            out.writeStringProperty(FieldNames.NODE, StorableText.of(changeSet.node()));
            out.writeNumberProperty(FieldNames.PROCESS_ID, changeSet.processId());
            out.writeStringProperty(FieldNames.FILENAME, StorableText.of(changeSet.filename()));
            out.writeNumberProperty(FieldNames.TIMESTAMP_NS, changeSet.timestampNs());
            out.writeName(FieldNames.CHANGES);
            out.writeStartArray();
            out.writeEndArray();
            writeData(out, part);
            out.writeEndObject();
        }
        return sink.message();
    }

    private void writeData(JsonGenerator out, int part) {
        out.writeName(FieldNames.DATA);
        out.writeBinary(slice(part));
    }

    private byte[] slice(int part) {
        if (bytesEach == 0) {
            return new byte[0];
        }
        try {
            InputStream in = reading;
            if (in == null || part != next) {
                close();
                in = message.bytes().open();
                in.skipNBytes((part - 1L) * bytesEach);
                reading = in;
            }
            next = part + 1;
            byte[] slice = in.readNBytes(bytesEach);
            if (part == parts) {
                close();
            }
            return slice;
        } catch (IOException e) {
            throw new UncheckedIOException("a large change set cannot be read from where it is kept", e);
        }
    }

    private void close() throws IOException {
        InputStream in = reading;
        reading = null;
        if (in != null) {
            in.close();
        }
    }
}
