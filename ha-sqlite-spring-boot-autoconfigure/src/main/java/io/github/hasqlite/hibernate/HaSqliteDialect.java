package io.github.hasqlite.hibernate;

import io.github.hasqlite.core.sqlite.SqlStates;
import jakarta.persistence.TemporalType;
import java.sql.SQLException;
import java.sql.Types;
import java.time.temporal.TemporalAccessor;
import java.util.Calendar;
import java.util.Date;
import java.util.TimeZone;
import org.hibernate.JDBCException;
import org.hibernate.QueryTimeoutException;
import org.hibernate.boot.model.TypeContributions;
import org.hibernate.community.dialect.SQLiteDialect;
import org.hibernate.dialect.DatabaseVersion;
import org.hibernate.engine.jdbc.dialect.spi.DialectResolutionInfo;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.exception.DataException;
import org.hibernate.exception.GenericJDBCException;
import org.hibernate.exception.JDBCConnectionException;
import org.hibernate.exception.LockAcquisitionException;
import org.hibernate.exception.SQLGrammarException;
import org.hibernate.exception.spi.SQLExceptionConversionDelegate;
import org.hibernate.service.ServiceRegistry;
import org.hibernate.sql.ast.SqlAstTranslator;
import org.hibernate.sql.ast.SqlAstTranslatorFactory;
import org.hibernate.sql.ast.spi.SqlAppender;
import org.hibernate.sql.ast.spi.StandardSqlAstTranslatorFactory;
import org.hibernate.sql.ast.tree.Statement;
import org.hibernate.sql.exec.spi.JdbcOperation;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.descriptor.jdbc.spi.JdbcTypeRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Hibernate's community dialect for SQLite, made right for a replicated one.
 *
 * <ul>
 *   <li>Dates and times are ISO 8601 text, whatever the node's time zone; numbers that sqlite-jdbc wrote can be read.
 *   <li>A pessimistic lock takes the database's write lock before it reads ({@link
 *       io.github.hasqlite.core.sqlite.ParsedSql#locks()}).
 *   <li>Keys of identity columns come with the INSERT, without a query of their own.
 *   <li>Errors are told apart by SQLState. What is committed, or may be, is no lock failure and never worth a retry.
 *   <li>Large objects can be read, and columns be added to tables.
 * </ul>
 *
 * <p>Thread-safe. The auto-configuration chooses it for a node's {@code EntityManagerFactory} where no other dialect
 * is named.
 */
@SuppressWarnings("deprecation") // Hibernate asks for a TemporalType
public class HaSqliteDialect extends SQLiteDialect {

    /** What is assumed of a database that must not be asked. */
    private static final DatabaseVersion WITHOUT_METADATA = DatabaseVersion.make(3, 46);

    /**
     * Made by Hibernate.
     *
     * @param info what the database says about itself
     */
    public HaSqliteDialect(DialectResolutionInfo info) {
        super(info);
    }

    /** Made by Hibernate where the database must not be asked. */
    public HaSqliteDialect() {
        super(WITHOUT_METADATA);
    }

    @Override
    public void contributeTypes(TypeContributions contributions, ServiceRegistry services) {
        super.contributeTypes(contributions, services);
        JdbcTypeRegistry types = contributions.getTypeConfiguration().getJdbcTypeRegistry();
        text(types, Types.DATE, Types.DATE, TemporalType.DATE);
        text(types, Types.TIME, Types.TIME, TemporalType.TIME);
        text(types, SqlTypes.TIME_UTC, Types.TIME, TemporalType.TIME);
        text(types, Types.TIME_WITH_TIMEZONE, Types.TIME, TemporalType.TIME);
        text(types, Types.TIMESTAMP, Types.TIMESTAMP, TemporalType.TIMESTAMP);
        text(types, SqlTypes.TIMESTAMP_UTC, Types.TIMESTAMP, TemporalType.TIMESTAMP);
        text(types, Types.TIMESTAMP_WITH_TIMEZONE, Types.TIMESTAMP, TemporalType.TIMESTAMP);
        types.addDescriptor(Types.BLOB, new BytesJdbcType());
        types.addDescriptor(Types.CLOB, new TextJdbcType(Types.CLOB));
        types.addDescriptor(Types.NCLOB, new TextJdbcType(Types.NCLOB));
    }

    private static void text(JdbcTypeRegistry types, int code, int ddlCode, TemporalType temporal) {
        types.addDescriptor(code, new IsoTextJdbcType(code, ddlCode, temporal));
    }

    @Override
    public void appendDateTimeLiteral(
            SqlAppender sql, TemporalAccessor value, TemporalType precision, @Nullable TimeZone zone) {
        appendText(sql, value, precision);
    }

    @Override
    public void appendDateTimeLiteral(SqlAppender sql, Date value, TemporalType precision, @Nullable TimeZone zone) {
        appendText(sql, value, precision);
    }

    @Override
    public void appendDateTimeLiteral(
            SqlAppender sql, Calendar value, TemporalType precision, @Nullable TimeZone zone) {
        appendText(sql, value, precision);
    }

    private static void appendText(SqlAppender sql, Object value, TemporalType precision) {
        sql.appendSql('\'');
        sql.appendSql(
                switch (precision) {
                    case DATE -> IsoTexts.date(value);
                    case TIME -> IsoTexts.time(value);
                    case TIMESTAMP -> IsoTexts.dateTime(value);
                });
        sql.appendSql('\'');
    }

    @Override
    public String currentTimestamp() {
        return "strftime('%Y-%m-%dT%H:%M:%f000000Z','now')";
    }

    @Override
    public String currentTimestampWithTimeZone() {
        return currentTimestamp();
    }

    @Override
    public String currentLocalTimestamp() {
        return "strftime('%Y-%m-%dT%H:%M:%f000000','now','localtime')";
    }

    @Override
    public boolean getDefaultUseGetGeneratedKeys() {
        return true;
    }

    @Override
    public String getAddColumnString() {
        return "add column";
    }

    /** SQLite's types are affinities; that a column is there is what can be checked. */
    @Override
    public boolean equivalentTypes(int typeCode1, int typeCode2) {
        return true;
    }

    @Override
    public SqlAstTranslatorFactory getSqlAstTranslatorFactory() {
        return new StandardSqlAstTranslatorFactory() {
            @Override
            protected <T extends JdbcOperation> SqlAstTranslator<T> buildTranslator(
                    SessionFactoryImplementor factory, Statement statement) {
                return new LockingSqlAstTranslator<>(factory, statement);
            }
        };
    }

    @Override
    public SQLExceptionConversionDelegate buildSQLExceptionConversionDelegate() {
        return this::converted;
    }

    private JDBCException converted(SQLException e, String message, @Nullable String sql) {
        String state = SqlStates.of(e);
        return switch (state) {
            case "40000", "40001", "55P03" -> new LockAcquisitionException(message, e, sql);
            case "57014" -> new QueryTimeoutException(message, e, sql);
            default ->
                switch (state.substring(0, 2)) {
                    case "23" ->
                        new ConstraintViolationException(
                                message,
                                e,
                                sql,
                                kind(state),
                                getViolatedConstraintNameExtractor().extractConstraintName(e));
                    case "22" -> new DataException(message, e, sql);
                    case "42" -> new SQLGrammarException(message, e, sql);
                    case "08" -> new JDBCConnectionException(message, e, sql);
                    default -> new GenericJDBCException(message, e, sql);
                };
        };
    }

    private static ConstraintViolationException.ConstraintKind kind(String state) {
        return switch (state) {
            case "23505" -> ConstraintViolationException.ConstraintKind.UNIQUE;
            case "23502" -> ConstraintViolationException.ConstraintKind.NOT_NULL;
            case "23503" -> ConstraintViolationException.ConstraintKind.FOREIGN_KEY;
            case "23514" -> ConstraintViolationException.ConstraintKind.CHECK;
            default -> ConstraintViolationException.ConstraintKind.OTHER;
        };
    }
}
