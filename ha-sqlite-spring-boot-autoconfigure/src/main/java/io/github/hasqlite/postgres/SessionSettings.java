package io.github.hasqlite.postgres;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a session that clients set and show. What a transaction sets is undone with it, and what it sets for
 * itself alone ends with it. Not thread-safe.
 */
final class SessionSettings {

    static final String POSITION = "ha.position";
    static final String READ_ONLY = "transaction_read_only";
    static final String DEFAULT_READ_ONLY = "default_transaction_read_only";

    /** How long one may take is the session's affair. */
    private static final Set<String> OF_TRANSACTION =
            Set.of("transaction_isolation", READ_ONLY, "transaction_deferrable");

    /** What the catalog and the protocol are modelled on. */
    static final String VERSION = "15.0";

    private State state;
    private State before;
    private Map<String, String> initial;
    private String position = "0";
    private final Duration longest;

    /**
     * All values at a moment; never changed.
     *
     * @param effective those that count now
     * @param lasting those that count when the transaction is committed: without what is LOCAL
     */
    record State(Map<String, String> effective, Map<String, String> lasting) {

        State with(String name, @Nullable String value, boolean local) {
            return new State(with(effective, name, value), local ? lasting : with(lasting, name, value));
        }

        private static Map<String, String> with(Map<String, String> values, String name, @Nullable String value) {
            Map<String, String> changed = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            changed.putAll(values);
            if (value == null) {
                changed.remove(name);
            } else {
                changed.put(name, value);
            }
            return changed;
        }
    }

    /** @param longest how long a transaction may be open, whatever is set */
    SessionSettings(String user, Duration longest) {
        this.longest = longest;
        initial = KnownSettings.initial();
        initial.put("session_authorization", user);
        state = new State(initial, initial);
        before = state;
    }

    /** {@code null} if there is none such. */
    @Nullable
    String find(String name) {
        if (name.equalsIgnoreCase(POSITION)) {
            return position;
        }
        String value = state.effective().get(name);
        // outside of a transaction it is what the next one will be
        return value == null && name.equalsIgnoreCase(READ_ONLY)
                ? state.effective().get(DEFAULT_READ_ONLY)
                : value;
    }

    /**
     * The value of a setting.
     *
     * @throws SQLException if there is none such (42704)
     */
    String get(String name) throws SQLException {
        String value = find(name);
        if (value == null) {
            throw unknown(name);
        }
        return value;
    }

    /** All of them by their names; a copy. */
    Map<String, String> all() {
        Map<String, String> all = new TreeMap<>(state.effective());
        all.put(POSITION, position);
        all.putIfAbsent(READ_ONLY, isReadOnly() ? "on" : "off");
        return all;
    }

    private static SQLException unknown(String name) {
        return new SQLException("unrecognized configuration parameter \"" + name + "\"", "42704");
    }

    /**
     * Sets what a client may set. Most of it has no effect but to be shown.
     *
     * @param local whether until the end of the transaction only
     * @throws SQLException if there is none such (42704), it cannot be set (55P02), or not so (22023)
     */
    void set(String name, String value, boolean local) throws SQLException {
        requireSettable(name);
        String checked = SettingValues.checked(name.toLowerCase(Locale.ROOT), value);
        state = state.with(name, checked, local || isOfTransaction(name));
    }

    private void requireSettable(String name) throws SQLException {
        if (find(name) == null && name.indexOf('.') < 0) {
            throw unknown(name);
        }
        if (KnownSettings.isFixed(name)) {
            throw new SQLException("parameter \"" + name + "\" cannot be changed", "55P02");
        }
    }

    /** What a transaction is, it is until its end. */
    private static boolean isOfTransaction(String name) {
        return OF_TRANSACTION.contains(name.toLowerCase(Locale.ROOT));
    }

    /**
     * Back to what it was at the start; a setting of the client's own ends.
     *
     * @param local whether until the end of the transaction only
     * @throws SQLException if there is none such (42704), it cannot be set (55P02), or is one of the transaction (55P02)
     */
    void reset(String name, boolean local) throws SQLException {
        requireSettable(name);
        if (isOfTransaction(name)) {
            throw new SQLException("parameter \"" + name + "\" cannot be reset", "55P02");
        }
        if (find(name) == null) {
            throw unknown(name);
        }
        state = state.with(name, initial.get(name), local);
    }

    /** All as they were at the start, but for what the transaction is. */
    void resetAll() {
        String readOnly = state.effective().get(READ_ONLY);
        state = new State(initial, initial);
        if (readOnly != null) {
            state = state.with(READ_ONLY, readOnly, true);
        }
    }

    /** What is set now is what the session started with. */
    void started() {
        initial = state.lasting();
        before = state;
    }

    // ---- the transaction

    /** A transaction, or what came together without one, is committed. */
    void committed() {
        state = new State(state.lasting(), state.lasting());
        before = state;
    }

    /** It is rolled back: everything is as it was before. */
    void rolledBack() {
        state = before;
    }

    /** How things stand, for a savepoint. */
    State mark() {
        return state;
    }

    /** As things stood at a savepoint. */
    void backTo(State mark) {
        state = mark;
    }

    /** As things stood before the transaction; what it is itself stays. */
    void beforeTransaction() {
        String readOnly = state.effective().get(READ_ONLY);
        state = readOnly == null ? before : before.with(READ_ONLY, readOnly, true);
    }

    /** Whether the transaction, or if there is none the next one, may not write. */
    boolean isReadOnly() {
        return "on".equals(find(READ_ONLY));
    }

    /** What the transaction is from now on. */
    void setReadOnly(boolean readOnly) {
        state = state.with(READ_ONLY, readOnly ? "on" : "off", true);
    }

    // ---- what the server looks at

    /** What a setting of a time is, in milliseconds; 0 for none. */
    long millis(String name) {
        String value = find(name);
        return value == null ? 0 : SettingTimes.millis(value);
    }

    /** How long a transaction may be open. */
    Duration transactionLimit() {
        long set = millis("transaction_timeout");
        return set == 0 || set > longest.toMillis() ? longest : Duration.ofMillis(set);
    }

    /** Where the session's last commit is in the stream, or what it has waited for. No transaction takes that back. */
    void setPosition(long position) {
        this.position = Long.toString(position);
    }
}
