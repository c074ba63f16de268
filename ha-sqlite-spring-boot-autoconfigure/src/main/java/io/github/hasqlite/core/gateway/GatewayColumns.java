package io.github.hasqlite.core.gateway;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.sqlite.core.CoreStatement;
import org.sqlite.core.DB;
import org.sqlite.core.SafeStmtPtr;

/** Describes the columns of a compiled statement. */
final class GatewayColumns {

    private GatewayColumns() {}

    /** Empty if it answers no rows. */
    static List<GatewayColumn> of(PreparedStatement statement) throws SQLException {
        SafeStmtPtr pointer = statement.unwrap(CoreStatement.class).pointer;
        int count = pointer.safeRunInt(DB::column_count);
        List<GatewayColumn> columns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int column = i;
            columns.add(new GatewayColumn(
                    orEmpty(pointer.safeRun((db, ptr) -> db.column_name(ptr, column))),
                    orEmpty(pointer.safeRun((db, ptr) -> db.column_decltype(ptr, column))),
                    orEmpty(pointer.safeRun((db, ptr) -> db.column_table_name(ptr, column)))));
        }
        return List.copyOf(columns);
    }

    private static String orEmpty(@org.jspecify.annotations.Nullable String text) {
        return text == null ? "" : text;
    }
}
