package io.github.hasqlite.hibernate;

import io.github.hasqlite.core.sqlite.ParsedSql;
import org.hibernate.LockOptions;
import org.hibernate.community.dialect.SQLiteSqlAstTranslator;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.sql.ast.tree.Statement;
import org.hibernate.sql.ast.tree.select.SelectStatement;
import org.hibernate.sql.exec.spi.JdbcOperation;
import org.hibernate.sql.exec.spi.JdbcSelect;

/**
 * Marks queries with a pessimistic lock, so that the node takes the write lock before it runs them.
 *
 * @param <T> what a statement is translated to
 */
final class LockingSqlAstTranslator<T extends JdbcOperation> extends SQLiteSqlAstTranslator<T> {

    private boolean pessimistic;

    LockingSqlAstTranslator(SessionFactoryImplementor factory, Statement statement) {
        super(factory, statement);
    }

    @Override
    @SuppressWarnings("removal") // there is no other way to the lock mode yet
    protected JdbcSelect translateSelect(SelectStatement statement) {
        LockOptions options = getLockOptions();
        pessimistic = options != null && options.getLockMode().isPessimistic();
        return super.translateSelect(statement);
    }

    @Override
    public String getSql() {
        return pessimistic ? super.getSql() + " " + ParsedSql.LOCK : super.getSql();
    }
}
