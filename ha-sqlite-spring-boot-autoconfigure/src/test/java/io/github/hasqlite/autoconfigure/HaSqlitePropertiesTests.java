package io.github.hasqlite.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class HaSqlitePropertiesTests {

    @Test
    void theTextNamesEveryPropertyAndNoSecret() {
        String secret = "s3cr3t";
        HaSqliteProperties properties = new Binder(new MapConfigurationPropertySource(Map.of(
                        "ha.sqlite.replication-url", "nats://u:" + secret + "@host:4222",
                        "ha.sqlite.nats.password", secret,
                        "ha.sqlite.nats.token", secret,
                        "ha.sqlite.nats.nkey", secret,
                        "ha.sqlite.http.api.token", secret,
                        "ha.sqlite.nats.embedded.password", secret)))
                .bindOrCreate("ha.sqlite", HaSqliteProperties.class);
        assertThat(properties.toString())
                .contains(Arrays.stream(HaSqliteProperties.class.getRecordComponents())
                        .map(component -> component.getName() + "=")
                        .toList())
                .doesNotContain(secret);
    }
}
