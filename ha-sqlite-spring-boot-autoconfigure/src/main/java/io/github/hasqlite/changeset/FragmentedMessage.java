package io.github.hasqlite.changeset;

import io.github.hasqlite.ChangeSet;
import tools.jackson.core.Base64Variants;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** A message cut into parts, which are written one at a time when they are wanted. Immutable. */
public final class FragmentedMessage {

    private static final int BASE64_CHARACTERS = 4;
    private static final int BASE64_BYTES = 3;

    private final JsonFactory factory;
    private final ChangeSet changeSet;
    private final Packing packing;
    private final int size;
    private final int bytesEach;
    private final int parts;

    private FragmentedMessage(
            JsonFactory factory, ChangeSet changeSet, Packing packing, int size, int bytesEach, int parts) {
        this.factory = factory;
        this.changeSet = changeSet;
        this.packing = packing;
        this.size = size;
        this.bytesEach = bytesEach;
        this.parts = parts;
    }

    static FragmentedMessage of(JsonFactory factory, ChangeSet changeSet, byte[] message, int maxBytes) {
        if (message.length > Limits.MESSAGE) {
            throw new IllegalArgumentException(
                    "a message of " + message.length + " bytes; more than " + Limits.MESSAGE + " are not read");
        }
        Packing packing = Packing.of(message);
        // no part has longer numbers than this one
        FragmentedMessage frame = new FragmentedMessage(factory, changeSet, packing, message.length, 0, Limits.PARTS);
        int room = maxBytes - frame.part(Limits.PARTS).length;
        int bytesEach = room / BASE64_CHARACTERS * BASE64_BYTES;
        long parts = bytesEach <= 0 ? Long.MAX_VALUE : (packing.bytes().length + bytesEach - 1L) / bytesEach;
        if (parts > Limits.PARTS) {
            throw new IllegalArgumentException("a change set of " + message.length + " bytes does not fit into "
                    + Limits.PARTS + " messages of " + maxBytes
                    + " bytes; raise max_payload of the NATS server");
        }
        return new FragmentedMessage(factory, changeSet, packing, message.length, bytesEach, (int) parts);
    }

    /** How many parts there are. */
    public int parts() {
        return parts;
    }

    /**
     * Writes a part.
     *
     * @param part which one, from 1
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
                    FieldNames.ENCODING, packing.compressed() ? FragmentCodec.COMPRESSED : FragmentCodec.PLAIN);
            out.writeNumberProperty(FieldNames.SIZE, size);
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
        byte[] bytes = packing.bytes();
        int from = (int) Math.min(bytes.length, (part - 1L) * bytesEach);
        out.writeName(FieldNames.DATA);
        out.writeBinary(Base64Variants.getDefaultVariant(), bytes, from, Math.min(bytesEach, bytes.length - from));
    }
}
