package io.github.hasqlite.core.sqlite;

/**
 * A PRAGMA as far as its text tells: {@code PRAGMA [schema.]name [= value | (value)]}.
 *
 * @param schema in lower case, empty if none is named
 * @param name in lower case
 * @param sets whether a value is given
 * @param value as it is written, in lower case and without quotes; of a signed number only the sign
 */
public record PragmaText(String schema, String name, boolean sets, String value) {

    /** Reads on from the word PRAGMA. */
    static PragmaText read(SqlTokens tokens) {
        if (!tokens.advance()) {
            return new PragmaText("", "", false, "");
        }
        String schema = "";
        String name = lower(tokens.name());
        boolean more = tokens.advance();
        if (more && tokens.is('.')) {
            schema = name;
            name = tokens.advance() ? lower(tokens.name()) : "";
            more = tokens.advance();
        }
        boolean sets = more && (tokens.is('=') || tokens.is('('));
        return new PragmaText(schema, name, sets, sets && tokens.advance() ? lower(tokens.name()) : "");
    }

    /** Reads a statement that is a PRAGMA, or an EXPLAIN of one. */
    public static PragmaText of(String sql) {
        SqlTokens tokens = new SqlTokens(sql);
        boolean more = tokens.advance();
        while (more && !tokens.isWord("PRAGMA")) {
            more = tokens.advance();
        }
        return read(tokens);
    }

    private static String lower(String text) {
        return SqlIdentifier.fold(text);
    }

    /** Whether it is about the database that is replicated, not about TEMP or an attached one. */
    public boolean isMain() {
        return schema.isEmpty() || schema.equals("main");
    }

    /**
     * Whether it answers what is in the database, so that it says the same as long as that stays: the pragmas that
     * describe tables, check them, or read a number in the header of the file.
     */
    public boolean reads() {
        return switch (name) {
            case "table_info",
                    "table_xinfo",
                    "table_list",
                    "index_list",
                    "index_info",
                    "index_xinfo",
                    "foreign_key_list",
                    "foreign_key_check",
                    "integrity_check",
                    "quick_check" -> true;
            case "user_version", "application_id", "schema_version", "page_count", "freelist_count" -> !sets;
            default -> false;
        };
    }

    /** Whether it sets a number in the header of the file that all nodes have in common. */
    boolean isHeader() {
        return sets && isMain() && (name.equals("user_version") || name.equals("application_id"));
    }

    /** Whether it writes to the file and is nobody else's affair. */
    boolean writes() {
        return switch (name) {
            case "incremental_vacuum", "optimize" -> true;
            case "default_cache_size" -> sets;
            default -> false;
        };
    }
}
