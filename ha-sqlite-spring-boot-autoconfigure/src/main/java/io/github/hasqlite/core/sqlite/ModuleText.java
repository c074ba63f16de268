package io.github.hasqlite.core.sqlite;

import java.util.HashSet;
import java.util.Set;

/**
 * The parts of a CREATE VIRTUAL TABLE statement that SQLite's pragmas do not answer. Immutable.
 *
 * @param module the folded name of the module; empty if the statement names none
 * @param options the folded names of what is set by {@code name = value} among the module's arguments
 */
public record ModuleText(String module, Set<String> options) {

    /** Takes a statement apart that SQLite has accepted. */
    public static ModuleText parse(String sql) {
        TokenList tokens = new TokenList(sql);
        int using = using(tokens);
        Set<String> options = new HashSet<>();
        for (int at = using + 2; at < tokens.size(); at++) {
            if ((tokens.is(at, '(') || tokens.is(at, ',')) && tokens.is(at + 2, '=')) {
                options.add(SqlIdentifier.fold(tokens.name(at + 1)));
            }
        }
        return new ModuleText(SqlIdentifier.fold(tokens.name(using + 1)), Set.copyOf(options));
    }

    /** The word behind the table's name, which may itself be "using". */
    private static int using(TokenList tokens) {
        int name = tokens.isWord(3, "IF") && tokens.isWord(4, "NOT") ? 6 : 3;
        return tokens.is(name + 1, '.') ? name + 3 : name + 1;
    }
}
