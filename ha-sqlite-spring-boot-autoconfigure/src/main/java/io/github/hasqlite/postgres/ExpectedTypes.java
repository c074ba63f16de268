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
import org.jspecify.annotations.Nullable;

/**
 * What columns are announced with before a statement has run: what their definitions say; of expressions what is sure
 * from the statement's text, otherwise text.
 */
final class ExpectedTypes {

    private static final Pattern CALL = Pattern.compile("(\\w+)\\s*\\(.*\\)", Pattern.DOTALL);
    private static final Set<String> INTEGERS = Set.of(
            "count", "length", "octet_length", "changes", "last_insert_rowid", "row_number", "rank", "dense_rank");

    private ExpectedTypes() {}

    static List<ColumnType> of(List<GatewayColumn> columns, Plan plan) {
        List<ColumnType> types = new ArrayList<>();
        List<@Nullable ColumnType> hints = plan.types(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            ColumnType declared = DeclaredTypes.of(columns.get(i).declaredType());
            ColumnType hint = hints.get(i);
            types.add(
                    declared.certain()
                            ? declared
                            : hint != null ? hint : ofExpression(columns.get(i).name()));
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
