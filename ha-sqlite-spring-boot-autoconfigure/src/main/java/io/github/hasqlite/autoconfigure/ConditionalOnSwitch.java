package io.github.hasqlite.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Conditional;

/**
 * A bean that there is if all switches are on. In an application that is processed ahead of time that is decided when it
 * starts, by {@link RunTimeChoice}, and not when it is built.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional(SwitchCondition.class)
@interface ConditionalOnSwitch {

    /** Names of properties that are true or false. */
    String[] value();

    /** Whether those that are not set are on. */
    boolean matchIfMissing() default true;
}
