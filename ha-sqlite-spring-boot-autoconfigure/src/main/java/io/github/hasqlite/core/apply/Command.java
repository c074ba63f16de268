package io.github.hasqlite.core.apply;

import io.github.hasqlite.Change;
import io.github.hasqlite.core.sqlite.SchemaNote;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.core.sqlite.TableDefinition;
import io.github.hasqlite.core.sqlite.TokenList;
import io.github.hasqlite.core.sqlite.TriggerText;
import io.github.hasqlite.core.sqlite.WriteTarget;
import java.util.ArrayList;
import java.util.List;

/**
 * A statement of a message that may be run.
 *
 * @param text the statement
 * @param kind what it does
 * @param table the table it writes to; empty unless {@link Kind#WRITE}
 */
public record Command(String text, Kind kind, String table) {

    /** What commands there are. */
    enum Kind {
        /** CREATE, DROP or ALTER. */
        SCHEMA,
        /** Sets {@code user_version} or {@code application_id}. */
        HEADER,
        /** Says something about the change set, and does nothing: see {@link io.github.hasqlite.core.sqlite.SchemaNote}. */
        NOTE,
        /** Writes rows: to a virtual table, or in a change set that changes the schema to any. */
        WRITE
    }

    private static final String UNTYPED = "only schema commands, writes to virtual tables and PRAGMA user_version or"
            + " application_id travel as statements";

    /**
     * Judges one or more statements by their text. Of several each must be a schema command.
     *
     * @throws RefusedChangeException if one of them must not come from a message
     */
    static List<Command> judgeAll(String text) throws RefusedChangeException {
        List<String> statements = statements(text);
        if (statements.size() <= 1) {
            return List.of(judge(text));
        }
        List<Command> commands = new ArrayList<>(statements.size());
        for (String statement : statements) {
            Command command = judge(statement);
            if (command.kind != Kind.SCHEMA) {
                throw new RefusedChangeException("more than one statement");
            }
            commands.add(command);
        }
        return commands;
    }

    private static List<String> statements(String text) {
        List<String> statements = new ArrayList<>();
        String rest = text;
        while (true) {
            TokenList tokens = new TokenList(rest);
            if (tokens.size() == 0) {
                return statements;
            }
            boolean trigger = tokens.isWord(0, "CREATE") && tokens.isWord(1, "TRIGGER");
            int end = tokens.semicolonFrom(trigger ? new TriggerText(tokens).end() : 0);
            if (end >= tokens.size() - 1) {
                statements.add(rest);
                return statements;
            }
            statements.add(rest.substring(0, tokens.end(end)));
            rest = rest.substring(tokens.end(end));
        }
    }

    /**
     * Judges a statement by its text.
     *
     * @throws RefusedChangeException if such a statement must not come from a message
     */
    public static Command judge(String text) throws RefusedChangeException {
        if (text.indexOf('\0') >= 0) {
            throw new RefusedChangeException("a statement with a NUL character");
        }
        Change change = Change.sql(text, List.of());
        if (SchemaNote.is(change)) {
            if (SchemaNote.read(change) == null) {
                throw new RefusedChangeException("a malformed note on a schema change");
            }
            return new Command(text, Kind.NOTE, "");
        }
        TokenList tokens = new TokenList(text);
        for (int i = 0; i < tokens.size(); i++) {
            if (callsLoadExtension(tokens, i)) {
                throw new RefusedChangeException("a statement that loads an extension");
            }
        }
        Command command = switch (SqlIdentifier.upper(tokens.text(0))) {
            case "CREATE" -> create(text, tokens);
            case "DROP" -> drop(text, tokens);
            case "ALTER" -> alter(text, tokens);
            case "INSERT", "REPLACE", "UPDATE", "DELETE", "WITH" -> write(text, tokens);
            case "PRAGMA" -> header(text, tokens);
            default -> throw new RefusedChangeException(UNTYPED);
        };
        return command;
    }

    /**
     * Whether what it does is the same beside whatever others have added: it makes a table or an index, adds
     * a column, or does nothing to the schema and reads no rows.
     */
    boolean onlyAdds() {
        if (kind != Kind.SCHEMA) {
            return kind != Kind.WRITE;
        }
        TokenList tokens = new TokenList(text);
        if (tokens.isWord(0, "CREATE")) {
            return tokens.isAnyWord(tokens.isWord(1, "UNIQUE") ? 2 : 1, "TABLE", "INDEX");
        }
        return tokens.isWord(0, "ALTER") && tokens.isWord(behindName(tokens, 2), "ADD");
    }

    /** A table or column of that name is none of the function's affair, nor is a text. */
    private static boolean callsLoadExtension(TokenList tokens, int at) {
        return at > 0
                && SqlIdentifier.isSame(tokens.name(at), "load_extension")
                && tokens.is(at + 1, '(')
                && !tokens.text(at).startsWith("'")
                && !tokens.is(at - 1, '.')
                && !tokens.isAnyWord(at - 1, "TABLE", "EXISTS", "VIEW", "ON", "INTO", "REFERENCES", "WITH", "USING");
    }

    private static Command create(String text, TokenList tokens) throws RefusedChangeException {
        int at = tokens.isAnyWord(1, "UNIQUE", "VIRTUAL") ? 2 : 1;
        if (!tokens.isAnyWord(at, "TABLE", "INDEX", "VIEW", "TRIGGER")) {
            throw new RefusedChangeException("CREATE " + tokens.text(at) + " does not travel");
        }
        if (tokens.isWord(at, "TRIGGER")) {
            return createTrigger(text, tokens);
        }
        requireOneStatement(tokens, 0);
        int name = behindIf(tokens, at + 1);
        requireReplicated(tokens, name);
        if (tokens.isWord(at, "INDEX")) {
            int on = behindName(tokens, name);
            requireReplicated(tokens, on + 1);
        }
        return new Command(text, Kind.SCHEMA, "");
    }

    private static Command createTrigger(String text, TokenList tokens) throws RefusedChangeException {
        requireReplicated(tokens, behindIf(tokens, 2));
        TriggerText trigger = new TriggerText(tokens);
        requireOneStatement(tokens, trigger.end());
        requireReplicated(trigger.table());
        for (String target : trigger.targets()) {
            requireReplicated(target);
        }
        return new Command(text, Kind.SCHEMA, "");
    }

    private static Command drop(String text, TokenList tokens) throws RefusedChangeException {
        if (!tokens.isAnyWord(1, "TABLE", "INDEX", "VIEW", "TRIGGER")) {
            throw new RefusedChangeException(UNTYPED);
        }
        requireOneStatement(tokens, 0);
        requireReplicated(tokens, behindIf(tokens, 2));
        return new Command(text, Kind.SCHEMA, "");
    }

    private static Command alter(String text, TokenList tokens) throws RefusedChangeException {
        if (!tokens.isWord(1, "TABLE")) {
            throw new RefusedChangeException(UNTYPED);
        }
        requireOneStatement(tokens, 0);
        requireReplicated(tokens, 2);
        int action = behindName(tokens, 2);
        if (tokens.isWord(action, "RENAME") && tokens.isWord(action + 1, "TO")) {
            requireReplicated(tokens, action + 2);
        }
        return new Command(text, Kind.SCHEMA, "");
    }

    private static Command write(String text, TokenList tokens) throws RefusedChangeException {
        requireOneStatement(tokens, 0);
        WriteTarget target = WriteTarget.of(tokens, 0, tokens.size());
        if (target == null) {
            throw new RefusedChangeException(UNTYPED);
        }
        requireMain(target.schema());
        requireReplicated(target.table());
        return new Command(text, Kind.WRITE, target.table());
    }

    /** {@code PRAGMA [main.]name = [sign] value} or the same with parentheses. */
    private static Command header(String text, TokenList tokens) throws RefusedChangeException {
        requireOneStatement(tokens, 0);
        int at = 1;
        if (tokens.is(at + 1, '.')) {
            requireMain(tokens.name(at));
            at += 2;
        }
        String name = tokens.name(at);
        if (!SqlIdentifier.isSame(name, "user_version") && !SqlIdentifier.isSame(name, "application_id")) {
            throw new RefusedChangeException("PRAGMA " + name + " does not travel");
        }
        boolean parentheses = tokens.is(at + 1, '(');
        int value = tokens.is(at + 2, '-') || tokens.is(at + 2, '+') ? at + 3 : at + 2;
        int end = parentheses ? value + 2 : value + 1;
        boolean wellFormed = (tokens.is(at + 1, '=') || (parentheses && tokens.is(value + 1, ')')))
                && value < tokens.size()
                && (end >= tokens.size() || tokens.is(end, ';'));
        if (!wellFormed) {
            throw new RefusedChangeException("PRAGMA " + name + " without a plain value");
        }
        return new Command(text, Kind.HEADER, "");
    }

    private static int behindIf(TokenList tokens, int at) {
        if (tokens.isWord(at, "IF")) {
            if (tokens.isWord(at + 1, "EXISTS")) {
                return at + 2;
            }
            if (tokens.isWord(at + 1, "NOT") && tokens.isWord(at + 2, "EXISTS")) {
                return at + 3;
            }
        }
        return at;
    }

    private static int behindName(TokenList tokens, int name) {
        return tokens.is(name + 1, '.') ? name + 3 : name + 1;
    }

    private static void requireOneStatement(TokenList tokens, int from) throws RefusedChangeException {
        if (tokens.semicolonFrom(from) < tokens.size() - 1) {
            throw new RefusedChangeException("more than one statement");
        }
    }

    private static void requireReplicated(TokenList tokens, int name) throws RefusedChangeException {
        if (tokens.is(name + 1, '.')) {
            requireMain(tokens.name(name));
            requireReplicated(tokens.name(name + 2));
        } else {
            requireReplicated(tokens.name(name));
        }
    }

    private static void requireReplicated(String name) throws RefusedChangeException {
        if (TableDefinition.isInternal(name)) {
            throw new RefusedChangeException(name + " is not to be touched by a statement of a message");
        }
    }

    private static void requireMain(String schema) throws RefusedChangeException {
        if (!schema.isEmpty() && !SqlIdentifier.isSame(schema, "main")) {
            throw new RefusedChangeException("schema " + schema + " is not replicated");
        }
    }
}
