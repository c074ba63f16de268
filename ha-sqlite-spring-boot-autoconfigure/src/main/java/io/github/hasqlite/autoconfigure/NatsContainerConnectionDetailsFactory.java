package io.github.hasqlite.autoconfigure;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionDetailsFactory;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;
import org.testcontainers.containers.Container;

/** Testcontainers' {@code @ServiceConnection} for containers of the image {@code nats}, or of that name. */
final class NatsContainerConnectionDetailsFactory
        extends ContainerConnectionDetailsFactory<Container<?>, HaSqliteConnectionDetails> {

    private static final int PORT = 4222;

    NatsContainerConnectionDetailsFactory() {
        super("nats");
    }

    @Override
    protected HaSqliteConnectionDetails getContainerConnectionDetails(ContainerConnectionSource<Container<?>> source) {
        return new OfContainer(source);
    }

    private static final class OfContainer extends ContainerConnectionDetails<Container<?>>
            implements HaSqliteConnectionDetails {

        OfContainer(ContainerConnectionSource<Container<?>> source) {
            super(source);
        }

        @Override
        public List<String> getUrls() {
            Container<?> container = getContainer();
            return List.of("nats://" + container.getHost() + ":" + container.getMappedPort(PORT));
        }

        @Override
        public @Nullable String getUser() {
            return argument("user");
        }

        @Override
        public @Nullable String getPassword() {
            return argument("pass");
        }

        @Override
        public @Nullable String getToken() {
            return argument("auth");
        }

        /** What the server was started with: the image has no other way to say it, but for a configuration file. */
        private @Nullable String argument(String name) {
            List<String> command = List.of(getContainer().getCommandParts());
            for (int i = 0; i < command.size(); i++) {
                String part = command.get(i);
                String stripped =
                        part.startsWith("--") ? part.substring(2) : part.startsWith("-") ? part.substring(1) : "";
                if (stripped.equals(name) && i + 1 < command.size()) {
                    return command.get(i + 1);
                } else if (stripped.startsWith(name + "=")) {
                    return stripped.substring(name.length() + 1);
                }
            }
            return null;
        }
    }
}
