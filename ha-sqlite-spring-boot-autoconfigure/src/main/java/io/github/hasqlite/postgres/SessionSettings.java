package io.github.hasqlite.postgres;

import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The settings of a session that clients set and show. Not thread-safe. */
final class SessionSettings {

    static final String POSITION = "ha.position";

    /** What the catalog and the protocol are modelled on. */
    static final String VERSION = "15.0";

    /** Spellings count: clients look for some of them as they are. */
    private static final Map<String, String> DEFAULTS = defaults();

    /** Set by the server alone. */
    private static final Map<String, Boolean> FIXED = Map.of(
            "server_version", true,
            "server_version_num", true,
            "server_encoding", true,
            "integer_datetimes", true,
            "is_superuser", true,
            "in_hot_standby", true,
            "session_authorization", true,
            "max_identifier_length", true,
            "lc_collate", true,
            "lc_ctype", true);

    private final Map<String, String> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, String> initial = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    SessionSettings(String user) {
        values.putAll(DEFAULTS);
        values.put("session_authorization", user);
        initial.putAll(values);
    }

    private static Map<String, String> defaults() {
        Map<String, String> map = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        String[] known = {
            "server_version",
            VERSION,
            "server_version_num",
            "150000",
            "server_encoding",
            "UTF8",
            "client_encoding",
            "UTF8",
            "application_name",
            "",
            "is_superuser",
            "off",
            "DateStyle",
            "ISO, MDY",
            "IntervalStyle",
            "postgres",
            "TimeZone",
            "UTC",
            "integer_datetimes",
            "on",
            "standard_conforming_strings",
            "on",
            "default_transaction_read_only",
            "off",
            "in_hot_standby",
            "off",
            "transaction_read_only",
            "off",
            "transaction_isolation",
            "serializable",
            "default_transaction_isolation",
            "serializable",
            "default_transaction_deferrable",
            "off",
            "transaction_deferrable",
            "off",
            "statement_timeout",
            "0",
            "lock_timeout",
            "0",
            "idle_in_transaction_session_timeout",
            "0",
            "idle_session_timeout",
            "0",
            "search_path",
            "public",
            "extra_float_digits",
            "1",
            "client_min_messages",
            "notice",
            "bytea_output",
            "hex",
            "escape_string_warning",
            "on",
            "max_identifier_length",
            "63",
            "lc_collate",
            "C",
            "lc_ctype",
            "C",
            "lc_messages",
            "C",
            "lc_monetary",
            "C",
            "lc_numeric",
            "C",
            "lc_time",
            "C",
            "row_security",
            "on",
            "xmloption",
            "content",
            "check_function_bodies",
            "on",
            "default_tablespace",
            "",
            "default_table_access_method",
            "heap",
            "synchronous_commit",
            "on",
            "jit",
            "off",
            "work_mem",
            "4MB",
            "default_with_oids",
            "off",
            "session_replication_role",
            "origin",
            "log_min_messages",
            "warning",
            "role",
            "none",
            "backslash_quote",
            "safe_encoding",
            "array_nulls",
            "on",
            "transform_null_equals",
            "off",
            "enable_nestloop",
            "on",
            "enable_seqscan",
            "on",
            "geqo",
            "on",
            "timezone_abbreviations",
            "Default",
            "ssl",
            "off",
            "max_index_keys",
            "32",
            "max_connections",
            "100",
            POSITION,
            "0"
        };
        for (int i = 0; i < known.length; i += 2) {
            map.put(known[i], known[i + 1]);
        }
        return map;
    }

    /** {@code null} if there is none such. */
    @Nullable
    String find(String name) {
        return values.get(name);
    }

    /**
     * The value of a setting.
     *
     * @throws SQLException if there is none such (42704)
     */
    String get(String name) throws SQLException {
        String value = values.get(name);
        if (value == null) {
            throw unknown(name);
        }
        return value;
    }

    Map<String, String> all() {
        return new TreeMap<>(values);
    }

    private static SQLException unknown(String name) {
        return new SQLException("unrecognized configuration parameter \"" + name + "\"", "42704");
    }

    /**
     * Sets what a client may set. Most of it has no effect but to be shown.
     *
     * @throws SQLException if there is none such (42704), it cannot be set (55P02), or not so (22023)
     */
    void set(String name, String value) throws SQLException {
        if (!values.containsKey(name) && name.indexOf('.') < 0) {
            throw unknown(name);
        }
        if (FIXED.containsKey(name.toLowerCase(Locale.ROOT))) {
            throw new SQLException("parameter \"" + name + "\" cannot be changed", "55P02");
        }
        values.put(name, checked(name.toLowerCase(Locale.ROOT), value));
    }

    private static String checked(String name, String value) throws SQLException {
        switch (name) {
            case "client_encoding" -> {
                String encoding = value.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "");
                if (!encoding.equals("UTF8")
                        && !encoding.equals("UNICODE")
                        && !encoding.equals("SQLASCII")
                        && !encoding.equals("AUTO")) {
                    throw invalid(name, value, "only UTF8 is spoken here");
                }
                return "UTF8";
            }
            case "standard_conforming_strings" -> {
                if (!bool(name, value)) {
                    throw invalid(name, value, "backslashes have no meaning in SQLite's texts");
                }
                return "on";
            }
            case "datestyle" -> {
                if (!value.toUpperCase(Locale.ROOT).contains("ISO")) {
                    throw invalid(name, value, "dates are written in the style ISO alone");
                }
                return "ISO, MDY";
            }
            case "bytea_output" -> {
                if (!value.equalsIgnoreCase("hex")) {
                    throw invalid(name, value, "bytes are written in the form hex alone");
                }
                return "hex";
            }
            case "default_transaction_read_only", "transaction_read_only" -> {
                return bool(name, value) ? "on" : "off";
            }
            case "statement_timeout" -> {
                return Long.toString(millis(name, value));
            }
            default -> {
                return value;
            }
        }
    }

    private static SQLException invalid(String name, String value, String why) {
        return new SQLException("invalid value for parameter \"" + name + "\": \"" + value + "\"; " + why, "22023");
    }

    private static boolean bool(String name, String value) throws SQLException {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "on", "true", "yes", "1", "t" -> true;
            case "off", "false", "no", "0", "f" -> false;
            default -> throw invalid(name, value, "it is on or off");
        };
    }

    private static long millis(String name, String value) throws SQLException {
        String number = value.strip().toLowerCase(Locale.ROOT);
        long unit = 1;
        if (number.endsWith("ms")) {
            number = number.substring(0, number.length() - 2);
        } else if (number.endsWith("min")) {
            number = number.substring(0, number.length() - 3);
            unit = 60_000;
        } else if (number.endsWith("s")) {
            number = number.substring(0, number.length() - 1);
            unit = 1000;
        }
        try {
            long millis = Math.multiplyExact(Integer.parseInt(number.strip()), unit);
            if (millis >= 0 && millis <= Integer.MAX_VALUE) {
                return millis;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // said below
        }
        throw invalid(name, value, "it is a number of milliseconds, or one with ms, s or min");
    }

    /** Back to what it was at the start; nothing for one that is not known. */
    void reset(String name) throws SQLException {
        String first = initial.get(name);
        if (first != null) {
            values.put(name, first);
        } else if (values.remove(name) == null) {
            throw unknown(name);
        }
    }

    /** All as they were at the start. */
    void resetAll() {
        String position = values.get(POSITION);
        values.clear();
        values.putAll(initial);
        if (position != null) {
            values.put(POSITION, position);
        }
    }

    /** What is set now is what the session started with. */
    void started() {
        initial.putAll(values);
    }

    boolean isReadOnly() {
        return "on".equals(values.get("default_transaction_read_only"));
    }

    /** 0 for none. */
    long statementTimeout() {
        String value = values.get("statement_timeout");
        return value == null ? 0 : Long.parseLong(value);
    }

    /** What the server did. */
    void put(String name, String value) {
        values.put(name, value);
    }
}
