package io.github.hasqlite.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanCurrentlyInCreationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Explains that a bean which the replicated {@code DataSource} is made with needs that {@code DataSource}. Spring Boot's
 * own analyzer would advise to allow cycles, which does not help here.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class DependencyCycleFailureAnalyzer extends AbstractFailureAnalyzer<BeanCurrentlyInCreationException> {

    private static final String NODE = "haSqliteNode";

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BeanCurrentlyInCreationException cause) {
        List<String> names = new ArrayList<>();
        for (Throwable failure = rootFailure; failure != null; failure = failure.getCause()) {
            if (failure instanceof BeanCreationException creation && creation.getBeanName() != null) {
                names.add(creation.getBeanName());
            }
        }
        // it ends with the bean that is met for the second time
        int begin = names.indexOf(cause.getBeanName());
        List<String> cycle = names.subList(Math.max(0, begin), names.size());
        if (!cycle.contains(NODE)) {
            return null;
        }
        return new FailureAnalysis(
                "A bean that the replicated DataSource is made with needs the DataSource itself: "
                        + String.join(" -> ", cycle) + ".",
                "Beans of type ChangeSetInterceptor, ChangeSetPublisher, ChangeSetSubscriber, SnapshotStore, KeyBlocks and"
                        + " ChangeSetSerializer are there before the DataSource. Let the one in this cycle take an"
                        + " ObjectProvider<DataSource>, or mark its parameter as @Lazy, and use the database only when"
                        + " it is called; an interceptor of changes that are being applied is called inside their"
                        + " transaction and must not write to this database.",
                cause);
    }
}
