package io.github.hasqlite.hibernate;

import java.sql.Types;
import org.hibernate.type.descriptor.jdbc.VarbinaryJdbcType;

/** Long binary values, which SQLite stores as any other; the driver cannot read them as LOBs. */
final class BytesJdbcType extends VarbinaryJdbcType {

    private static final long serialVersionUID = 1;

    @Override
    public int getDefaultSqlTypeCode() {
        return Types.BLOB;
    }

    @Override
    public int getDdlTypeCode() {
        return Types.BLOB;
    }
}
