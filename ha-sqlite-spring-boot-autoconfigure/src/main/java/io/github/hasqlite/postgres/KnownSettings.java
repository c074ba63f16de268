package io.github.hasqlite.postgres;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The settings that there are, as far as clients look for them or set them. Stateless. */
final class KnownSettings {

    /** Spellings count: clients look for some of them as they are. */
    private static final Map<String, String> DEFAULTS = defaults();

    /** Set by the server alone. */
    private static final Set<String> FIXED = Set.of(
            "server_version",
            "server_version_num",
            "server_encoding",
            "integer_datetimes",
            "is_superuser",
            "in_hot_standby",
            "session_authorization",
            "max_identifier_length",
            "max_index_keys",
            "max_connections",
            "ssl",
            "lc_collate",
            "lc_ctype");

    private KnownSettings() {}

    /** What they are before anybody has set them; a copy, whose names know no case. */
    static Map<String, String> initial() {
        Map<String, String> initial = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        initial.putAll(DEFAULTS);
        return initial;
    }

    /** Whether only the server sets it. */
    static boolean isFixed(String name) {
        return FIXED.contains(name.toLowerCase(Locale.ROOT));
    }

    private static Map<String, String> defaults() {
        Map<String, String> map = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        String[] known = {
            "server_version",
            SessionSettings.VERSION,
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
            "transaction_timeout",
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
            "quote_all_identifiers",
            "off",
            "max_parallel_workers_per_gather",
            "0",
            "maintenance_work_mem",
            "64MB",
            "temp_buffers",
            "8MB",
            "random_page_cost",
            "4",
            "enable_indexscan",
            "on",
            "enable_bitmapscan",
            "on",
            "enable_hashjoin",
            "on",
            "enable_mergejoin",
            "on",
            "plan_cache_mode",
            "auto",
            "tcp_keepalives_idle",
            "0",
            "tcp_keepalives_interval",
            "0",
            "tcp_keepalives_count",
            "0"
        };
        for (int i = 0; i < known.length; i += 2) {
            map.put(known[i], known[i + 1]);
        }
        return map;
    }
}
