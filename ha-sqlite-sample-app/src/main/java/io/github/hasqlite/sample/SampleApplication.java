package io.github.hasqlite.sample;

import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** One node of the task board. */
@SpringBootApplication(proxyBeanMethods = false)
public class SampleApplication {

    /**
     * Starts the node.
     *
     * @param args Spring Boot properties, such as {@code --server.port=8081}
     */
    public static void main(String[] args) {
        SpringApplication.run(SampleApplication.class, args);
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
