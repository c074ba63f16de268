package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.http.SqlApiServlet;
import io.github.hasqlite.http.api.SqlApi;
import jakarta.servlet.Servlet;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;

/** The HTTP API in a servlet application, behind all its filters and with them behind its security. */
@AutoConfiguration(after = HaSqliteHttpApiAutoConfiguration.class)
@ConditionalOnClass({Servlet.class, ServletRegistrationBean.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBean(SqlApi.class)
public final class HaSqliteServletApiAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "haSqliteApiServlet")
    @ConditionalOnSwitch(value = HaSqliteHttpApiAutoConfiguration.ENABLED, matchIfMissing = false)
    ServletRegistrationBean<SqlApiServlet> haSqliteApiServlet(SqlApi api, HaSqliteProperties properties) {
        String path = properties.http().api().path();
        ServletRegistrationBean<SqlApiServlet> servlet =
                new ServletRegistrationBean<>(new SqlApiServlet(api), path + "/*");
        servlet.setName("haSqliteApi");
        // it has neither multipart forms nor anything to wait for
        servlet.setAsyncSupported(false);
        return servlet;
    }
}
