package io.github.hasqlite.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/**
 * What a URL {@code jdbc:ha-sqlite:PATH?option=value&…} says, read but not looked at.
 *
 * @param path the database file
 * @param options properties by their names without {@code ha.sqlite.}
 */
record NodeUrl(String path, Map<String, String> options) {

    static final String SCHEME = "jdbc:ha-sqlite:";

    private static final String FILE = "file:";
    private static final String EXAMPLE = SCHEME + "./data/app.db?name=n1&replication-url=nats://host:4222";

    /** What JDBC calls the credentials; here those of the NATS server, since SQLite has none. */
    private static final Map<String, String> CREDENTIALS = Map.of("user", "nats.user", "password", "nats.password");

    /** Whether a URL is one of ours. */
    static boolean accepts(@Nullable String url) {
        return url != null && url.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    }

    /**
     * Reads a URL.
     *
     * @param url one that is {@linkplain #accepts accepted}
     * @param properties more options; {@code user} and {@code password} are the NATS server's
     * @throws InvalidUrlException if it is not understood
     */
    static NodeUrl parse(String url, Properties properties) {
        String rest = url.substring(SCHEME.length());
        int question = rest.indexOf('?');
        String path = path(question < 0 ? rest : rest.substring(0, question));
        Map<String, String> options = new LinkedHashMap<>();
        if (question >= 0) {
            for (String option : rest.substring(question + 1).split("&", -1)) {
                addFromQuery(option, options);
            }
        }
        for (String name : properties.stringPropertyNames()) {
            String value = String.valueOf(properties.getProperty(name));
            String credential = CREDENTIALS.get(name);
            if (credential == null) {
                UrlOptions.add(name, value, options);
            } else if (!value.isEmpty()) {
                UrlOptions.add(credential, value, options);
            }
        }
        return new NodeUrl(path, options);
    }

    private static void addFromQuery(String option, Map<String, String> options) {
        if (option.isEmpty()) {
            return;
        }
        int equals = option.indexOf('=');
        if (equals <= 0) {
            throw new InvalidUrlException(
                    "what follows the question mark of the URL has to be options as name=value, separated by &: "
                            + EXAMPLE);
        }
        String name = decoded(option.substring(0, equals));
        String value = decoded(option.substring(equals + 1));
        String credential = CREDENTIALS.get(name);
        // the Go driver hands on what SQLite's own URIs have
        if (name.equals("mode") && value.toLowerCase(Locale.ROOT).startsWith("r")) {
            UrlOptions.add(UrlOptions.READ_ONLY, String.valueOf(value.equalsIgnoreCase("ro")), options);
        } else {
            UrlOptions.add(credential == null ? name : credential, value, options);
        }
    }

    private static String path(String given) {
        String path = given;
        if (given.startsWith(FILE)) {
            path = given.substring(given.startsWith(FILE + "//") ? FILE.length() + 2 : FILE.length());
        }
        if (path.isBlank() || path.startsWith(":memory:")) {
            throw new InvalidUrlException((path.isBlank()
                            ? "the URL names no file"
                            : "a database in memory cannot be" + " replicated: what it had is gone with its process")
                    + "; name a file, for example " + EXAMPLE);
        }
        return path;
    }

    /** A plus sign is one: it is more frequent in passwords than in forms. */
    private static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] bytes = new byte[text.length() * 4];
        int length = 0;
        for (int i = 0; i < text.length(); ) {
            int end = i + 1;
            if (text.charAt(i) == '%') {
                end = i + 3;
                bytes[length++] = hex(text, i + 1, end);
            } else {
                while (end < text.length() && text.charAt(end) != '%') {
                    end++;
                }
                byte[] plain = text.substring(i, end).getBytes(StandardCharsets.UTF_8);
                System.arraycopy(plain, 0, bytes, length, plain.length);
                length += plain.length;
            }
            i = end;
        }
        return new String(Arrays.copyOf(bytes, length), StandardCharsets.UTF_8);
    }

    private static byte hex(String text, int start, int end) {
        int high = end <= text.length() ? Character.digit(text.charAt(start), 16) : -1;
        int low = end <= text.length() ? Character.digit(text.charAt(start + 1), 16) : -1;
        if (high < 0 || low < 0) {
            throw new InvalidUrlException(
                    "a % in the URL has to be followed by two hexadecimal digits; %25 is the" + " percent sign itself");
        }
        return (byte) (high * 16 + low);
    }

    /** Whether connections by this URL never write. */
    boolean readOnly() {
        String value = options.getOrDefault(UrlOptions.READ_ONLY, "false");
        if (!value.equals("true") && !value.equals("false")) {
            throw new InvalidUrlException("the option " + UrlOptions.READ_ONLY + " has to be true or false");
        }
        return value.equals("true");
    }

    /** The options that are properties of a node, with their whole names, the path included. */
    Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>();
        options.forEach((name, value) -> properties.put(HaSqliteProperties.PREFIX + "." + name, value));
        properties.remove(HaSqliteProperties.PREFIX + "." + UrlOptions.READ_ONLY);
        properties.put(HaSqliteProperties.PREFIX + ".path", path);
        return properties;
    }

    /**
     * The properties of a node.
     *
     * @param defaults what holds where the URL says nothing, by whole names
     * @throws InvalidUrlException if a value is not what it should be
     */
    HaSqliteProperties bind(Map<String, String> defaults) {
        Map<String, String> all = new HashMap<>(defaults);
        all.putAll(properties());
        try {
            return new Binder(new MapConfigurationPropertySource(all))
                    .bindOrCreate(HaSqliteProperties.PREFIX, HaSqliteProperties.class);
        } catch (BindException e) {
            throw notBound(e, all);
        }
    }

    private static InvalidUrlException notBound(BindException e, Map<String, String> all) {
        String whole = e.getProperty() == null
                ? e.getName().toString()
                : e.getProperty().getName().toString();
        String name = whole.substring(Math.min(whole.length(), HaSqliteProperties.PREFIX.length() + 1));
        Class<?> type = UrlOptions.all().get(name);
        String value = UrlOptions.isSecret(name) ? "***" : all.get(whole);
        String expected = "";
        if (type != null && type.isEnum()) {
            expected = "; it can be "
                    + String.join(
                            ", ",
                            Arrays.stream(type.getEnumConstants())
                                    .map(choice -> choice.toString()
                                            .toLowerCase(Locale.ROOT)
                                            .replace('_', '-'))
                                    .toList());
        } else if (type != null) {
            expected = "; it is a " + type.getSimpleName().toLowerCase(Locale.ROOT);
        }
        InvalidUrlException invalid =
                new InvalidUrlException("the option " + name + " cannot be '" + value + "'" + expected);
        if (!UrlOptions.isSecret(name)) {
            invalid.initCause(e);
        }
        return invalid;
    }
}
