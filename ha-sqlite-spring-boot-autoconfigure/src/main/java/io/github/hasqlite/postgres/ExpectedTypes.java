package io.github.hasqlite.postgres;

import io.github.hasqlite.core.gateway.GatewayColumn;
import io.github.hasqlite.postgres.type.ColumnType;
import io.github.hasqlite.postgres.type.DeclaredTypes;
import io.github.hasqlite.postgres.type.PgType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What columns are announced with before a statement has run: what their definitions say; of expressions what is sure
 * from their text, which is their name, otherwise text.
 */
final class ExpectedTypes {

    private static final Pattern CALL = Pattern.compile("(\\w+)\\s*\\(.*\\)", Pattern.DOTALL);
    private static final Set<String> INTEGERS = Set.of(
            "count", "length", "octet_length", "changes", "last_insert_rowid", "row_number", "rank", "dense_rank");

    private ExpectedTypes() {}

    static List<ColumnType> of(List<GatewayColumn> columns) {
        List<ColumnType> types = new ArrayList<>();
        for (GatewayColumn column : columns) {
            ColumnType declared = DeclaredTypes.of(column.declaredType());
            types.add(declared.certain() ? declared : ofExpression(column.name()));
        }
        return types;
    }

    private static ColumnType ofExpression(String name) {
        Matcher call = CALL.matcher(name.strip());
        if (call.matches() && INTEGERS.contains(call.group(1).toLowerCase(Locale.ROOT))) {
            return ColumnType.seen(PgType.INT8);
        }
        return ColumnType.ANYTHING;
    }
}
