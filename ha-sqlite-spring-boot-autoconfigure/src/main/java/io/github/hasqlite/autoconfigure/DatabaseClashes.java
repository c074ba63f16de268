package io.github.hasqlite.autoconfigure;

import static io.github.hasqlite.autoconfigure.PropertyCheck.hasText;

import io.github.hasqlite.CommitMode;
import io.github.hasqlite.ReplicationStartException;
import io.github.hasqlite.nats.ReplicationSubject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Refuses databases of one application that would be one and the same, or could not share what they would. */
final class DatabaseClashes {

    /** SQLITE_MAX_ATTACHED as SQLite is compiled. */
    private static final int MAX_JOINED = 10;

    /** More links than that lead nowhere. */
    private static final int MAX_LINKS = 40;

    private final Map<String, HaSqliteProperties> all = new LinkedHashMap<>();
    private final boolean joins;

    DatabaseClashes(HaSqliteProperties primary, Map<String, HaSqliteProperties> others) {
        joins = primary.joins();
        all.put(Database.PRIMARY, primary);
        all.putAll(others);
    }

    /**
     * Compares each with each.
     *
     * @throws ReplicationStartException if two clash
     */
    void check() {
        if (joins && all.size() > MAX_JOINED + 1) {
            throw refused(
                    "there are " + all.size() + " databases, and SQLite attaches " + MAX_JOINED
                            + " at most to another one",
                    "Set ha.sqlite.joins to false, so that none sees the others, or have fewer databases.");
        }
        List<Map.Entry<String, HaSqliteProperties>> databases = new ArrayList<>(all.entrySet());
        for (int i = 0; i < databases.size(); i++) {
            requirePath(databases.get(i));
            for (int k = 0; k < i; k++) {
                check(databases.get(k), databases.get(i));
            }
        }
    }

    private static void requirePath(Map.Entry<String, HaSqliteProperties> database) {
        if (!hasText(database.getValue().path())) {
            throw refused(
                    "no file is configured for the database " + database.getKey() + ": "
                            + property(database.getKey(), "path") + " is not set",
                    "Set " + property(database.getKey(), "path") + " to a file of its own, for example ./data/"
                            + database.getKey() + ".db.");
        }
    }

    private static void check(Map.Entry<String, HaSqliteProperties> one, Map.Entry<String, HaSqliteProperties> other) {
        Path file = location(one);
        Path otherFile = location(other);
        String both = "the databases " + one.getKey() + " and " + other.getKey();
        if (isSame(file, otherFile)) {
            throw refused(
                    both + " have one file: " + file + (file.equals(otherFile) ? "" : " and " + otherFile),
                    "Set " + property(other.getKey(), "path") + " to a file of its own.");
        }
        if (Database.replicates(one.getValue())
                && Database.replicates(other.getValue())
                && servers(one.getValue()).equals(servers(other.getValue()))
                && one.getValue().stream().equals(other.getValue().stream())) {
            checkSharedStream(both, one, other);
        }
    }

    private static void checkSharedStream(
            String both, Map.Entry<String, HaSqliteProperties> one, Map.Entry<String, HaSqliteProperties> other) {
        HaSqliteProperties first = one.getValue();
        HaSqliteProperties second = other.getValue();
        String stream = both + " share the stream " + first.stream();
        if (subject(one).equals(subject(other))) {
            throw refused(
                    stream + " and have one replication id there, " + subject(one) + ": each would apply the other's"
                            + " changes",
                    "Set " + property(other.getKey(), "replication-id") + " to another one, or leave out "
                            + property(other.getKey(), "stream") + ".");
        }
        if (first.commitMode() == CommitMode.STRICT
                || second.commitMode() == CommitMode.STRICT
                || first.commitMode() != second.commitMode()
                || first.merge() != second.merge()
                || first.rowIdentify() != second.rowIdentify()) {
            throw refused(
                    stream + ", but are not alike: those that share one have commit-mode, merge and row-identify in"
                            + " common, and commit-mode strict needs a stream for itself",
                    "Leave out " + property(other.getKey(), "stream") + ", or set it to a name of its own.");
        }
    }

    private static ReplicationStartException refused(String problem, String action) {
        return new ReplicationStartException(problem, action, null);
    }

    private static String property(String database, String name) {
        return (database.equals(Database.PRIMARY) ? HaSqliteProperties.PREFIX : DatabaseProperties.prefix(database))
                + "." + name;
    }

    private static Path location(Map.Entry<String, HaSqliteProperties> database) {
        try {
            return DatabaseLocation.of(database.getValue().path()).path();
        } catch (ReplicationStartException e) {
            if (database.getKey().equals(Database.PRIMARY)) {
                throw e;
            }
            throw DatabaseFailure.of(database.getKey(), e);
        }
    }

    /** What tells where it replicates through; empty for the embedded server alone. */
    private static List<String> servers(HaSqliteProperties properties) {
        return properties.replicationUrl();
    }

    private static String subject(Map.Entry<String, HaSqliteProperties> database) {
        String configured = database.getValue().replicationId();
        return ReplicationSubject.token(
                configured != null && hasText(configured)
                        ? configured
                        : String.valueOf(location(database).getFileName()));
    }

    private static boolean isSame(Path one, Path other) {
        try {
            if (Files.exists(one) && Files.exists(other)) {
                return Files.isSameFile(one, other);
            }
        } catch (IOException e) {
            // what cannot be looked at is compared by its name; opening it says what is wrong
            return real(one).equals(real(other));
        }
        return real(one).equals(real(other));
    }

    /** Where a file is or would be, links followed. */
    static Path real(Path path) {
        return real(path, 0);
    }

    private static Path real(Path path, int links) {
        Path absolute = path.toAbsolutePath();
        try {
            return absolute.toRealPath();
        } catch (IOException e) {
            return beyondTheLink(absolute, links);
        }
    }

    private static Path beyondTheLink(Path absent, int links) {
        Path parent = absent.getParent();
        if (parent == null || links > MAX_LINKS) {
            return absent.normalize();
        }
        if (Files.isSymbolicLink(absent)) {
            try {
                return real(parent.resolve(Files.readSymbolicLink(absent)), links + 1);
            } catch (IOException e) {
                return absent.normalize();
            }
        }
        return real(parent, links + 1).resolve(absent.getFileName()).normalize();
    }
}
