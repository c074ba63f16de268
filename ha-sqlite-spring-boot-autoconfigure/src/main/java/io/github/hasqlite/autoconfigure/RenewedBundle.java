package io.github.hasqlite.autoconfigure;

import io.github.hasqlite.nats.RenewableTls;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundles;

/** SSL contexts that are always as their bundle is now. */
final class RenewedBundle {

    private static final Logger logger = LoggerFactory.getLogger(RenewedBundle.class);

    private RenewedBundle() {}

    /**
     * The context of a bundle. Where a renewed bundle cannot be used, it stays what it was, and the log says so.
     *
     * @param property the property that names the bundle
     * @param bundles {@code null} if there are none in the application
     * @throws InvalidConfigurationPropertyValueException if there is no such bundle, or it cannot be used
     */
    static RenewableTls context(String property, String bundle, @Nullable SslBundles bundles) {
        if (bundles == null) {
            throw new InvalidConfigurationPropertyValueException(
                    property, bundle, "There are no SSL bundles in this application context.");
        }
        RenewableTls context;
        try {
            context = new RenewableTls(bundles.getBundle(bundle).createSslContext());
        } catch (NoSuchSslBundleException | IllegalStateException e) {
            throw new InvalidConfigurationPropertyValueException(
                    property,
                    bundle,
                    "It cannot be used: " + e.getMessage() + ". Define the bundle with spring.ssl.bundle.");
        }
        bundles.addBundleUpdateHandler(bundle, renewed -> {
            try {
                context.renew(renewed.createSslContext());
            } catch (IllegalStateException e) {
                logger.error(
                        "The renewed SSL bundle {} of {} cannot be used; going on with the one before. Renew it again",
                        bundle,
                        property,
                        e);
            }
        });
        return context;
    }
}
