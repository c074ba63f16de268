package io.github.hasqlite.postgres;

import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What a setting can be set to. Stateless. */
final class SettingValues {

    /** All of them mean the last one. */
    private static final List<String> ISOLATION =
            List.of("read uncommitted", "read committed", "repeatable read", "serializable");

    private static final Pattern ISO = Pattern.compile("(?:ISO|MDY|US|DEFAULT|NONEURO(?:PEAN)?|[,\\s])+");
    private static final Pattern DIGITS = Pattern.compile("\\+?[1-3]");

    /** Schemas that there are, but for the one that all tables are in. */
    private static final List<String> SCHEMAS = List.of("", "$user", "pg_catalog", "pg_temp", "information_schema");

    private static final Pattern UTC_NAME =
            Pattern.compile("(?:etc/)?(?:utc|gmt|uct|zulu|universal|greenwich|z)(?:[+-]?0)?", Pattern.CASE_INSENSITIVE);

    private static final Pattern UTC_OFFSET =
            Pattern.compile("(?:utc|gmt)?[+-]? ?0{1,2}(?::?00){0,2}(?:\\.0+)?", Pattern.CASE_INSENSITIVE);

    private SettingValues() {}

    /**
     * What is kept of a value.
     *
     * @param name in lower case
     * @throws SQLException if the setting cannot be so (22023), or only elsewhere (0A000)
     */
    static String checked(String name, String value) throws SQLException {
        switch (name) {
            case "client_encoding" -> {
                String encoding = value.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "");
                return one(
                        name,
                        value,
                        List.of("UTF8", "UNICODE", "SQLASCII", "AUTO").contains(encoding),
                        "UTF8");
            }
            case "standard_conforming_strings", "row_security", "array_nulls" -> {
                boolean on = bool(name, value);
                return one(name, value, on || name.equals("row_security"), on ? "on" : "off");
            }
            case "transform_null_equals" -> {
                return one(name, value, !bool(name, value), "off");
            }
            case "datestyle" -> {
                String style = value.toUpperCase(Locale.ROOT);
                return one(name, value, ISO.matcher(style.strip()).matches(), "ISO, MDY");
            }
            case "intervalstyle" -> {
                return one(name, value, value.equalsIgnoreCase("postgres"), "postgres");
            }
            case "bytea_output" -> {
                return one(name, value, value.equalsIgnoreCase("hex"), "hex");
            }
            case "session_replication_role" -> {
                return one(name, value, value.equalsIgnoreCase("origin"), "origin");
            }
            case "extra_float_digits" -> {
                return one(name, value, DIGITS.matcher(value.strip()).matches(), value.strip());
            }
            case "search_path" -> {
                return one(name, value, findsPublic(value), value);
            }
            case "default_transaction_isolation", "transaction_isolation" -> {
                if (!ISOLATION.contains(value.strip().toLowerCase(Locale.ROOT))) {
                    throw invalid(name, value, "it is one of " + String.join(", ", ISOLATION));
                }
                return "serializable";
            }
            case "default_transaction_read_only",
                    "transaction_read_only",
                    "default_transaction_deferrable",
                    "transaction_deferrable" -> {
                return bool(name, value) ? "on" : "off";
            }
            case "statement_timeout",
                    "lock_timeout",
                    "transaction_timeout",
                    "idle_session_timeout",
                    "idle_in_transaction_session_timeout" -> {
                Long millis = SettingTimes.read(value);
                if (millis == null) {
                    throw invalid(name, value, "it is a number of milliseconds, or one with us, ms, s, min, h or d");
                }
                return SettingTimes.shown(millis);
            }
            default -> {
                return value;
            }
        }
    }

    /**
     * A time zone that is UTC, as it is kept.
     *
     * @throws SQLException if it is another one (0A000)
     */
    static String utc(String zone) throws SQLException {
        String given = zone.strip();
        if (UTC_NAME.matcher(given).matches()) {
            return given;
        }
        if (UTC_OFFSET.matcher(given).matches()) {
            return "UTC";
        }
        throw new SQLException(
                "time zone \"" + zone + "\" is not supported, only UTC is: write moments with their zone, as"
                        + " '2026-01-02 03:04+02', and let the client show them in its own",
                "0A000");
    }

    /** Whether names without a schema are looked for in public, as they are here: not in one before it. */
    private static boolean findsPublic(String path) {
        for (String schema : path.split(",", -1)) {
            String name = schema.replaceAll("[\\s\"']", "").toLowerCase(Locale.ROOT);
            if (name.equals("public")) {
                return true;
            }
            if (!SCHEMAS.contains(name)) {
                return false;
            }
        }
        return true;
    }

    /** What a setting alone can be, because something else would change what is answered. */
    private static String one(String name, String value, boolean known, String kept) throws SQLException {
        if (!known) {
            throw new SQLException(
                    "parameter \"" + name + "\" cannot be \"" + value + "\" here, as that would change what statements"
                            + " mean or answer; leave it at \""
                            + KnownSettings.initial().get(name) + "\"",
                    SqlStates.FEATURE_NOT_SUPPORTED);
        }
        return kept;
    }

    private static SQLException invalid(String name, String value, String why) {
        return new SQLException("invalid value for parameter \"" + name + "\": \"" + value + "\"; " + why, "22023");
    }

    /**
     * A truth value.
     *
     * @throws SQLException if it is none (22023)
     */
    static boolean bool(String name, String value) throws SQLException {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "on", "true", "yes", "1", "t" -> true;
            case "off", "false", "no", "0", "f" -> false;
            default -> throw invalid(name, value, "it is on or off");
        };
    }
}
