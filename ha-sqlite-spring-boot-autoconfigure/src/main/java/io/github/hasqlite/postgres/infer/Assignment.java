package io.github.hasqlite.postgres.infer;

import io.github.hasqlite.postgres.type.PgType;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What is stored in a column of another type becomes one of its. */
record Assignment(Findings findings) {

    /** @throws SQLException if that cannot be had where the value is (0A000) */
    void to(@Nullable PgType column, Comparison.Operand value) throws SQLException {
        PgType type = value.type();
        if (column == PgType.TEXT || column == PgType.VARCHAR) {
            new TextForm(findings).cast(value);
            return;
        }
        boolean day = column == PgType.TIME && (type == PgType.TIMESTAMP || type == PgType.TIMESTAMPTZ);
        if (day) {
            findings.refuseInSchema("a moment cannot be stored as a time in the schema: write substr(x, 12)");
        }
        if (type != column && (day || (Comparison.isMoment(column) && Comparison.isMoment(type)))) {
            new Comparison(findings, value).cast(value, column);
        }
    }
}
