package io.github.hasqlite.autoconfigure;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the properties say. */
final class PropertiesConnectionDetails implements HaSqliteConnectionDetails {

    private final HaSqliteProperties properties;

    PropertiesConnectionDetails(HaSqliteProperties properties) {
        this.properties = properties;
    }

    @Override
    public List<String> getUrls() {
        return properties.replicationUrl();
    }

    @Override
    public @Nullable String getUser() {
        return properties.nats().user();
    }

    @Override
    public @Nullable String getPassword() {
        return properties.nats().password();
    }

    @Override
    public @Nullable String getToken() {
        return properties.nats().token();
    }

    @Override
    public @Nullable String getNkey() {
        return properties.nats().nkey();
    }

    @Override
    public @Nullable String getCredentials() {
        return properties.nats().credentials();
    }
}
