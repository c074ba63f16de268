package io.github.hasqlite.http;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.springframework.boot.ssl.SslBundle;

/** A real servlet container on a free port of the loopback interface. */
final class WebServer implements AutoCloseable {

    private final Tomcat tomcat = new Tomcat();
    private final Context context;

    /** Answers a request. */
    @FunctionalInterface
    interface Answer {
        void to(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException;
    }

    WebServer(Path folder) {
        this(folder, "");
    }

    /** One whose application has a path of its own, as "/app". */
    WebServer(Path folder, String path) {
        tomcat.setBaseDir(folder.toString());
        tomcat.setHostname("127.0.0.1");
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        context = tomcat.addContext(path, folder.toString());
    }

    /** Lets it speak TLS with the certificate of a bundle. */
    WebServer secured(SslBundle bundle) {
        SSLHostConfig host = new SSLHostConfig();
        SSLHostConfigCertificate certificate =
                new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.UNDEFINED);
        certificate.setCertificateKeyPassword("");
        certificate.setCertificateKeystore(bundle.getStores().getKeyStore());
        host.addCertificate(certificate);
        tomcat.getConnector().addSslHostConfig(host);
        tomcat.getConnector().setProperty("SSLEnabled", "true");
        tomcat.getConnector().setScheme("https");
        tomcat.getConnector().setSecure(true);
        return this;
    }

    /** In milliseconds, how long the container waits for something to read. */
    WebServer readTimeout(int millis) {
        tomcat.getConnector().setProperty("connectionTimeout", Integer.toString(millis));
        return this;
    }

    /** Errors are answered by what answers requests, too, as applications with Spring Boot do it. */
    WebServer errorPage() {
        ErrorPage page = new ErrorPage();
        page.setLocation("/error");
        context.addErrorPage(page);
        return this;
    }

    WebServer with(Filter filter, DispatcherType... dispatches) {
        FilterDef definition = new FilterDef();
        definition.setFilterName(filter.getClass().getSimpleName());
        definition.setFilter(filter);
        definition.setAsyncSupported("true");
        context.addFilterDef(definition);
        FilterMap map = new FilterMap();
        map.setFilterName(definition.getFilterName());
        map.addURLPattern("/*");
        for (DispatcherType each : dispatches) {
            map.setDispatcher(each.name());
        }
        context.addFilterMap(map);
        return this;
    }

    WebServer start(Answer answer) {
        HttpServlet servlet = new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected void service(HttpServletRequest request, HttpServletResponse response)
                    throws ServletException, IOException {
                answer.to(request, response);
            }
        };
        return with("/*", servlet).start();
    }

    /** Lets a servlet answer what its mapping is for. */
    WebServer with(String mapping, HttpServlet servlet) {
        Tomcat.addServlet(context, mapping, servlet).setAsyncSupported(true);
        context.addServletMappingDecoded(mapping, mapping);
        return this;
    }

    WebServer start() {
        try {
            tomcat.start();
        } catch (LifecycleException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }

    String url() {
        return tomcat.getConnector().getScheme() + "://127.0.0.1:"
                + tomcat.getConnector().getLocalPort();
    }

    @Override
    public void close() {
        try {
            tomcat.stop();
            tomcat.destroy();
        } catch (LifecycleException e) {
            throw new IllegalStateException(e);
        }
    }
}
