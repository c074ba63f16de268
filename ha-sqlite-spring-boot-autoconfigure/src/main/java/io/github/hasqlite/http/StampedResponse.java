package io.github.hasqlite.http;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/** An answer whose headers are completed before its first byte. Not thread-safe, like all answers. */
final class StampedResponse extends HttpServletResponseWrapper {

    private final Runnable stamp;
    private boolean stamped;
    private @Nullable ServletOutputStream stream;
    private @Nullable PrintWriter writer;

    StampedResponse(HttpServletResponse response, Runnable stamp) {
        super(response);
        this.stamp = stamp;
    }

    private void stamp() {
        if (!stamped && !isCommitted()) {
            stamped = true;
            stamp.run();
        }
    }

    /** What was written after the first byte may count, too, if nothing has been sent yet. */
    void stampAgain() {
        if (!isCommitted()) {
            stamp.run();
        }
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        ServletOutputStream made = stream;
        if (made == null) {
            made = new Stamped(super.getOutputStream());
            stream = made;
        }
        return made;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        PrintWriter made = writer;
        if (made == null) {
            // asked first, so that the answer says which characters it has
            PrintWriter unstamped = super.getWriter();
            made = new PrintWriter(new StampingWriter(unstamped));
            writer = made;
        }
        return made;
    }

    private final class StampingWriter extends FilterWriter {

        StampingWriter(PrintWriter out) {
            super(out);
        }

        @Override
        public void write(int c) throws IOException {
            stamp();
            super.write(c);
        }

        @Override
        public void write(char[] buffer, int offset, int length) throws IOException {
            stamp();
            super.write(buffer, offset, length);
        }

        @Override
        public void write(String text, int offset, int length) throws IOException {
            stamp();
            super.write(text, offset, length);
        }

        @Override
        public void flush() throws IOException {
            stamp();
            super.flush();
        }

        @Override
        public void close() throws IOException {
            stamp();
            super.close();
        }
    }

    @Override
    public void flushBuffer() throws IOException {
        stamp();
        super.flushBuffer();
    }

    @Override
    public void sendError(int status) throws IOException {
        stamp();
        super.sendError(status);
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        stamp();
        super.sendError(status, message);
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        stamp();
        super.sendRedirect(location);
    }

    @Override
    public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
        stamp();
        super.sendRedirect(location, status, clearBuffer);
    }

    private final class Stamped extends ServletOutputStream {

        private final ServletOutputStream out;

        Stamped(ServletOutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            stamp();
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            stamp();
            out.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            stamp();
            out.flush();
        }

        @Override
        public void close() throws IOException {
            stamp();
            out.close();
        }

        @Override
        public boolean isReady() {
            return out.isReady();
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            out.setWriteListener(listener);
        }
    }
}
