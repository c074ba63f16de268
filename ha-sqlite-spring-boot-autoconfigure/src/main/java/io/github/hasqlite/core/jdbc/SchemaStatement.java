package io.github.hasqlite.core.jdbc;

import io.github.hasqlite.core.sqlite.ParsedSql;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.SqlTokens;
import io.github.hasqlite.core.sqlite.TokenList;
import io.github.hasqlite.core.sqlite.TriggerText;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which names a CREATE, DROP or ALTER statement is about, as far as its text tells.
 *
 * @param verb the first word in upper case
 * @param schema the schema that is named, or empty
 * @param names the object, and what it is renamed to; empty if there are none where SQLite wants them
 */
record SchemaStatement(String verb, String schema, List<String> names) {

    static SchemaStatement of(ParsedSql sql) {
        SqlTokens tokens = new SqlTokens(sql.text());
        tokens.advance();
        String verb = tokens.word();
        boolean more = tokens.advance();
        boolean temporary = more && (tokens.isWord("TEMP") || tokens.isWord("TEMPORARY"));
        while (more && !isObject(tokens)) {
            more = tokens.advance();
        }
        more = more && tokens.advance();
        if (more && tokens.isWord("IF")) {
            more = tokens.advance();
            if (more && tokens.isWord("NOT")) {
                more = tokens.advance();
            }
            more = more && tokens.advance();
        }
        if (!more) {
            return new SchemaStatement(verb, "", List.of());
        }
        List<String> names = new ArrayList<>();
        String schema = temporary ? "temp" : "";
        String name = tokens.name();
        more = tokens.advance();
        if (more && tokens.is('.')) {
            schema = name;
            name = tokens.advance() ? tokens.name() : "";
            more = tokens.advance();
        }
        names.add(name);
        if (verb.equals("ALTER") && more && tokens.isWord("RENAME") && tokens.advance() && tokens.isWord("TO")) {
            names.add(tokens.advance() ? tokens.name() : "");
        }
        return new SchemaStatement(verb, schema, List.copyOf(names));
    }

    private static boolean isObject(SqlTokens tokens) {
        return tokens.isWord("TABLE") || tokens.isWord("INDEX") || tokens.isWord("VIEW") || tokens.isWord("TRIGGER");
    }

    /** Whether it drops a table of SQLite's own, which holds statistics and stays on this node. */
    boolean dropsStatistics() {
        return verb.equals("DROP") && !names.isEmpty() && SqlIdentifier.startsWith(names.get(0), "sqlite_stat");
    }

    /** A name that belongs to replication, or {@code null}. Attached databases may use all names. */
    @Nullable
    String reservedName() {
        boolean own = schema.isEmpty() || SqlIdentifier.isSame(schema, "main") || SqlIdentifier.isSame(schema, "temp");
        if (own) {
            for (String name : names) {
                if (ReservedNames.isReserved(name)) {
                    return name;
                }
            }
        }
        return null;
    }

    /**
     * A table of replication that it would tie to others: with a trigger on it or one that writes to it, or as what
     * a foreign key refers to. {@code null} if there is none.
     */
    static @Nullable String reservedWithin(ParsedSql sql) {
        if (!ReservedNames.mayBeIn(sql.text())) {
            return null;
        }
        TokenList tokens = new TokenList(sql.text());
        for (int at = 0; at < tokens.size(); at++) {
            if (tokens.isWord(at, "REFERENCES") && ReservedNames.isReserved(tokens.name(at + 1))) {
                return tokens.name(at + 1);
            }
        }
        if (!tokens.isAnyWord(1, "TEMP", "TEMPORARY") || !tokens.isWord(2, "TRIGGER")) {
            return null;
        }
        // others are refused as what other nodes would not run
        TriggerText trigger =
                new TriggerText(new TokenList("CREATE " + sql.text().substring(tokens.start(2))));
        if (ReservedNames.isReserved(trigger.table())) {
            return trigger.table();
        }
        return trigger.targets().stream()
                .filter(ReservedNames::isReserved)
                .findFirst()
                .orElse(null);
    }
}
