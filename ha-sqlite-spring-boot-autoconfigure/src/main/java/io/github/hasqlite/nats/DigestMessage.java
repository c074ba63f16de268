package io.github.hasqlite.nats;

import io.github.hasqlite.NodeDigest;
import io.github.hasqlite.NodeDigest.State;
import io.github.hasqlite.TableDigest;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An answer to a verification as a message: a line with the verification's id, the sequence, the node, the state
 * and the detail, then a line for each table with its name, the number of rows and the digest; separated by
 * blanks, with what people have named as in URLs.
 */
final class DigestMessage {

    private static final int HEAD = 5;
    private static final int TABLE = 3;
    private static final String DIGEST = "[0-9a-f]{64}";

    private DigestMessage() {}

    static byte[] write(NodeDigest digest) {
        StringBuilder text = new StringBuilder()
                .append(digest.verification())
                .append(' ')
                .append(digest.sequence())
                .append(' ')
                .append(encode(digest.node()))
                .append(' ')
                .append(digest.state())
                .append(' ')
                .append(encode(digest.detail()));
        new TreeMap<>(digest.tables())
                .forEach((table, tableDigest) -> text.append('\n')
                        .append(encode(table))
                        .append(' ')
                        .append(tableDigest.rows())
                        .append(' ')
                        .append(tableDigest.sha256()));
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads an answer; {@code null} if it is none. */
    static @Nullable NodeDigest read(byte[] message) {
        try {
            String[] lines = new String(message, StandardCharsets.US_ASCII).split("\n", -1);
            String[] head = fields(lines[0], HEAD);
            Map<String, TableDigest> tables = new HashMap<>();
            for (int i = 1; i < lines.length; i++) {
                String[] table = fields(lines[i], TABLE);
                if (!table[2].matches(DIGEST)) {
                    return null;
                }
                tables.put(decode(table[0]), new TableDigest(Long.parseLong(table[1]), table[2]));
            }
            return new NodeDigest(
                    head[0], Long.parseLong(head[1]), decode(head[2]), State.valueOf(head[3]), tables, decode(head[4]));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String[] fields(String line, int count) {
        String[] fields = line.split(" ", -1);
        if (fields.length != count) {
            throw new IllegalArgumentException("not " + count + " fields");
        }
        return fields;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
