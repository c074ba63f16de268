package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.HaSqliteDataSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Explains why a bean of this library is not there, or none of several {@code DataSource}s is meant. Spring Boot's own
 * analyzers would advise to define a bean of that type, and do not know that the replicated database is missing among
 * the candidates.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class MissingBeanFailureAnalyzer extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException> {

    private static final String API = HaSqliteDataSource.class.getPackageName();

    /** What Spring Boot makes for one {@code DataSource}, or for the primary one of several. */
    private static final Set<String> MADE_FOR_ONE = Set.of(
            DataSource.class.getName(),
            "org.springframework.jdbc.core.JdbcTemplate",
            "org.springframework.jdbc.core.JdbcOperations",
            "org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate",
            "org.springframework.jdbc.core.namedparam.NamedParameterJdbcOperations",
            "org.springframework.jdbc.core.simple.JdbcClient",
            "org.springframework.transaction.PlatformTransactionManager",
            "org.springframework.transaction.TransactionManager",
            "jakarta.persistence.EntityManagerFactory");

    private final @Nullable BeanFactory beans;
    private final @Nullable Environment environment;

    MissingBeanFailureAnalyzer(@Nullable BeanFactory beans, @Nullable Environment environment) {
        this.beans = beans;
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause) {
        Class<?> type = cause.getResolvableType() == null
                ? cause.getBeanType()
                : cause.getResolvableType().resolve();
        if (type == null || environment == null || !(beans instanceof ListableBeanFactory factory)) {
            return null;
        }
        List<String> own = ownDataSources(factory);
        if (type.getPackageName().equals(API) && cause.getNumberOfBeansFound() == 0) {
            return ofApi(type, own, factory, environment, cause);
        }
        if (own.size() > 1 && MADE_FOR_ONE.contains(type.getName()) && environment.containsProperty("ha.sqlite.path")) {
            return new FailureAnalysis(
                    "No bean of type " + type.getName()
                            + " can be chosen: the application defines several DataSources (" + String.join(", ", own)
                            + "), none of them primary. " + backsOff(),
                    beside(),
                    cause);
        }
        return null;
    }

    private static FailureAnalysis ofApi(
            Class<?> type, List<String> own, ListableBeanFactory factory, Environment environment, Throwable cause) {
        String missing = "There is no bean of type " + type.getName() + ": ";
        if (!SwitchCondition.off(environment, new String[] {"ha.sqlite.enabled"}, true)
                .isEmpty()) {
            return new FailureAnalysis(
                    missing + "ha.sqlite.enabled is false.",
                    "Set ha.sqlite.enabled to true, or take an ObjectProvider<" + type.getSimpleName()
                            + ">, which may be empty, where the application should start without.",
                    cause);
        }
        if (!own.isEmpty()) {
            return new FailureAnalysis(
                    missing + "the application defines a DataSource of its own (" + String.join(", ", own) + "). "
                            + backsOff(),
                    beside(),
                    cause);
        }
        if (type != HaSqliteDataSource.class
                && !OnNatsCondition.isMet(environment)
                && !OnNatsCondition.hasConnectionDetails(factory)) {
            return new FailureAnalysis(
                    missing + "the database is not replicated, since no NATS server is configured.",
                    "Set " + OnNatsCondition.URL + " to the URL of a NATS server or " + OnNatsCondition.EMBEDDED
                            + " to true, or take an ObjectProvider<" + type.getSimpleName()
                            + ">, which may be empty, where the application should start without.",
                    cause);
        }
        return new FailureAnalysis(
                missing + "what makes it is switched off, or replaced by beans of the application.",
                "Start with --debug to see which condition was not met, or take an ObjectProvider<"
                        + type.getSimpleName() + ">, which may be empty, where the application should start without.",
                cause);
    }

    private static String backsOff() {
        return "Where there is one already, HA SQLite makes none, and nothing is replicated.";
    }

    private static String beside() {
        return "Remove it if the replicated database should be the application's. For a second database beside it"
                + " define the bean with @Bean(defaultCandidate = false) and inject it with a @Qualifier; for a"
                + " second replicated one set ha.sqlite.databases.<name>.path. If nothing should be replicated, set"
                + " ha.sqlite.enabled=false.";
    }

    private static List<String> ownDataSources(ListableBeanFactory factory) {
        return Arrays.stream(factory.getBeanNamesForType(DataSource.class, true, false))
                .filter(name -> !factory.isTypeMatch(name, HaSqliteDataSource.class))
                .toList();
    }
}
