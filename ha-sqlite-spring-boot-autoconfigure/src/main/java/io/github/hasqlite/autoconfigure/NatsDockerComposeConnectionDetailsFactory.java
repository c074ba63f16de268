package io.github.hasqlite.autoconfigure;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionDetailsFactory;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;

/** Spring Boot's Docker Compose support for services of the image {@code nats}. */
final class NatsDockerComposeConnectionDetailsFactory
        extends DockerComposeConnectionDetailsFactory<HaSqliteConnectionDetails> {

    private static final int PORT = 4222;

    NatsDockerComposeConnectionDetailsFactory() {
        super("nats");
    }

    @Override
    protected HaSqliteConnectionDetails getDockerComposeConnectionDetails(DockerComposeConnectionSource source) {
        return new OfService(source.getRunningService());
    }

    private static final class OfService extends DockerComposeConnectionDetails implements HaSqliteConnectionDetails {

        private final RunningService service;

        OfService(RunningService service) {
            super(service);
            this.service = service;
        }

        @Override
        public List<String> getUrls() {
            return List.of("nats://" + service.host() + ":" + service.ports().get(PORT));
        }

        @Override
        public @Nullable String getUser() {
            return service.env().get("NATS_USER");
        }

        @Override
        public @Nullable String getPassword() {
            return service.env().get("NATS_PASSWORD");
        }

        @Override
        public @Nullable String getToken() {
            return service.env().get("NATS_TOKEN");
        }
    }
}
