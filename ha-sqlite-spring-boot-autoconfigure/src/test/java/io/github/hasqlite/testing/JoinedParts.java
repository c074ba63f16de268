package io.github.hasqlite.testing;

import io.github.hasqlite.core.changeset.ByteSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.List;

/** What parts hold, in memory. */
public record JoinedParts(List<byte[]> data) implements ByteSource {

    @Override
    public long length() {
        return data.stream().mapToLong(each -> each.length).sum();
    }

    @Override
    public InputStream open() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        data.forEach(all::writeBytes);
        return new ByteArrayInputStream(all.toByteArray());
    }
}
