#!/bin/sh
# Builds the sample, starts a cluster of three nodes, writes on the first and shows the row on the other two.
#
#   demo.sh          keeps running until Ctrl-C
#   demo.sh --exit   ends when the row has been shown; 0 only if it came to both (or DEMO_EXIT=1)
#
# DEMO_HTTP_PORT (8081; the nodes have this one and the next two) and DEMO_NATS_PORT (4222) choose the ports.
set -eu

exit_when_shown=${DEMO_EXIT:-0}
case ${1:-} in
    '') ;;
    --exit) exit_when_shown=1 ;;
    *)
        echo "usage: $0 [--exit]" >&2
        exit 2
        ;;
esac

cd "$(dirname "$0")/.."
.ci/check-tools
server=$(.ci/install-nats-server)
PATH=$server:$PATH
export PATH

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
target=$PWD/ha-sqlite-sample-app/target

# A folder of its own for each run.
mkdir -p "$target/demo"
work=$(mktemp -d "$target/demo/XXXXXX")
pids=

fail() {
    echo "$1" >&2
    exit 1
}

# Stops what this script started, the last first: the first node is the one that runs the NATS server.
stop() {
    status=$?
    trap - EXIT
    trap '' INT TERM HUP
    if [ -n "$pids" ]; then
        echo "Stopping."
    fi
    for pid in $pids; do
        kill "$pid" 2>/dev/null || continue
        left=20
        while kill -0 "$pid" 2>/dev/null; do
            left=$((left - 1))
            if [ "$left" -eq 0 ]; then
                kill -9 "$pid" 2>/dev/null || true
            fi
            sleep 1
        done
    done
    if [ -n "$pids" ] && [ "$status" -eq 1 ]; then
        echo "Logs and data are in $work" >&2
    else
        rm -rf "$work"
    fi
    exit "$status"
}
trap stop EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

"${java}c" -d "$work" ha-sqlite-sample-app/src/demo/DemoClient.java

client() {
    "$java" -XX:TieredStopAtLevel=1 -cp "$work" DemoClient "$@"
}

# port <given or empty> <default>: sets $port to the one to use.
port() {
    port=${1:-$2}
    while ! client free "$port"; do
        if [ -n "$1" ] || [ "$port" -ge 65535 ]; then
            fail "Port $port is taken."
        fi
        echo "Port $port is taken: trying $((port + 1))."
        port=$((port + 1))
    done
}

# start <node> <option>...
start() {
    node=$1
    shift
    "$java" -jar "$work/app.jar" --server.address=127.0.0.1 --server.port="$(cat "$work/n$node/port")" \
        --ha.sqlite.name="n$node" --ha.sqlite.path="$work/n$node/tasks.db" "$@" >"$work/n$node/log" 2>&1 &
    pids="$! $pids"
    echo "$!" >"$work/n$node/pid"
}

url() {
    echo "http://127.0.0.1:$(cat "$work/n$1/port")"
}

# give_up <node> <reason>
give_up() {
    echo "The end of the log of node $1:" >&2
    tail -n 30 "$work/n$1/log" >&2
    fail "Node $1: $2"
}

check_alive() {
    kill -0 "$(cat "$work/n$1/pid")" 2>/dev/null || give_up "$1" "it has ended."
}

# await <node> <seconds> <path>: until the node answers with success; sets $answer.
await() {
    deadline=$(($(date +%s) + $2))
    until answer=$(client get "$(url "$1")$3"); do
        check_alive "$1"
        if [ "$(date +%s)" -ge "$deadline" ]; then
            give_up "$1" "no success from $3 within $2 s, but: ${answer:-no answer}"
        fi
        sleep 1
    done
}

port "${DEMO_NATS_PORT:-}" 4222
nats_port=$port
next=8081
for node in 1 2 3; do
    port "${DEMO_HTTP_PORT:+$((DEMO_HTTP_PORT + node - 1))}" "$next"
    next=$((port + 1))
    mkdir "$work/n$node"
    echo "$port" >"$work/n$node/port"
done

echo "Building."
mvn -B -q -DskipTests -pl ha-sqlite-sample-app -am package
# A copy, or the next build would pull the jar from under the nodes.
cp "$target/ha-sqlite-sample-app.jar" "$work/app.jar"

echo "Starting three nodes."
start 1 --ha.sqlite.nats.embedded.enabled=true --ha.sqlite.nats.embedded.port="$nats_port" \
    --ha.sqlite.nats.embedded.store-dir="$work/n1/nats"
await 1 90 /actuator/health
start 2 --ha.sqlite.replication-url="nats://127.0.0.1:$nats_port"
start 3 --ha.sqlite.replication-url="nats://127.0.0.1:$nats_port"
await 2 90 /actuator/health
await 3 90 /actuator/health

task=$(client post "$(url 1)/api/tasks" '{"title": "Written on node 1"}') || give_up 1 "it refused the task: $task"
id=$(printf '%s\n' "$task" | sed 's/.*"id":"\([^"]*\)".*/\1/')
echo
echo "Written on node 1: $task"
for node in 2 3; do
    await "$node" 30 "/api/tasks/$id"
    echo "Read on node $node:    $answer"
done
echo
for node in 1 2 3; do
    echo "Node $node: $(url "$node")/api/tasks  $(url "$node")/actuator/health"
done

if [ "$exit_when_shown" = 1 ]; then
    exit 0
fi
echo "Ctrl-C stops the nodes."
while :; do
    sleep 1
    for node in 1 2 3; do
        check_alive "$node"
    done
done
