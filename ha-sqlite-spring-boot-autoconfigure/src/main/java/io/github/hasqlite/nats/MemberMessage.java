package io.github.hasqlite.nats;

import io.github.hasqlite.ClusterMember;
import io.github.hasqlite.CommitMode;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node says of itself, as a message: names and values as in the query of a URL. Names that are not known are
 * ignored.
 *
 * @param member the node; how long it was silent does not travel
 * @param beat how many such messages this start of it has sent before
 * @param age after which silence it is gone
 * @param left whether it is no member any more
 */
record MemberMessage(ClusterMember member, long beat, Duration age, boolean left) {

    byte[] bytes() {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("name", member.name());
        fields.put("id", member.id());
        fields.put("started", member.started().toEpochMilli());
        fields.put("address", member.address());
        fields.put("mode", member.commitMode());
        fields.put("readOnly", member.readOnly());
        fields.put("version", member.version());
        fields.put("applied", member.appliedSequence());
        fields.put("lag", member.lagMessages());
        fields.put("server", member.server());
        fields.put("beat", beat);
        fields.put("age", age.toMillis());
        fields.put("left", left);
        StringBuilder text = new StringBuilder();
        fields.forEach((name, value) -> {
            if (value != null) {
                text.append(text.isEmpty() ? "" : "&")
                        .append(name)
                        .append('=')
                        .append(URLEncoder.encode(value.toString(), StandardCharsets.UTF_8));
            }
        });
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads a message; {@code null} if it is none. */
    static @Nullable MemberMessage read(byte @Nullable [] message) {
        if (message == null) {
            return null;
        }
        try {
            Map<String, String> fields = new HashMap<>();
            for (String field : new String(message, StandardCharsets.US_ASCII).split("&", -1)) {
                String[] pair = field.split("=", 2);
                if (pair.length == 2) {
                    fields.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
                }
            }
            ClusterMember member = new ClusterMember(
                    required(fields, "name"),
                    required(fields, "id"),
                    Instant.ofEpochMilli(number(fields, "started")),
                    fields.get("address"),
                    CommitMode.valueOf(required(fields, "mode")),
                    Boolean.parseBoolean(fields.get("readOnly")),
                    fields.getOrDefault("version", ""),
                    number(fields, "applied"),
                    number(fields, "lag"),
                    fields.get("server"),
                    Duration.ZERO);
            return new MemberMessage(
                    member,
                    number(fields, "beat"),
                    Duration.ofMillis(Math.max(1, number(fields, "age"))),
                    Boolean.parseBoolean(fields.get("left")));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static String required(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name);
        }
        return value;
    }

    private static long number(Map<String, String> fields, String name) {
        return Long.parseLong(required(fields, name));
    }
}
