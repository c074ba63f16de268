package io.github.hasqlite.core.history;

import io.github.hasqlite.UndoRequest;
import io.github.hasqlite.core.sqlite.SqlStates;
import java.sql.SQLException;
import java.sql.SQLSyntaxErrorException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of a statement about the history behind its first one. */
final class HistoryWords {

    private static final Pattern PLACE = Pattern.compile("[0-9]{1,18}");
    private static final Pattern TRANSACTION = Pattern.compile("([0-9]{1,18})(?:\\.([0-9]{1,9}))?");
    private static final Pattern DURATION = Pattern.compile("(?:[0-9]+(?:\\.[0-9]+)?(?:ns|us|µs|ms|s|m|h|d))+");
    private static final Pattern STEP = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ns|us|µs|ms|s|m|h|d)");
    private static final double NANOS = 1e9;

    private HistoryWords() {}

    static String[] of(String text) {
        String stripped = text.strip();
        while (stripped.endsWith(";")) {
            stripped = stripped.substring(0, stripped.length() - 1).strip();
        }
        return stripped.isEmpty() ? new String[0] : stripped.split("\\s+");
    }

    static HistoryCommand show(String[] words) throws SQLException {
        if (words.length == 0) {
            return new HistoryCommand.Show(0, null);
        }
        if (words.length > 1) {
            throw wrong("HISTORY", "[n|duration]", String.join(" ", words));
        }
        String word = unquoted(words[0]);
        return isPlace(word)
                ? new HistoryCommand.Show(Long.parseLong(word), null)
                : new HistoryCommand.Show(0, duration("HISTORY", "[n|duration]", word));
    }

    static HistoryCommand takeBack(String verb, UndoRequest.Scope scope, String[] words, boolean explain)
            throws SQLException {
        String usage = "n|duration [CASCADE]";
        boolean cascade = words.length == 2 && words[1].equalsIgnoreCase("CASCADE");
        if (words.length == 0 || (words.length > 1 && !cascade)) {
            throw wrong(verb, usage, String.join(" ", words));
        }
        String word = unquoted(words[0]);
        Matcher transaction = TRANSACTION.matcher(word);
        if (!transaction.matches()) {
            return new HistoryCommand.TakeBack(scope, 0, 0, duration(verb, usage, word), explain, cascade);
        }
        long from = Long.parseLong(transaction.group(1));
        int number = transaction.group(2) == null ? 0 : Integer.parseInt(transaction.group(2));
        if (from == 0 || (number == 0 && transaction.group(2) != null)) {
            throw wrong(verb, usage, word);
        }
        return new HistoryCommand.TakeBack(scope, from, number, null, explain, cascade);
    }

    private static boolean isPlace(String word) {
        return PLACE.matcher(word).matches();
    }

    private static String unquoted(String word) {
        int end = word.length() - 1;
        boolean quoted = end > 0 && word.charAt(0) == word.charAt(end) && "'\"".indexOf(word.charAt(0)) >= 0;
        return quoted ? word.substring(1, end).strip() : word;
    }

    private static Duration duration(String verb, String usage, String word) throws SQLException {
        String text = word.toLowerCase(Locale.ROOT);
        if (!DURATION.matcher(text).matches()) {
            throw wrong(verb, usage, word);
        }
        double nanos = 0;
        Matcher step = STEP.matcher(text);
        while (step.find()) {
            nanos += Double.parseDouble(step.group(1)) * nanosOf(step.group(2));
        }
        if (nanos < 1 || nanos > Long.MAX_VALUE / 2.0) {
            throw wrong(verb, usage, word);
        }
        return Duration.ofNanos((long) nanos);
    }

    private static double nanosOf(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us", "µs" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> NANOS;
            case "m" -> 60 * NANOS;
            case "h" -> 3_600 * NANOS;
            default -> 86_400 * NANOS;
        };
    }

    private static SQLException wrong(String verb, String usage, String found) {
        return new SQLSyntaxErrorException(
                "the statement is " + verb + " " + usage
                        + ", where n is a place in the stream (n.m one of several transactions there) and a duration is"
                        + " written like 5m or '1h30m'; found: " + (found.isEmpty() ? "nothing" : found),
                SqlStates.SYNTAX_ERROR);
    }
}
