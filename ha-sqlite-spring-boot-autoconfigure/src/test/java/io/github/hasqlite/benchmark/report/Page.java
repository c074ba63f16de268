package io.github.hasqlite.benchmark.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The page of the documentation that comes of it, with its pictures in a folder beside it. */
final class Page {

    private static final String PICTURES = "benchmark-report";

    private final Path docs;
    private final StringBuilder text = new StringBuilder();

    Page(Path docs) {
        this.docs = docs;
    }

    void heading(String heading) {
        text.append("\n## ").append(heading).append("\n\n");
    }

    void paragraph(String paragraph) {
        text.append(paragraph).append("\n\n");
    }

    void code(String language, String code) {
        text.append("```").append(language).append('\n').append(code).append("\n```\n\n");
    }

    void list(List<String> items) {
        items.forEach(item -> text.append("- ").append(item).append('\n'));
        text.append('\n');
    }

    void table(List<String> columns, List<List<String>> rows) {
        row(columns);
        text.append("|---".repeat(columns.size())).append("|\n");
        rows.forEach(this::row);
        text.append('\n');
    }

    private void row(List<String> cells) {
        cells.forEach(cell -> text.append("| ").append(cell).append(' '));
        text.append("|\n");
    }

    /** Shows a picture. */
    void chart(String name, Chart chart) throws IOException {
        Path folder = Files.createDirectories(docs.resolve(PICTURES));
        chart.write(folder.resolve(name + ".svg"));
        paragraph("![" + chart.title() + "](" + PICTURES + "/" + name + ".svg)");
    }

    void write(String title) throws IOException {
        Files.writeString(
                docs.resolve("benchmark-report.md"),
                "# " + title + "\n\n" + text.toString().strip() + "\n");
    }
}
