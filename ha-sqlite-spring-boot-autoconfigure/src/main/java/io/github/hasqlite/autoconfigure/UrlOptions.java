package io.github.hasqlite.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The options of a URL: the properties {@code ha.sqlite.*} of one database, also in camel case, and what the driver of
 * the Go implementation calls them.
 */
final class UrlOptions {

    /** What concerns the connection, not the node. */
    static final String READ_ONLY = "read-only";

    /** What is no matter of one database, or of none that is opened by a URL, in the uniform form of names. */
    private static final Map<String, String> REFUSED = Map.of(
            "path", "the path stands before the question mark",
            "enabled", "a URL that should open nothing need not be opened",
            "databases", "each database has a URL of its own",
            "http", "there are no requests that it could be about; set ha.sqlite.http in an application",
            "joins", "there are no other databases to be seen",
            "autostart", "nobody could start replication later",
            "asyncpublisheroutboxdir", "what is not in the stream yet is in the database itself",
            "leaderprovider", "who leads is agreed over the stream, see ha.sqlite.leader",
            "grpcport", "there is no gRPC");

    private static final Pattern WORD_START = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

    /** A duration of Go with more than one unit, such as {@code 1m30s}. */
    private static final Pattern GO_DURATION = Pattern.compile("(?=.*[a-z].*[a-z])(\\d+h)?(\\d+m)?(\\d+s)?");

    /** A name that is so unlike is not worth mentioning: one letter in so many. */
    private static final int LETTERS_FOR_A_SLIP = 3;

    private static final Map<String, Class<?>> PROPERTIES = properties();

    /** From the uniform form of names. */
    private static final Map<String, String> NAMES = names();

    private static final Map<String, GoOption> GO = goOptions();

    /** What an option of the Go driver is here. */
    private record GoOption(String name, String property, UnaryOperator<String> value) {}

    private UrlOptions() {}

    private static Map<String, Class<?>> properties() {
        Map<String, Class<?>> found = new TreeMap<>();
        collect(HaSqliteProperties.class, "", found);
        found.put(READ_ONLY, boolean.class);
        return found;
    }

    private static void collect(Class<?> type, String prefix, Map<String, Class<?>> found) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix
                    + WORD_START.matcher(component.getName()).replaceAll("-").toLowerCase(Locale.ROOT);
            if (REFUSED.containsKey(uniform(name))) {
                continue;
            }
            if (component.getType().isRecord()) {
                collect(component.getType(), name + ".", found);
            } else {
                found.put(name, component.getType());
            }
        }
    }

    private static Map<String, String> names() {
        Map<String, String> names = new LinkedHashMap<>();
        PROPERTIES.keySet().forEach(name -> names.put(uniform(name), name));
        return names;
    }

    private static Map<String, GoOption> goOptions() {
        Map<String, GoOption> options = new LinkedHashMap<>();
        Stream.of(
                        same("replicationStream", "stream"),
                        same("cdcID", "replication-id"),
                        same("publisherTimeout", "publisher.timeout"),
                        same("snapshotInterval", "snapshotter.interval"),
                        same("natsPort", "nats.embedded.port"),
                        same("natsName", "nats.embedded.name"),
                        same("natsStoreDir", "nats.embedded.store-dir"),
                        same("natsConfigFile", "nats.embedded.config-file"),
                        same("natsUser", "nats.embedded.user"),
                        same("natsPass", "nats.embedded.password"),
                        opposite("disablePublisher", "publisher.enabled"),
                        opposite("disableCDCPublisher", "publisher.enabled"),
                        opposite("disableSubscriber", "subscriber.enabled"),
                        opposite("disableCDCSubscriber", "subscriber.enabled"),
                        opposite("disableDBSnapshotter", "snapshotter.enabled"),
                        opposite("disableDDLSync", "ddl-sync"),
                        new GoOption(
                                "asyncPublisher",
                                "commit-mode",
                                value -> isTrue("asyncPublisher", value) ? "async" : "sync"))
                .forEach(option -> options.put(uniform(option.name()), option));
        return options;
    }

    private static GoOption same(String name, String property) {
        return new GoOption(name, property, value -> value);
    }

    private static GoOption opposite(String name, String property) {
        return new GoOption(name, property, value -> String.valueOf(!isTrue(name, value)));
    }

    private static boolean isTrue(String name, String value) {
        return switch (value.trim().toLowerCase(Locale.ROOT)) {
            case "true", "t", "1", "yes", "on" -> true;
            case "false", "f", "0", "no", "off" -> false;
            default -> throw new InvalidUrlException("the option " + name + " has to be true or false");
        };
    }

    private static String uniform(String name) {
        return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    /** The names of all options, as properties without their prefix, with their types. */
    static Map<String, Class<?>> all() {
        return PROPERTIES;
    }

    /** Whether a value should be shown to nobody. */
    static boolean isSecret(String property) {
        return Stream.of("password", "token", "nkey").anyMatch(property::endsWith);
    }

    /**
     * Puts what an option means into properties without their prefix.
     *
     * @param name as it was given
     * @throws InvalidUrlException if there is no such option, or if it contradicts one that is there
     */
    static void add(String name, String value, Map<String, String> properties) {
        String prefix = HaSqliteProperties.PREFIX + ".";
        String plain = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
        String uniform = uniform(plain);
        int dot = uniform.indexOf('.');
        String reason = REFUSED.get(dot < 0 ? uniform : uniform.substring(0, dot));
        if (reason != null) {
            throw new InvalidUrlException("the option " + shown(name) + " is none of a URL: " + reason);
        }
        GoOption go = GO.get(uniform);
        String property = go == null ? NAMES.get(uniform) : go.property();
        if (property == null) {
            String nearest = nearest(uniform);
            throw new InvalidUrlException("there is no option " + shown(name)
                    + (nearest == null ? "" : "; did you mean " + nearest + "?")
                    + " The options are the properties ha.sqlite.* without that prefix");
        }
        String meant = duration(property, go == null ? value : go.value().apply(value));
        String before = properties.putIfAbsent(property, meant);
        if (before != null && !before.equals(meant)) {
            throw new InvalidUrlException("the option " + property + " is there twice, with two values"
                    + (go == null ? "" : "; " + go.name() + " means it, too"));
        }
        if (property.startsWith("nats.embedded.") && go != null) {
            // there, these are what says that a server is to be run
            properties.putIfAbsent("nats.embedded.enabled", "true");
        }
    }

    private static String duration(String property, String value) {
        boolean compound = PROPERTIES.get(property) == Duration.class
                && GO_DURATION.matcher(value).matches();
        return compound ? "PT" + value.toUpperCase(Locale.ROOT) : value;
    }

    /** Names come from outside: what cannot be one is cut short. */
    private static String shown(String name) {
        String printable = name.replaceAll("\\p{Cntrl}", "?");
        return "'" + (printable.length() > 60 ? printable.substring(0, 60) + "..." : printable) + "'";
    }

    private static @Nullable String nearest(String uniform) {
        Map<String, String> candidates = new LinkedHashMap<>(NAMES);
        GO.forEach((key, option) -> candidates.putIfAbsent(key, option.name()));
        return candidates.entrySet().stream()
                .filter(candidate -> distance(uniform, candidate.getKey())
                        <= Math.max(uniform.length(), candidate.getKey().length()) / LETTERS_FOR_A_SLIP)
                .min(Comparator.comparingInt(candidate -> distance(uniform, candidate.getKey())))
                .map(Map.Entry::getValue)
                .orElse(null);
    }

    /** How many letters have to be added, left out or exchanged to make one of the other (Levenshtein). */
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int k = 0; k < row.length; k++) {
            row[k] = k;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int k = 1; k < row.length; k++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(k - 1) ? 0 : 1);
                diagonal = row[k];
                row[k] = Math.min(replaced, 1 + Math.min(row[k], row[k - 1]));
            }
        }
        return row[other.length()];
    }

    /** Options whose order says nothing: which of them are said differently in one and the other. */
    static Set<String> differences(Object one, Object other) {
        Set<String> names = new TreeSet<>();
        compare(one, other, "", names);
        return names;
    }

    private static void compare(Object one, Object other, String prefix, Set<String> names) {
        for (RecordComponent component : one.getClass().getRecordComponents()) {
            String name = prefix
                    + WORD_START.matcher(component.getName()).replaceAll("-").toLowerCase(Locale.ROOT);
            Object first = value(component, one);
            Object second = value(component, other);
            if (first != null && second != null && first.getClass().isRecord()) {
                compare(first, second, name + ".", names);
            } else if (!Objects.equals(first, second) && !name.equals("path")) {
                names.add(name);
            }
        }
    }

    private static @Nullable Object value(RecordComponent component, Object of) {
        try {
            return component.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the property " + component.getName() + " cannot be read", e);
        }
    }
}
