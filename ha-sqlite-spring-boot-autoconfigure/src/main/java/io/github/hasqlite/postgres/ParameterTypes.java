package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.core.gateway.GatewaySession;
import io.github.hasqlite.core.sqlite.SqlIdentifier;
import io.github.hasqlite.postgres.sql.SqlToken;
import io.github.hasqlite.postgres.sql.SqlToken.Kind;
import io.github.hasqlite.postgres.sql.TokenBuffer;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What parameters are whose type the client leaves open: what is stored in a column, or compared with it, is of its
 * type; limits are integers. Of all others nobody knows. Used for one statement.
 */
final class ParameterTypes {

    private static final int MOST_TABLES = 8;
    private static final Set<String> COMPARISONS = Set.of("=", "<", ">", "<=", ">=", "<>", "!=");

    private final GatewaySession gateway;
    private final TokenBuffer tokens;
    private final int[] types;
    private final Map<String, List<GatewayColumn>> tables = new HashMap<>();

    /** @param types as the client gave them; those that are 0 are filled in */
    ParameterTypes(GatewaySession gateway, TokenBuffer tokens, int[] types) {
        this.gateway = gateway;
        this.tokens = tokens;
        this.types = types;
    }

    void infer() {
        for (int type : types) {
            if (type == 0) {
                readTables();
                inserted();
                compared();
                return;
            }
        }
    }

    private void readTables() {
        for (int i = 0; i < tokens.size() && tables.size() < MOST_TABLES; i++) {
            boolean place = tokens.isWord(i, "FROM")
                    || tokens.isWord(i, "JOIN")
                    || tokens.isWord(i, "INTO")
                    || tokens.isWord(i, "UPDATE");
            if (place && tokens.get(i + 1).isName()) {
                int name = tokens.is(i + 2, ".") ? i + 3 : i + 1;
                tables.computeIfAbsent(tokens.get(name).name(), this::columns);
            }
        }
    }

    private List<GatewayColumn> columns(String table) {
        try {
            return gateway.prepare("SELECT * FROM " + SqlIdentifier.quote(table) + " LIMIT 0")
                    .columns();
        } catch (SQLException e) {
            // a name of the statement's own, perhaps; if there is no such table, running it says so
            return List.of();
        }
    }

    /** {@code INSERT INTO table (columns) VALUES (…), (…)}. */
    private void inserted() {
        int at = 0;
        while (at < tokens.size() && !tokens.isWord(at, "INTO")) {
            at++;
        }
        int name = tokens.is(at + 2, ".") ? at + 3 : at + 1;
        List<GatewayColumn> columns = tables.getOrDefault(tokens.get(name).name(), List.of());
        if (at >= tokens.size() || columns.isEmpty()) {
            return;
        }
        List<String> names = new ArrayList<>();
        int next = name + 1;
        if (tokens.is(next, "(")) {
            int close = tokens.closing(next);
            for (int i = next + 1; i < close; i++) {
                if (tokens.get(i).isName()) {
                    names.add(tokens.get(i).name());
                }
            }
            next = close + 1;
        } else {
            columns.forEach(column -> names.add(column.name()));
        }
        if (tokens.isWord(next, "VALUES")) {
            next++;
            while (tokens.is(next, "(")) {
                values(next, columns, names);
                next = tokens.closing(next) + 1;
                next += tokens.is(next, ",") ? 1 : 0;
            }
        }
    }

    private void values(int open, List<GatewayColumn> columns, List<String> names) {
        int close = tokens.closing(open);
        int position = 0;
        for (int i = open + 1; i < close; i++) {
            boolean alone = (tokens.is(i - 1, "(") || tokens.is(i - 1, ","))
                    && (tokens.is(i + 1, ",") || tokens.is(i + 1, ")"));
            if (tokens.is(i, "(")) {
                i = tokens.closing(i);
            } else if (tokens.is(i, ",")) {
                position++;
            } else if (alone && position < names.size()) {
                set(tokens.get(i), type(columns, names.get(position)));
            }
        }
    }

    private void compared() {
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (token.kind() != Kind.PARAMETER) {
                continue;
            }
            if (tokens.isWord(i - 1, "LIMIT") || tokens.isWord(i - 1, "OFFSET")) {
                set(token, PgType.INT8.oid());
            } else if (tokens.is(i - 1, "(") && (tokens.isWord(i - 2, "ANY") || tokens.isWord(i - 2, "ALL"))) {
                PgType element = isComparison(i - 3) ? column(i - 4) : null;
                set(token, element == null || element.arrayOid() == 0 ? PgType.TEXT.arrayOid() : element.arrayOid());
            } else if (isComparison(i - 1) && tokens.get(i - 2).isName()) {
                set(token, column(i - 2));
            } else if (isComparison(i + 1) && tokens.get(i + 2).isName()) {
                set(token, column(tokens.is(i + 3, ".") ? i + 4 : i + 2));
            } else if (tokens.isWord(i - 1, "BETWEEN") && tokens.get(i - 2).isName()) {
                set(token, column(i - 2));
            }
        }
    }

    private boolean isComparison(int at) {
        return COMPARISONS.contains(tokens.get(at).text());
    }

    /** Of a column of this name, if all tables agree. */
    private @Nullable PgType column(int at) {
        PgType found = null;
        for (List<GatewayColumn> columns : tables.values()) {
            PgType type = type(columns, tokens.get(at).name());
            if (type != null && found != null && type != found) {
                return null;
            }
            found = type == null ? found : type;
        }
        return found;
    }

    private static @Nullable PgType type(List<GatewayColumn> columns, String name) {
        for (GatewayColumn column : columns) {
            if (column.name().equalsIgnoreCase(name)) {
                ColumnType type = DeclaredTypes.of(column.declaredType());
                return type.certain() ? type.type() : null;
            }
        }
        return null;
    }

    private void set(SqlToken parameter, @Nullable PgType type) {
        set(parameter, type == null ? 0 : type.oid());
    }

    private void set(SqlToken parameter, int oid) {
        String number = parameter.text().substring(1);
        if (oid != 0 && number.matches("\\d{1,5}")) {
            int at = Integer.parseInt(number) - 1;
            if (at >= 0 && at < types.length && types[at] == 0) {
                types[at] = oid;
            }
        }
    }
}
