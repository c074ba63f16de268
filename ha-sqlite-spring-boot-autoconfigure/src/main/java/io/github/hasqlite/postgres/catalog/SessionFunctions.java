package io.github.hasqlite.postgres.catalog;

import static io.github.hasqlite.postgres.catalog.CatalogFunctions.at;
import static io.github.hasqlite.postgres.catalog.CatalogFunctions.text;
import static io.github.hasqlite.postgres.catalog.CatalogFunctions.truth;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Functions that are about the session that asks. Used under the catalog's lock. */
final class SessionFunctions {

    private final AdvisoryLocks locks;
    private @Nullable CatalogSession session;
    private @Nullable SQLException failure;

    SessionFunctions(AdvisoryLocks locks) {
        this.locks = locks;
    }

    /** Who asks. */
    void setSession(CatalogSession asking) {
        session = asking;
        failure = null;
    }

    private CatalogSession session() {
        return Objects.requireNonNull(session, "nobody asks");
    }

    String user() {
        return session().user();
    }

    /** Why a function has failed, if one has; SQLite knows no more than a text. */
    @Nullable
    SQLException takeFailure() {
        SQLException why = failure;
        failure = null;
        return why;
    }

    Map<String, Function<List<@Nullable Object>, @Nullable Object>> functions() {
        Map<String, Function<List<@Nullable Object>, @Nullable Object>> functions = new HashMap<>();
        functions.put("current_database", args -> session().database());
        functions.put("current_catalog", args -> session().database());
        for (String name : new String[] {"current_user", "session_user", "current_role", "user", "pg_get_userbyid"}) {
            functions.put(name, args -> user());
        }
        functions.put("pg_backend_pid", args -> (long) session().pid());
        functions.put("current_setting", args -> currentSetting(text(at(args, 0)), truth(at(args, 1))));
        functions.put("set_config", args -> setConfig(text(at(args, 0)), at(args, 1), truth(at(args, 2))));
        functions.put("pg_typeof", args -> typeOf(at(args, 0)));
        functions.put("pg_cancel_backend", args -> signal(at(args, 0), false));
        functions.put("pg_terminate_backend", args -> signal(at(args, 0), true));
        locks(functions);
        return functions;
    }

    private void locks(Map<String, Function<List<@Nullable Object>, @Nullable Object>> functions) {
        functions.put("pg_try_advisory_lock", args -> lock(args, false) ? 1L : 0L);
        functions.put("pg_try_advisory_xact_lock", args -> lock(args, true) ? 1L : 0L);
        functions.put("pg_advisory_lock", args -> require(lock(args, false)));
        functions.put("pg_advisory_xact_lock", args -> require(lock(args, true)));
        functions.put("pg_advisory_unlock", args -> locks.unlock(session().pid(), args.toString()) ? 1L : 0L);
        functions.put("pg_advisory_unlock_all", args -> {
            locks.unlockAll(session().pid());
            return "";
        });
    }

    private @Nullable Long signal(@Nullable Object pid, boolean ends) {
        if (!(pid instanceof Number number)) {
            return null;
        }
        return session().signal(number.intValue(), ends) ? 1L : 0L;
    }

    private boolean lock(List<@Nullable Object> key, boolean ofTransaction) {
        return locks.tryLock(session().pid(), key.toString(), ofTransaction);
    }

    private String require(boolean taken) {
        if (!taken) {
            throw failed(new SQLException(
                    "another client of this node has the advisory lock, and nobody waits for it here: try again later, or use"
                            + " pg_try_advisory_lock",
                    "55P03"));
        }
        return "";
    }

    private @Nullable String currentSetting(String name, boolean mayMiss) {
        String value = session().setting(name);
        if (value == null && !mayMiss) {
            throw failed(new SQLException("unrecognized configuration parameter \"" + name + "\"", "42704"));
        }
        return value;
    }

    private @Nullable String setConfig(String name, @Nullable Object value, boolean local) {
        try {
            session().set(name, text(value), local);
        } catch (SQLException e) {
            throw failed(e);
        }
        return session().setting(name);
    }

    IllegalArgumentException failed(SQLException why) {
        failure = why;
        return new IllegalArgumentException(why.getMessage(), why);
    }

    /** Of a value: what it was declared as is known of columns only. */
    private static String typeOf(@Nullable Object value) {
        return value instanceof Long
                ? "bigint"
                : value instanceof Double ? "double precision" : value == null ? "unknown" : "text";
    }
}
