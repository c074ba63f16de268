package io.github.hasqlite.differential;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Names of tables and columns: plain ones, and those that break code which forgets to quote. */
final class Names {

    private static final List<String> PLAIN_COLUMNS = List.of("a", "b", "c", "d", "e", "Mixed", "value", "name");

    private static final List<String> AWKWARD = List.of(
            "select",
            "order",
            "group",
            "table",
            "values",
            "index",
            "with space",
            "quo\"te",
            "it's",
            "brack[et]",
            "back`tick",
            "ünïcode",
            "表",
            "😀",
            "semi;colon",
            "do.t",
            "--comment",
            "/*x*/",
            "1st",
            "new",
            "old",
            "begin",
            "end",
            "x'00'",
            "?1",
            ":name",
            "$1",
            "tab\there",
            "",
            "NULL",
            "as",
            "set",
            "from",
            "where");

    private static final List<String> ROWID_NAMES = List.of("rowid", "oid", "_rowid_", "ROWID");

    private final Dice dice;
    private int tables;

    Names(Dice dice) {
        this.dice = dice;
    }

    /** A name for a new table; sometimes one that differs from another only by what follows it. */
    String table() {
        tables++;
        return dice.percent(45) ? dice.of(AWKWARD) + (dice.percent(70) ? "" : " " + tables) : "t" + tables;
    }

    /** Names for the columns of one table. */
    List<String> columns(int count, boolean rowidNames) {
        Set<String> folded = new HashSet<>();
        java.util.ArrayList<String> names = new java.util.ArrayList<>();
        int awkward = dice.of(0, 0, 20, 60);
        if (rowidNames) {
            int shadows = dice.between(1, 3);
            for (int i = 0; i < shadows && names.size() < count; i++) {
                String name = dice.of(ROWID_NAMES);
                if (folded.add(name.toLowerCase(Locale.ROOT))) {
                    names.add(name);
                }
            }
        }
        while (names.size() < count) {
            String name = dice.percent(awkward) ? dice.of(AWKWARD) : dice.of(PLAIN_COLUMNS);
            if (!folded.add(name.toLowerCase(Locale.ROOT))) {
                name = name + names.size();
                folded.add(name.toLowerCase(Locale.ROOT));
            }
            names.add(name);
        }
        return names;
    }

    /** The name as it may stand in SQL: in one of the quotes there are, or bare if that is enough. */
    String quoted(String name) {
        boolean simple = name.matches("[a-eA-Et][0-9]{0,3}|Mixed|value|name");
        if (simple && dice.percent(70)) {
            return dice.percent(10) ? name.toUpperCase(Locale.ROOT) : name;
        }
        if (dice.percent(10) && name.indexOf('`') < 0) {
            return "`" + name + "`";
        }
        if (dice.percent(10) && name.indexOf(']') < 0 && !name.isEmpty()) {
            return "[" + name + "]";
        }
        return Sql.quoted(name);
    }
}
