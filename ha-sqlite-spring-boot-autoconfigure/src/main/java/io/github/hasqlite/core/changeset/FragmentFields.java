package io.github.hasqlite.core.changeset;

import io.github.hasqlite.ChangeSetFormatException;
import tools.jackson.core.JsonToken;

/** The fields of a part, as far as they have been read. */
final class FragmentFields {

    private final MessageParser in;
    private String publisher = "";
    private long counter;
    private long part;
    private long parts;
    private String encoding = "";
    private long size;
    private byte[] data = {};

    FragmentFields(MessageParser in) {
        this.in = in;
    }

    // The numbers are the places in FieldNames.OF_FRAGMENT.
    void take(int field) throws ChangeSetFormatException {
        switch (field) {
            case 0 -> publisher = in.name(null);
            case 1 -> counter = in.integer();
            case 2 -> part = in.integer();
            case 3 -> parts = in.integer();
            case 4 -> encoding = in.name(null);
            case 5 -> size = in.integer();
            case 6 -> data = in.binary();
            case 7 -> expectNothing();
            default -> {
                // for Go nodes
            }
        }
    }

    // A Go node would apply what is there.
    private void expectNothing() throws ChangeSetFormatException {
        if (in.token() != JsonToken.START_ARRAY || in.nextToken() != JsonToken.END_ARRAY) {
            throw in.place().wrong("not empty, though it is a part");
        }
    }

    Fragment fragment() throws ChangeSetFormatException {
        in.place().atField(null);
        check(!publisher.isEmpty(), "publisher: is missing");
        check(counter >= 1, "counter: " + counter);
        check(parts >= 1 && parts <= Limits.PARTS, "parts: " + parts + ", not 1 to " + Limits.PARTS);
        check(part >= 1 && part <= parts, "part: " + part + " of " + parts);
        check(size >= 1 && size <= Limits.MESSAGE, "size: " + size + ", not 1 to " + Limits.MESSAGE);
        check(data.length >= 1 && data.length <= size, "data: " + data.length + " bytes of " + size);
        boolean compressed = encoding.equals(FragmentCodec.COMPRESSED);
        check(compressed || encoding.equals(FragmentCodec.PLAIN), "encoding: unknown " + Excerpt.of(encoding));
        return new Fragment(publisher, counter, (int) part, (int) parts, compressed, (int) size, data);
    }

    private void check(boolean condition, String problem) throws ChangeSetFormatException {
        if (!condition) {
            throw in.place().wrong(problem);
        }
    }
}
