// A node of the Go implementation for tests. It takes commands on its standard input, one JSON object a
// line, and answers each with one JSON object a line on its standard output. It ends with its input.
package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/litesql/go-ha"
	sqliteha "github.com/litesql/go-sqlite-ha"
)

// request is one command.
type request struct {
	// exec, transaction, query, sequence or snapshot
	Command string `json:"command"`
	// what exec and query run, and, in this order, transaction
	SQL []string `json:"sql"`
	// values for the parameters of exec; a string that begins with "x:" is a BLOB in hexadecimal digits
	Args []any `json:"args"`
}

// answer is what became of one command.
type answer struct {
	Error    string     `json:"error,omitempty"`
	Rows     [][]string `json:"rows,omitempty"`
	Sequence uint64     `json:"sequence,omitempty"`
}

func main() {
	url := flag.String("url", "", "the NATS server")
	file := flag.String("file", "", "the database file")
	name := flag.String("name", "", "the node's name")
	id := flag.String("id", "", "the replication id; the file's name if empty")
	stream := flag.String("stream", ha.DefaultStream, "the stream")
	async := flag.String("outbox", "", "folder of an outbox, for the asynchronous publisher")
	flag.Parse()

	options := []ha.Option{
		ha.WithName(*name),
		ha.WithReplicationURL(*url),
		ha.WithReplicationStream(*stream),
		ha.WithPublisherTimeout(10 * time.Second),
		ha.WithAutoStart(false),
	}
	if *id != "" {
		options = append(options, ha.WithReplicationID(*id))
	}
	if *async != "" {
		options = append(options, ha.WithAsyncPublisher(), ha.WithAsyncPublisherOutboxDir(*async))
	}
	out := json.NewEncoder(os.Stdout)
	connector, err := sqliteha.NewConnector(
		"file:"+*file+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)", options...)
	if err != nil {
		_ = out.Encode(answer{Error: err.Error()})
		os.Exit(1)
	}
	db := sql.OpenDB(connector)
	if err := connector.Start(db); err != nil {
		_ = out.Encode(answer{Error: err.Error()})
		os.Exit(1)
	}
	_ = out.Encode(answer{})
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		var command request
		if err := json.Unmarshal(in.Bytes(), &command); err != nil {
			_ = out.Encode(answer{Error: err.Error()})
			continue
		}
		result, err := run(connector, db, command)
		if err != nil {
			result.Error = err.Error()
		}
		_ = out.Encode(result)
	}
}

func run(connector *ha.Connector, db *sql.DB, command request) (answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	switch command.Command {
	case "exec":
		for _, text := range command.SQL {
			if _, err := db.ExecContext(ctx, text, values(command.Args)...); err != nil {
				return answer{}, err
			}
		}
		return answer{}, nil
	case "transaction":
		return answer{}, transaction(ctx, db, command.SQL)
	case "query":
		rows, err := query(ctx, db, command.SQL[0])
		return answer{Rows: rows}, err
	case "sequence":
		return answer{Sequence: connector.LatestSeq()}, nil
	case "snapshot":
		sequence, err := connector.TakeSnapshot(ctx)
		return answer{Sequence: sequence}, err
	}
	return answer{}, fmt.Errorf("unknown command %q", command.Command)
}

func transaction(ctx context.Context, db *sql.DB, texts []string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, text := range texts {
		if _, err := tx.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func query(ctx context.Context, db *sql.DB, text string) ([][]string, error) {
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var all [][]string
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		targets := make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		row := make([]string, len(columns))
		for i, value := range values {
			row[i] = value.String
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

func values(args []any) []any {
	bound := make([]any, len(args))
	for i, arg := range args {
		bound[i] = arg
		if text, ok := arg.(string); ok && len(text) >= 2 && text[:2] == "x:" {
			if blob, err := hex.DecodeString(text[2:]); err == nil {
				bound[i] = blob
			}
		}
	}
	return bound
}
