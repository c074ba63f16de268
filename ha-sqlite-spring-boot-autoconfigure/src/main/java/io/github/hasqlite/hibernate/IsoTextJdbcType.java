package io.github.hasqlite.hibernate;

import jakarta.persistence.TemporalType;
import java.sql.CallableStatement;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Calendar;
import java.util.Date;
import org.hibernate.type.descriptor.ValueBinder;
import org.hibernate.type.descriptor.ValueExtractor;
import org.hibernate.type.descriptor.WrapperOptions;
import org.hibernate.type.descriptor.java.JavaType;
import org.hibernate.type.descriptor.jdbc.BasicBinder;
import org.hibernate.type.descriptor.jdbc.BasicExtractor;
import org.hibernate.type.descriptor.jdbc.JdbcLiteralFormatter;
import org.hibernate.type.descriptor.jdbc.JdbcType;
import org.hibernate.type.descriptor.jdbc.internal.JdbcLiteralFormatterTemporal;
import org.hibernate.type.spi.TypeConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Dates and times in columns of one SQL type, as the text of {@link IsoTexts}. sqlite-jdbc's own way is a number of
 * milliseconds, in which a date is its midnight in the time zone of the node that wrote it.
 *
 * @param code the SQL type's code
 * @param ddlCode the code that the type's columns are declared with
 * @param temporal what such columns hold
 */
@SuppressWarnings("deprecation") // Hibernate asks for a TemporalType
record IsoTextJdbcType(int code, int ddlCode, TemporalType temporal) implements JdbcType {

    @Override
    public int getJdbcTypeCode() {
        return Types.VARCHAR;
    }

    @Override
    public int getDefaultSqlTypeCode() {
        return code;
    }

    @Override
    public int getDdlTypeCode() {
        return ddlCode;
    }

    @Override
    public String getFriendlyName() {
        return temporal + " AS ISO TEXT";
    }

    @Override
    public JavaType<?> getRecommendedJavaType(
            @Nullable Integer length, @Nullable Integer scale, TypeConfiguration typeConfiguration) {
        Class<?> type = switch (temporal) {
            case DATE -> LocalDate.class;
            case TIME -> LocalTime.class;
            case TIMESTAMP -> code == Types.TIMESTAMP ? LocalDateTime.class : Instant.class;
        };
        return typeConfiguration.getJavaTypeRegistry().resolveDescriptor(type);
    }

    @Override
    public Class<?> getPreferredJavaTypeClass(WrapperOptions options) {
        return String.class;
    }

    @Override
    public <T> JdbcLiteralFormatter<T> getJdbcLiteralFormatter(JavaType<T> javaType) {
        return new JdbcLiteralFormatterTemporal<>(javaType, temporal);
    }

    @Override
    public boolean isTemporal() {
        return true;
    }

    @Override
    public <X> ValueBinder<X> getBinder(JavaType<X> javaType) {
        return new BasicBinder<>(javaType, this) {
            @Override
            protected void doBind(PreparedStatement statement, X value, int index, WrapperOptions options)
                    throws SQLException {
                statement.setString(index, text(javaType, value, options));
            }

            @Override
            protected void doBind(CallableStatement statement, X value, String name, WrapperOptions options)
                    throws SQLException {
                throw noProcedures();
            }
        };
    }

    private <X> String text(JavaType<X> javaType, X value, WrapperOptions options) {
        return switch (temporal) {
            case DATE -> IsoTexts.date(known(value) ? value : javaType.unwrap(value, LocalDate.class, options));
            case TIME -> IsoTexts.time(known(value) ? value : javaType.unwrap(value, LocalTime.class, options));
            case TIMESTAMP ->
                IsoTexts.dateTime(known(value) ? value : javaType.unwrap(value, LocalDateTime.class, options));
        };
    }

    private static boolean known(Object value) {
        return value instanceof java.time.temporal.TemporalAccessor
                || value instanceof Date
                || value instanceof Calendar;
    }

    @Override
    public <X> ValueExtractor<X> getExtractor(JavaType<X> javaType) {
        return new BasicExtractor<>(javaType, this) {
            @Override
            protected @Nullable X doExtract(ResultSet rows, int column, WrapperOptions options) throws SQLException {
                String text = rows.getString(column);
                return text == null ? null : javaType.wrap(read(text, javaType.getJavaTypeClass()), options);
            }

            @Override
            protected X doExtract(CallableStatement statement, int index, WrapperOptions options) throws SQLException {
                throw noProcedures();
            }

            @Override
            protected X doExtract(CallableStatement statement, String name, WrapperOptions options)
                    throws SQLException {
                throw noProcedures();
            }
        };
    }

    /** What the text says, as a type that the attribute's type can be made of. */
    private Object read(String text, Class<?> type) {
        return switch (temporal) {
            case DATE -> {
                LocalDate date = IsoTexts.readDate(text);
                yield isLegacy(type) ? java.sql.Date.valueOf(date) : date;
            }
            case TIME -> {
                if (type == OffsetTime.class) {
                    yield IsoTexts.readOffsetTime(text);
                }
                LocalTime time = IsoTexts.readTime(text);
                yield isLegacy(type) ? java.sql.Time.valueOf(time) : time;
            }
            case TIMESTAMP -> readDateTime(text, type);
        };
    }

    private static Object readDateTime(String text, Class<?> type) {
        if (type == LocalDateTime.class) {
            return IsoTexts.readLocalDateTime(text);
        }
        Instant instant = IsoTexts.readInstant(text);
        if (type == OffsetDateTime.class) {
            return instant.atOffset(ZoneOffset.UTC);
        }
        if (type == ZonedDateTime.class) {
            return instant.atZone(ZoneOffset.UTC);
        }
        return isLegacy(type) ? Timestamp.from(instant) : instant;
    }

    private static boolean isLegacy(Class<?> type) {
        return Date.class.isAssignableFrom(type) || Calendar.class.isAssignableFrom(type);
    }

    private static SQLException noProcedures() {
        return new SQLFeatureNotSupportedException("SQLite has no stored procedures", "0A000");
    }
}
