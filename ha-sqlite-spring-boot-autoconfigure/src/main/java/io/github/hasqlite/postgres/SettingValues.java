package io.github.hasqlite.postgres;

import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What a setting can be set to. Stateless. */
final class SettingValues {

    /** All of them mean the last one. */
    private static final List<String> ISOLATION =
            List.of("read uncommitted", "read committed", "repeatable read", "serializable");

    private static final Pattern ANOTHER_ORDER = Pattern.compile("DMY|YMD|EURO");
    private static final Pattern UTC_NAME =
            Pattern.compile("(?:etc/)?(?:utc|gmt|uct|zulu|universal|greenwich|z)(?:[+-]?0)?", Pattern.CASE_INSENSITIVE);

    private static final Pattern UTC_OFFSET =
            Pattern.compile("(?:utc|gmt)?[+-]? ?0{1,2}(?::?00){0,2}(?:\\.0+)?", Pattern.CASE_INSENSITIVE);

    private SettingValues() {}

    /**
     * What is kept of a value.
     *
     * @param name in lower case
     * @throws SQLException if the setting cannot be so (22023)
     */
    static String checked(String name, String value) throws SQLException {
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
                String style = value.toUpperCase(Locale.ROOT);
                if (!style.contains("ISO") || ANOTHER_ORDER.matcher(style).find()) {
                    throw invalid(name, value, "dates are written and read in the style ISO, MDY alone");
                }
                return "ISO, MDY";
            }
            case "bytea_output" -> {
                if (!value.equalsIgnoreCase("hex")) {
                    throw invalid(name, value, "bytes are written in the form hex alone");
                }
                return "hex";
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
            case "statement_timeout" -> {
                return Long.toString(millis(name, value));
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
}
