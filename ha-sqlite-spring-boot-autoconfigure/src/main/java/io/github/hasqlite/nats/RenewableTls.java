package io.github.hasqlite.nats;

import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A TLS context whose keys and certificates can be renewed while connections are in use: connections that are made
 * afterwards have the new ones, and those of NATS are made anew at once. Thread-safe.
 */
public final class RenewableTls extends SSLContext {

    private final Current current;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** A context that is like this one, until it is renewed. */
    public RenewableTls(SSLContext first) {
        this(new Current(first), first);
    }

    private RenewableTls(Current current, SSLContext first) {
        super(current, first.getProvider(), first.getProtocol());
        this.current = current;
    }

    /** From now on it is like that one. Does not wait for connections. */
    public void renew(SSLContext next) {
        current.context = next;
        listeners.forEach(Runnable::run);
    }

    /** Has somebody told of renewals, who must not wait. */
    void addListener(Runnable listener) {
        listeners.add(listener);
    }

    void removeListener(Runnable listener) {
        listeners.remove(listener);
    }

    private static final class Current extends SSLContextSpi {

        private volatile SSLContext context;

        Current(SSLContext context) {
            this.context = context;
        }

        @Override
        protected void engineInit(
                KeyManager @Nullable [] keys, TrustManager @Nullable [] trusted, @Nullable SecureRandom random) {
            throw new UnsupportedOperationException("this context is renewed as a whole");
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            return context.getSocketFactory();
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            return context.getServerSocketFactory();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            return context.createSSLEngine();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            return context.createSSLEngine(host, port);
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            return context.getServerSessionContext();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            return context.getClientSessionContext();
        }

        @Override
        protected SSLParameters engineGetDefaultSSLParameters() {
            return context.getDefaultSSLParameters();
        }

        @Override
        protected SSLParameters engineGetSupportedSSLParameters() {
            return context.getSupportedSSLParameters();
        }
    }
}
