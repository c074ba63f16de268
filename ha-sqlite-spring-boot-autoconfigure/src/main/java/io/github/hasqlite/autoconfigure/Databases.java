package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.ChangeSetInterceptor;
import io.github.hasqlite.ChangeSetSerializer;
import io.github.hasqlite.core.node.ReplicationNode;
import io.github.hasqlite.nats.server.EmbeddedNatsServer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.support.SQLExceptionTranslator;

/** The further databases of an application: their properties are looked at together before any database starts. */
final class Databases {

    private final ListableBeanFactory beans;
    private final Map<String, HaSqliteProperties> properties = new LinkedHashMap<>();

    /**
     * Looks at the properties of all databases.
     *
     * @throws io.github.hasqlite.ReplicationStartException if two of them cannot be two
     */
    Databases(Environment environment, HaSqliteProperties primary, ListableBeanFactory beans) {
        this.beans = beans;
        DatabaseProperties.names(environment)
                .forEach(name -> properties.put(name, DatabaseProperties.of(environment, name)));
    }

    /**
     * Starts one.
     *
     * @param primary started before
     */
    Database start(String name, ReplicationNode primary, ChangeSetSerializer serializer) {
        // not before the servers of a cluster have found each other
        beans.getBeanProvider(ClusterStart.class).ifAvailable(waited -> {});
        SQLExceptionTranslator translator = provider(SQLExceptionTranslator.class).getIfUnique(SqlStateExceptionTranslator::new);
        return Database.start(
                name,
                Objects.requireNonNull(properties.get(name)),
                new Database.Shared(
                        provider(EmbeddedNatsServer.class).getIfAvailable(),
                        provider(SslBundles.class).getIfAvailable(),
                        serializer,
                        translator),
                interceptors(name));
    }

    private <T> ObjectProvider<T> provider(Class<T> type) {
        return beans.getBeanProvider(type);
    }

    /** Those that are called for the primary database, in order: the ones that are qualified for no other. */
    List<ChangeSetInterceptor> interceptorsOfPrimary() {
        Set<ChangeSetInterceptor> others = Collections.newSetFromMap(new IdentityHashMap<>());
        properties.keySet().forEach(name -> others.addAll(interceptors(name)));
        return provider(ChangeSetInterceptor.class)
                .orderedStream()
                .filter(interceptor -> !others.contains(interceptor))
                .toList();
    }

    private List<ChangeSetInterceptor> interceptors(String database) {
        Set<ChangeSetInterceptor> qualified = Collections.newSetFromMap(new IdentityHashMap<>());
        for (String bean : beans.getBeanNamesForType(ChangeSetInterceptor.class)) {
            if (isFor(database, bean)) {
                qualified.add(beans.getBean(bean, ChangeSetInterceptor.class));
            }
        }
        List<ChangeSetInterceptor> ordered = new ArrayList<>();
        provider(ChangeSetInterceptor.class)
                .orderedStream()
                .filter(qualified::contains)
                .forEach(ordered::add);
        return ordered;
    }

    /** Whether a bean has the database's name as its qualifier, or is called so. */
    private boolean isFor(String database, String bean) {
        return BeanFactoryAnnotationUtils.isQualifierMatch(database::equals, bean, beans);
    }
}
