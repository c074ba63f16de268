package io.github.hasqlite.nats;

import java.util.Collection;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** URLs as they may be shown: without what stands between the scheme and the {@code @}. */
final class MaskedUrl {

    /** Greedy up to the last {@code @} of a word: an unescaped password may itself contain one. */
    private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^\\s,/]*@|^[^\\s,/:]+(:[^\\s,/]*)?@");

    private MaskedUrl() {}

    /** The text with the user info of every URL in it replaced by asterisks. */
    static String mask(String text) {
        return USER_INFO.matcher(text).replaceAll("***@");
    }

    /** The URLs for a message: masked, separated by commas. */
    static String mask(Collection<String> urls) {
        return urls.stream().map(MaskedUrl::mask).collect(Collectors.joining(","));
    }
}
