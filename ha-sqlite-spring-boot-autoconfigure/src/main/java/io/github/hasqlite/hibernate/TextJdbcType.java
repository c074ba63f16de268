package io.github.hasqlite.hibernate;

import org.hibernate.type.descriptor.jdbc.VarcharJdbcType;

/** Long text, which SQLite stores as any other; the driver's character LOBs are a detour. */
final class TextJdbcType extends VarcharJdbcType {

    private static final long serialVersionUID = 1;

    private final int code;

    TextJdbcType(int code) {
        this.code = code;
    }

    @Override
    public int getDefaultSqlTypeCode() {
        return code;
    }

    @Override
    public int getDdlTypeCode() {
        return code;
    }
}
