package io.github.hasqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A page of the documentation, taken apart.
 *
 * @param path where it is
 * @param lines all of it
 * @param blocks its fenced blocks
 */
record MarkdownPage(Path path, List<String> lines, List<Block> blocks) {

    private static final Pattern FENCE = Pattern.compile("\\s*```(\\w*)\\s*");
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("#{1,6} +(.*?) *");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /**
     * A fenced block.
     *
     * @param language what stands behind the opening fence
     * @param line number of its first line in the page, from 1
     * @param text its lines, without the fences
     */
    record Block(String language, int line, String text) {}

    /**
     * A table row.
     *
     * @param header the first cell of its table
     * @param first its first cell
     */
    record Row(String header, String first) {}

    static MarkdownPage read(Path path) throws IOException {
        List<String> lines = Files.readAllLines(path);
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (fence.matches()) {
                int first = i + 1;
                do {
                    i++;
                    if (i == lines.size()) {
                        throw new IllegalStateException(path + ":" + first + ": the block has no end");
                    }
                } while (!lines.get(i).strip().equals("```"));
                blocks.add(new Block(fence.group(1), first + 1, String.join("\n", lines.subList(first, i))));
            }
        }
        return new MarkdownPage(path, lines, blocks);
    }

    String name() {
        return path.getFileName().toString();
    }

    List<Block> blocks(String language) {
        return blocks.stream()
                .filter(block -> block.language().equals(language))
                .toList();
    }

    /** Where links of this page lead, but for those into the network. */
    List<String> relativeLinks() {
        List<String> links = new ArrayList<>();
        for (String line : prose()) {
            Matcher link = LINK.matcher(line);
            while (link.find()) {
                if (!link.group(1).contains("://")) {
                    links.add(link.group(1));
                }
            }
        }
        return links;
    }

    /** The anchors that GitHub gives the headings. */
    Set<String> anchors() {
        Set<String> anchors = new TreeSet<>();
        for (String line : prose()) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                anchors.add(heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'));
            }
        }
        return anchors;
    }

    /** What is set as code within sentences and tables. */
    List<String> codeWords() {
        List<String> words = new ArrayList<>();
        for (String line : prose()) {
            Matcher code = CODE.matcher(line);
            while (code.find()) {
                words.add(code.group(1));
            }
        }
        return words;
    }

    /** The rows of all tables, without their headers. */
    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        List<String> prose = prose();
        String header = null;
        for (int i = 0; i < prose.size(); i++) {
            String line = prose.get(i);
            if (!line.startsWith("|")) {
                header = null;
            } else if (header == null) {
                header = firstCell(line);
                i++; // the line below the header
            } else {
                rows.add(new Row(header, firstCell(line)));
            }
        }
        return rows;
    }

    private static String firstCell(String line) {
        return line.substring(1, line.indexOf('|', 1)).strip();
    }

    /** The lines outside of blocks. */
    private List<String> prose() {
        List<String> prose = new ArrayList<>();
        boolean inBlock = false;
        for (String line : lines) {
            if (FENCE.matcher(line).matches()) {
                inBlock = !inBlock;
            } else if (!inBlock) {
                prose.add(line);
            }
        }
        return prose;
    }
}
