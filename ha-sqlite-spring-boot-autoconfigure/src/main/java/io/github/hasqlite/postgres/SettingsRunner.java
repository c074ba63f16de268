package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.gateway.ReadLevel;
import io.github.hasqlite.core.sqlite.SqlStates;
import io.github.hasqlite.postgres.wire.MessageWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs SET, SHOW and RESET, and tells the client of settings that it keeps track of. Not thread-safe. */
final class SettingsRunner {

    /** What PostgreSQL reports, and ours. */
    private static final List<String> REPORTED = List.of(
            "server_version",
            "server_encoding",
            "client_encoding",
            "application_name",
            "default_transaction_read_only",
            "in_hot_standby",
            "is_superuser",
            "session_authorization",
            "DateStyle",
            "IntervalStyle",
            "TimeZone",
            "integer_datetimes",
            "standard_conforming_strings",
            SessionSettings.POSITION);

    /** Those that a client names at the start and that are no settings. */
    private static final Set<String> STARTUP = Set.of("user", "database", "options", "replication");

    private static final Duration POSITION_TIMEOUT = Duration.ofSeconds(30);

    private final SessionSettings settings;
    private final GatewaySession gateway;
    private final Transactions transactions;
    private final Notices notices;
    private final Map<String, String> told = new HashMap<>();
    private boolean started;

    SettingsRunner(SessionSettings settings, GatewaySession gateway, Transactions transactions, Notices notices) {
        this.settings = settings;
        this.gateway = gateway;
        this.transactions = transactions;
        this.notices = notices;
    }

    /** To tell the client something. */
    Notices notices() {
        return notices;
    }

    /** What a client says at the start. Names that are not known are let be, as they do no harm. */
    void start(Map<String, String> parameters) throws SQLException {
        for (Map.Entry<String, String> entry : parameters.entrySet()) {
            boolean known =
                    settings.find(entry.getKey()) != null || entry.getKey().indexOf('.') > 0;
            if (known && !STARTUP.contains(entry.getKey()) && !entry.getKey().startsWith("_pq_.")) {
                set(entry.getKey(), entry.getValue(), false);
            }
        }
        String options = parameters.get("options");
        if (options != null) {
            for (String option : options.replaceAll("-c\\s+", "-c").strip().split("(?<!\\\\)\\s+", -1)) {
                int equals = option.indexOf('=');
                if (option.startsWith("-c") && equals > 0) {
                    set(
                            option.substring(2, equals),
                            option.substring(equals + 1).replace("\\ ", " "),
                            false);
                }
            }
        }
        settings.started();
        started = true;
    }

    /** Tells what the client does not know yet. */
    void report(MessageWriter out) {
        for (String name : REPORTED) {
            String value = settings.find(name);
            if (value != null && !value.equals(told.put(name, value))) {
                out.begin('S').text(name).text(value).end();
            }
        }
    }

    /** After a commit: where it is in the stream. */
    void positioned() throws SQLException {
        long position = gateway.position(Duration.ZERO);
        if (position > 0) {
            settings.setPosition(position);
        }
    }

    /**
     * Runs a command.
     *
     * @throws SQLException if there is no such setting (42704), it cannot be set (55P02, 42501), not so (22023), or not now
     *     (25001)
     */
    Rows run(SessionCommand command) throws SQLException {
        switch (command.what()) {
            case SHOW -> {
                return show(command);
            }
            case SET, SET_TRANSACTION -> {
                if (command.local() && transactions.isNone()) {
                    boolean set = command.what() == SessionCommand.What.SET;
                    notices.warn(
                            SqlStates.NO_TRANSACTION,
                            (set ? "SET LOCAL" : "SET TRANSACTION") + " can only be used in transaction blocks");
                }
                set(command.name(), command.value(), command.local());
            }
            case RESET -> {
                if (command.isAll()) {
                    settings.resetAll();
                } else {
                    set(command.name(), null, false);
                }
            }
            case DISCARD -> {
                if (command.isAll()) {
                    settings.resetAll();
                }
            }
            case DEALLOCATE -> {}
        }
        return ListedRows.none();
    }

    private Rows show(SessionCommand command) throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        if (command.isAll()) {
            settings.all().forEach((name, value) -> rows.add(List.of(name, value, "")));
            return new ListedRows(command.columns(), rows);
        }
        rows.add(List.of(settings.get(command.name())));
        return new ListedRows(List.of(new GatewayColumn(command.name(), "TEXT", "")), rows);
    }

    /**
     * Sets something.
     *
     * @param value {@code null} for what it was at the start
     * @param local whether until the end of the transaction only
     * @throws SQLException if there is no such setting (42704), it cannot be set (55P02, 42501), not so (22023), or is a
     *     time zone that is not UTC (0A000)
     */
    void set(String name, @Nullable String value, boolean local) throws SQLException {
        switch (name.toLowerCase(Locale.ROOT)) {
            case SessionSettings.POSITION -> awaitPosition(value);
            case "session_authorization", "role" -> {
                if (value != null
                        && !value.equals(settings.find("session_authorization"))
                        && !value.equalsIgnoreCase("none")) {
                    throw new SQLException("there is one role only", SqlStates.NO_PRIVILEGE);
                }
            }
            case SessionSettings.READ_ONLY -> {
                if (value == null) {
                    settings.reset(name, local);
                } else {
                    transactions.setReadOnly(SettingValues.bool(name, value));
                }
            }
            default -> {
                if (value == null) {
                    settings.reset(name, local);
                } else {
                    // drivers say the zone of their machine at the start, for themselves
                    boolean zone = started && name.equalsIgnoreCase("timezone");
                    settings.set(name, zone ? SettingValues.utc(value) : value, local);
                }
            }
        }
    }

    private void awaitPosition(@Nullable String value) throws SQLException {
        if (value != null) {
            long position = position(value);
            gateway.await(ReadLevel.LOCAL, position, POSITION_TIMEOUT);
            settings.setPosition(position);
        }
    }

    private static long position(String value) throws SQLException {
        try {
            long position = Long.parseLong(value.strip());
            if (position >= 0) {
                return position;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new SQLException("invalid value for parameter \"ha.position\": it is a number of the stream", "22023");
    }
}
