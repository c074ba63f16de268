package io.github.hasqlite.postgres.catalog;

import io.github.hasqlite.postgres.type.ArrayText;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Functions that clients call in questions about the catalog. Used under the catalog's lock. */
final class CatalogFunctions {

    /** Those that belong to the catalog also where no table is read. */
    static final Set<String> NAMES = Set.of(
            "version",
            "current_schema",
            "current_schemas",
            "current_database",
            "current_setting",
            "set_config",
            "format_type",
            "has_table_privilege",
            "has_schema_privilege",
            "has_database_privilege",
            "obj_description",
            "col_description",
            "shobj_description",
            "to_regclass",
            "to_regtype",
            "inet_server_addr",
            "inet_server_port",
            "inet_client_addr",
            "txid_current",
            "pg_typeof",
            "quote_ident",
            "quote_literal",
            "quote_nullable",
            "format",
            "getdatabaseencoding",
            "pg_client_encoding",
            "array_to_string",
            "unnest");

    static final String VERSION = "PostgreSQL 15.0 (HA SQLite for Spring Boot, a replicated SQLite database)";

    /** Before a text that is an array in PostgreSQL's form; clients get it without. */
    static final char ARRAY = '\u0001';

    /** The same, if all elements are integers. */
    static final char INTEGERS = '\u0002';

    private static final int LONGEST_PATTERN = 1000;

    private final int longest;
    private final CatalogObjects objects;
    private final SessionFunctions session;
    private final Map<String, Function<List<@Nullable Object>, @Nullable Object>> functions = new HashMap<>();

    /** @param longest how many characters a text may have */
    CatalogFunctions(CatalogObjects objects, SessionFunctions session, int longest) {
        this.longest = longest;
        this.objects = objects;
        this.session = session;
        functions.putAll(session.functions());
        server();
        privileges();
        definitions();
        names();
        arrays();
        texts();
    }

    void register(Connection connection) throws SQLException {
        for (Map.Entry<String, Function<List<@Nullable Object>, @Nullable Object>> entry : functions.entrySet()) {
            org.sqlite.Function.create(connection, entry.getKey(), new NativeFunction(entry.getValue()), -1, 0);
        }
        org.sqlite.Function.create(connection, "array_agg", new ArrayAggregate(longest), 1, 0);
        org.sqlite.Function.create(connection, "ha_array_of", new ArrayAggregate(longest), 1, 0);
    }

    private void server() {
        always("version", VERSION);
        always("current_schema", "public");
        functions.put("current_schemas", args -> ARRAY + (truth(at(args, 0)) ? "{pg_catalog,public}" : "{public}"));
        always("pg_is_in_recovery", 0L);
        always("pg_encoding_to_char", "UTF8");
        always("getdatabaseencoding", "UTF8");
        always("pg_client_encoding", "UTF8");
        always("pg_char_to_encoding", 6L);
        for (String name : new String[] {
            "inet_server_addr",
            "inet_server_port",
            "inet_client_addr",
            "txid_current_if_assigned",
            "pg_get_partkeydef",
            "pg_tablespace_location",
            "pg_get_statisticsobjdef_columns",
            "pg_get_function_result",
            "pg_get_function_arguments",
            "pg_get_function_identity_arguments",
            "pg_get_functiondef",
            "pg_get_ruledef",
            "obj_description",
            "col_description",
            "shobj_description",
            "acldefault",
            "pg_indexam_has_property",
            "pg_partition_ancestors",
            "pg_partition_root",
            "pg_postmaster_start_time",
            "pg_conf_load_time",
            "aclexplode"
        }) {
            always(name, null);
        }
        for (String name : new String[] {
            "pg_relation_size",
            "pg_total_relation_size",
            "pg_table_size",
            "pg_indexes_size",
            "pg_database_size",
            "pg_tablespace_size",
            "pg_relation_is_publishable",
            "row_security_active",
            "pg_is_other_temp_schema",
            "pg_my_temp_schema",
            "txid_current",
            "pg_stat_get_numscans",
            "pg_stat_get_live_tuples",
            "pg_stat_get_dead_tuples",
            "pg_relation_is_updatable",
            "pg_is_wal_replay_paused"
        }) {
            always(name, 0L);
        }
        functions.put("pg_size_pretty", args -> at(args, 0) + " bytes");
    }

    private void privileges() {
        for (String name : new String[] {
            "has_table_privilege",
            "has_schema_privilege",
            "has_database_privilege",
            "has_column_privilege",
            "has_any_column_privilege",
            "has_function_privilege",
            "has_sequence_privilege",
            "has_tablespace_privilege",
            "pg_has_role",
            "pg_table_is_visible",
            "pg_type_is_visible",
            "pg_function_is_visible",
            "pg_opclass_is_visible",
            "pg_opfamily_is_visible",
            "pg_operator_is_visible",
            "pg_collation_is_visible",
            "pg_conversion_is_visible",
            "pg_statistics_obj_is_visible",
            "pg_ts_config_is_visible",
            "pg_ts_dict_is_visible",
            "pg_ts_parser_is_visible",
            "pg_ts_template_is_visible"
        }) {
            always(name, 1L);
        }
    }

    private void definitions() {
        functions.put("pg_get_viewdef", args -> objects.text(number(at(args, 0))));
        functions.put("pg_get_triggerdef", args -> objects.text(number(at(args, 0))));
        functions.put("pg_get_constraintdef", args -> objects.text(number(at(args, 0))));
        functions.put("pg_get_indexdef", args -> {
            long index = number(at(args, 0));
            long column = number(at(args, 1));
            return column == 0 ? objects.text(index) : objects.term(index, column);
        });
        functions.put("pg_get_expr", args -> at(args, 0));
        functions.put("format_type", args -> TypeNames.display(at(args, 0), at(args, 1)));
    }

    private void names() {
        functions.put("ha_oid_of_regclass", args -> required(at(args, 0)));
        functions.put("to_regclass", args -> relation(at(args, 0)));
        functions.put("pg_get_serial_sequence", args -> {
            String name =
                    relation(at(args, 0)) instanceof Long table ? objects.sequence(table, text(at(args, 1))) : null;
            return name == null ? null : "public." + QuotedName.of(name);
        });
        functions.put("ha_name_of_regclass", args -> {
            Object value = at(args, 0);
            String name = value instanceof Long oid ? objects.name(oid) : null;
            return value instanceof Long ? (name == null ? value.toString() : QuotedName.of(name)) : relation(value);
        });
        functions.put("ha_oid_of_regtype", args -> TypeNames.oid(text(at(args, 0))));
        functions.put("to_regtype", args -> TypeNames.oid(text(at(args, 0))));
        functions.put(
                "ha_name_of_regtype",
                args -> at(args, 0) instanceof Long oid ? TypeNames.display(oid, null) : at(args, 0));
        for (String kind : new String[] {"regproc", "regnamespace", "regrole"}) {
            functions.put("ha_oid_of_" + kind, args -> named(kind, at(args, 0)));
            functions.put("ha_name_of_" + kind, args -> named(kind, at(args, 0)));
        }
    }

    private @Nullable Object named(String kind, @Nullable Object value) {
        if (kind.equals("regnamespace")) {
            return value instanceof Long oid
                    ? oid == ObjectIds.PUBLIC
                            ? "public"
                            : oid == ObjectIds.PG_CATALOG ? "pg_catalog" : "information_schema"
                    : "public".equals(value) ? (Object) ObjectIds.PUBLIC : ObjectIds.PG_CATALOG;
        }
        return kind.equals("regrole") && value instanceof Long ? session.user() : value;
    }

    /** Tables of PostgreSQL's own that are not here have no number, and are nobody's mistake. */
    private @Nullable Object required(@Nullable Object value) {
        Object found = relation(value);
        if (found == null && value != null && !value.toString().contains("pg_")) {
            throw session.failed(new SQLException("relation \"" + value + "\" does not exist", "42P01"));
        }
        return found;
    }

    private @Nullable Object relation(@Nullable Object value) {
        if (value == null || value instanceof Long) {
            return value;
        }
        String name = value.toString();
        if (name.matches("\\d+")) {
            return Long.parseLong(name);
        }
        String last = name.replaceFirst("^(?:\"?(?:public|pg_catalog)\"?)\\.", "");
        boolean quoted = last.length() > 1 && last.startsWith("\"") && last.endsWith("\"");
        return objects.relation(quoted ? last.substring(1, last.length() - 1).replace("\"\"", "\"") : last);
    }

    private void arrays() {
        functions.put("ha_array", args -> ArrayText.json(elements(at(args, 0))));
        functions.put("ha_array_with", args -> ARRAY + ArrayText.of(args));
        functions.put("ha_element", args -> {
            List<@Nullable Object> elements = elements(at(args, 0));
            int at = (int) number(at(args, 1)) - lower(at(args, 0));
            return at >= 0 && at < elements.size() ? elements.get(at) : null;
        });
        functions.put("array_to_string", args -> joined(elements(at(args, 0)), text(at(args, 1))));
        for (String name : new String[] {"array_length", "array_upper", "cardinality"}) {
            functions.put(
                    name,
                    args -> at(args, 0) == null
                            ? null
                            : (long) elements(at(args, 0)).size());
        }
        functions.put("array_lower", args -> (long) lower(at(args, 0)));
        functions.put("array_position", args -> {
            int at =
                    elements(at(args, 0)).stream().map(String::valueOf).toList().indexOf(String.valueOf(at(args, 1)));
            return at < 0 ? null : (long) at + 1;
        });
        functions.put("array_remove", args -> {
            List<@Nullable Object> left = new ArrayList<>(elements(at(args, 0)));
            left.removeIf(element -> String.valueOf(element).equals(String.valueOf(at(args, 1))));
            return ARRAY + ArrayText.of(left);
        });
        functions.put("ha_series", args -> {
            List<@Nullable Object> numbers = new ArrayList<>();
            for (long i = number(at(args, 0)); i <= number(at(args, 1)) && numbers.size() < LONGEST_PATTERN; i++) {
                numbers.add(i);
            }
            return ArrayText.json(numbers);
        });
    }

    private String joined(List<@Nullable Object> elements, String separator) {
        StringBuilder all = new StringBuilder();
        for (Object element : elements) {
            if (element != null) {
                all.append(all.isEmpty() ? "" : separator).append(element);
            }
            if (all.length() > longest) {
                throw new IllegalArgumentException("the text is too big");
            }
        }
        return all.toString();
    }

    private void texts() {
        functions.put("regexp", args -> {
            String pattern = text(at(args, 0));
            return at(args, 1) == null ? null : matches(pattern, text(at(args, 1))) ? 1L : 0L;
        });
        functions.put("quote_ident", args -> at(args, 0) == null ? null : QuotedName.of(text(at(args, 0))));
        functions.put("quote_literal", args -> at(args, 0) == null ? null : FormatFunction.literal(at(args, 0)));
        functions.put("quote_nullable", args -> FormatFunction.literal(at(args, 0)));
        functions.put("format", args -> FormatFunction.of(args, longest));
        functions.put(
                "left",
                args -> text(at(args, 0)).substring(0, (int)
                        Math.max(0, Math.min(text(at(args, 0)).length(), number(at(args, 1))))));
    }

    /** There are no other patterns here than short ones on names, and none that takes for ever. */
    private static boolean matches(String pattern, String text) {
        if (pattern.length() > LONGEST_PATTERN || text.length() > LONGEST_PATTERN) {
            return false;
        }
        try {
            return Pattern.compile(pattern).matcher(new LimitedText(text)).find();
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    private void always(String name, @Nullable Object value) {
        functions.put(name, args -> value);
    }

    static @Nullable Object at(List<@Nullable Object> args, int index) {
        return index < args.size() ? args.get(index) : null;
    }

    static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    private static long number(@Nullable Object value) {
        if (value instanceof Long number) {
            return number;
        }
        return value instanceof String text && text.matches("-?\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    static boolean truth(@Nullable Object value) {
        return number(value) == 1 || "true".equalsIgnoreCase(text(value)) || "t".equalsIgnoreCase(text(value));
    }

    /** Where an array begins to count: a vector does at 0, which clients know. */
    private static int lower(@Nullable Object value) {
        String text = text(value);
        return isArray(text) || text.startsWith("{") || text.startsWith("[") ? 1 : 0;
    }

    static boolean isArray(String text) {
        return !text.isEmpty() && (text.charAt(0) == ARRAY || text.charAt(0) == INTEGERS);
    }

    /** Of an array in PostgreSQL's form, a vector with blanks, or JSON as a parameter has it. */
    static List<@Nullable Object> elements(@Nullable Object value) {
        String whole = text(value).strip();
        String text = isArray(whole) ? whole.substring(1) : whole;
        if (text.isEmpty()) {
            return List.of();
        }
        if (text.startsWith("[") && text.endsWith("]")) {
            String inner = text.substring(1, text.length() - 1);
            return typed(ArrayText.parse("{" + inner.replace("null", "NULL") + "}"));
        }
        return text.startsWith("{") ? typed(ArrayText.parse(text)) : typed(Arrays.asList(text.split(" ")));
    }

    private static List<@Nullable Object> typed(List<@Nullable String> texts) {
        List<@Nullable Object> typed = new ArrayList<>();
        for (String text : texts) {
            typed.add(text != null && text.matches("-?\\d{1,18}") ? (Object) Long.parseLong(text) : text);
        }
        return typed;
    }
}
