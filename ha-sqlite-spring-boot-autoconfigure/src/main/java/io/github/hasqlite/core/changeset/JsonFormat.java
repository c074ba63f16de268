package io.github.hasqlite.core.changeset;

import tools.jackson.core.ErrorReportConfiguration;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/** How JSON is read and written here. */
final class JsonFormat {

    private static final int MAX_QUOTED_LENGTH = 64;

    private JsonFormat() {}

    static JsonFactory factory() {
        return JsonFactory.builder()
                .recyclerPool(JsonRecyclerPools.threadLocalPool())
                // Messages are UTF-8 always; another encoding would be one more way to hide something.
                .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
                .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
                .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                // Shortest digits also before JDK 19.
                .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(Limits.DEPTH)
                        .maxDocumentLength(Limits.MESSAGE)
                        .maxNumberLength(Limits.NUMBER)
                        .maxStringLength(Limits.MESSAGE)
                        .maxNameLength(Limits.NAME)
                        .build())
                .errorReportConfiguration(ErrorReportConfiguration.builder()
                        .maxErrorTokenLength(MAX_QUOTED_LENGTH)
                        .maxRawContentLength(MAX_QUOTED_LENGTH)
                        .build())
                .build();
    }
}
