package io.github.hasqlite.benchmark.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Groups of bars with their spreads, as SVG.
 *
 * @param title what it shows, with the unit
 * @param bars in the order in which they stand
 */
record Chart(String title, List<Bar> bars) {

    private static final int WIDTH = 840;
    private static final int HEIGHT = 320;
    private static final int LEFT = 70;
    private static final int TOP = 40;
    private static final int BOTTOM = 70;
    private static final int TICKS = 5;

    /** Told apart also by those who do not tell red from green. */
    private static final List<String> COLOURS =
            List.of("#4477aa", "#ccbb44", "#228833", "#ee6677", "#aa3377", "#66ccee");

    /** One bar of a group. */
    record Bar(String group, String series, Samples samples) {}

    void write(Path file) throws IOException {
        Set<String> groups = new LinkedHashSet<>();
        Set<String> series = new LinkedHashSet<>();
        bars.forEach(bar -> {
            groups.add(bar.group());
            series.add(bar.series());
        });
        double most = ceiling(
                bars.stream().mapToDouble(bar -> bar.samples().most()).max().orElse(1));
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                WIDTH,
                HEIGHT));
        text(svg, LEFT, TOP / 2.0 + 5, "start", title);
        double plot = (double) HEIGHT - TOP - BOTTOM;
        for (int tick = 0; tick <= TICKS; tick++) {
            double y = TOP + plot - plot * tick / TICKS;
            line(svg, LEFT, y, WIDTH - 10.0, y, "#dddddd");
            text(svg, LEFT - 6.0, y + 4, "end", String.format(Locale.ROOT, "%,.0f", most * tick / TICKS));
        }
        List<String> groupList = List.copyOf(groups);
        List<String> seriesList = List.copyOf(series);
        double groupWidth = (WIDTH - 10.0 - LEFT) / groupList.size();
        double barWidth = groupWidth * 0.8 / seriesList.size();
        for (Bar bar : bars) {
            int place = seriesList.indexOf(bar.series());
            double x = LEFT + groupWidth * (groupList.indexOf(bar.group()) + 0.1) + barWidth * place;
            double height = plot * bar.samples().median() / most;
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>%n",
                    x,
                    TOP + plot - height,
                    barWidth * 0.9,
                    height,
                    COLOURS.get(place % COLOURS.size())));
            double middle = x + barWidth * 0.45;
            line(
                    svg,
                    middle,
                    TOP + plot - plot * bar.samples().least() / most,
                    middle,
                    TOP + plot - plot * bar.samples().most() / most,
                    "#000000");
        }
        for (int i = 0; i < groupList.size(); i++) {
            text(svg, LEFT + groupWidth * (i + 0.5), HEIGHT - BOTTOM + 18.0, "middle", groupList.get(i));
        }
        for (int i = 0; i < seriesList.size(); i++) {
            double x = LEFT + (WIDTH - 10.0 - LEFT) * i / seriesList.size();
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.1f\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/>%n",
                    x,
                    HEIGHT - 26,
                    COLOURS.get(i % COLOURS.size())));
            text(svg, x + 18, HEIGHT - 16.0, "start", seriesList.get(i));
        }
        Files.writeString(file, svg.append("</svg>\n"));
    }

    /** A round number that is not less. */
    private static double ceiling(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(value, 1e-9))));
        for (double step : new double[] {1, 2, 2.5, 5, 10}) {
            if (value <= step * power) {
                return step * power;
            }
        }
        return value;
    }

    private static void line(StringBuilder svg, double x1, double y1, double x2, double y2, String colour) {
        svg.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
                x1,
                y1,
                x2,
                y2,
                colour));
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                text.replace("&", "&amp;").replace("<", "&lt;")));
    }
}
