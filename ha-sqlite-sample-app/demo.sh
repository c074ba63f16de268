#!/bin/sh
# Builds the sample and starts three nodes that are all alike, each with a NATS server of its own. Writes on the first,
# kills the one whose server leads the stream with -9, writes on another, shows the rows on the third, and starts the
# killed one again, which catches up.
#
#   demo.sh                   keeps running until Ctrl-C
#   demo.sh --exit            ends when all that has been shown; 0 only if nothing was missing (or DEMO_EXIT=1)
#   demo.sh --chaos SECONDS   each node gets rows, and dies abruptly after random times, again and again; ends with how
#                             many rows were acknowledged, and 0 only if none of them is missing on any node
#
# DEMO_HTTP_PORT (8081; the nodes have this one and the next two) and DEMO_NATS_PORT (4222, the same) choose the ports;
# the servers talk to each other on the three ports behind 6222.
set -eu

exit_when_shown=${DEMO_EXIT:-0}
chaos=
usage() {
    echo "usage: $0 [--exit | --chaos SECONDS]" >&2
    exit 2
}
case ${1:-} in
    '') ;;
    --exit) exit_when_shown=1 ;;
    --chaos)
        chaos=${2:-}
        case $chaos in
            '' | *[!0-9]*) usage ;;
        esac
        ;;
    *) usage ;;
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

# Stops what this script started.
stop() {
    status=$?
    trap - EXIT
    trap '' INT TERM HUP
    if [ -n "$pids" ]; then
        echo "Stopping."
    fi
    for pid in $pids; do
        kill "$pid" 2>/dev/null || true
    done
    for pid in $pids; do
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

# start <node>: all nodes are started with the same options, but for names and ports.
start() {
    "$java" -jar "$work/app.jar" --server.address=127.0.0.1 --server.port="$(cat "$work/n$1/port")" \
        --ha.sqlite.name="n$1" --ha.sqlite.path="$work/n$1/tasks.db" \
        --ha.sqlite.nats.embedded.enabled=true \
        --ha.sqlite.nats.embedded.port="$(cat "$work/n$1/nats")" \
        --ha.sqlite.nats.embedded.cluster.port="$(cat "$work/n$1/route")" \
        --ha.sqlite.nats.embedded.cluster.routes="$routes" >>"$work/n$1/log" 2>&1 &
    pids="$! $pids"
    echo "$!" >"$work/n$1/pid"
}

# kill9 <node>
kill9() {
    pid=$(cat "$work/n$1/pid")
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}

# leader: prints the number of the node whose server leads the stream, as any node that lives says.
leader() {
    for node in 1 2 3; do
        if client leader "$(cat "$work/n$node/nats")" 2>/dev/null; then
            return
        fi
    done
    return 1
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

next_http=8081
next_nats=4222
next_route=6223
routes=
for node in 1 2 3; do
    mkdir "$work/n$node"
    port "${DEMO_HTTP_PORT:+$((DEMO_HTTP_PORT + node - 1))}" "$next_http"
    next_http=$((port + 1))
    echo "$port" >"$work/n$node/port"
    port "${DEMO_NATS_PORT:+$((DEMO_NATS_PORT + node - 1))}" "$next_nats"
    next_nats=$((port + 1))
    echo "$port" >"$work/n$node/nats"
    port '' "$next_route"
    next_route=$((port + 1))
    echo "$port" >"$work/n$node/route"
    routes=$routes${routes:+,}127.0.0.1:$port
done

echo "Building."
mvn -B -q -DskipTests -pl ha-sqlite-sample-app -am package
# A copy, or the next build would pull the jar from under the nodes.
cp "$target/ha-sqlite-sample-app.jar" "$work/app.jar"

echo "Starting three nodes, each with a NATS server of its own."
for node in 1 2 3; do
    start "$node"
done
for node in 1 2 3; do
    await "$node" 120 /actuator/health
done
# Until the stream has a replica on each server, a node that dies may take the only one along.
client replicated "$(cat "$work/n1/nats")" 60 || fail "The stream has no three replicas."

# write <node> <title>: sets $task and $id.
write() {
    task=$(client post "$(url "$1")/api/tasks" "{\"title\": \"$2\"}") || give_up "$1" "it refused the task: $task"
    id=$(printf '%s\n' "$task" | sed 's/.*"id":"\([^"]*\)".*/\1/')
}

# Each node gets rows until it dies; its life lasts some seconds, by chance.
if [ -n "$chaos" ]; then
    urls="$(url 1) $(url 2) $(url 3)"
    echo "Writing on all nodes for $chaos s, while they die and come back."
    # shellcheck disable=SC2086
    client insert "$chaos" "$work/acknowledged" $urls &
    inserting=$!
    end=$(($(date +%s) + chaos))
    seed=$$
    echo "Seed $seed."
    deaths=0
    while :; do
        seed=$(((seed * 1103515245 + 12345) % 2147483648))
        pause=$((2 + seed / 65536 % 6))
        victim=$((1 + seed / 524288 % 3))
        if [ $(($(date +%s) + pause)) -ge "$end" ]; then
            break
        fi
        sleep "$pause"
        kill9 "$victim"
        deaths=$((deaths + 1))
        start "$victim"
    done
    wait "$inserting" || fail "The rows could not be inserted."
    for node in 1 2 3; do
        await "$node" 120 /actuator/health
    done
    # shellcheck disable=SC2086
    client compare "$work/acknowledged" 90 $urls || fail "The nodes differ, or a row is missing."
    echo "Nodes were killed $deaths times."
    exit 0
fi

write 1 'Written on node 1'
echo
echo "Written on node 1: $task"
for node in 2 3; do
    await "$node" 30 "/api/tasks/$id"
    echo "Read on node $node:    $answer"
done

killed=$(leader) || fail "Nobody leads the stream."
others=$(echo 1 2 3 | tr ' ' '\n' | grep -v "$killed")
writer=$(echo "$others" | head -n 1)
reader=$(echo "$others" | tail -n 1)
echo
echo "The server of node $killed leads the stream: kill -9."
kill9 "$killed"
write "$writer" "Written on node $writer without node $killed"
echo "Written on node $writer: $task"
await "$reader" 30 "/api/tasks/$id"
echo "Read on node $reader:    $answer"
echo "Starting node $killed again."
start "$killed"
await "$killed" 120 /actuator/health
await "$killed" 30 "/api/tasks/$id"
echo "Read on node $killed:    $answer"
echo
for node in 1 2 3; do
    echo "Node $node: $(url "$node")/  $(url "$node")/api/tasks  $(url "$node")/actuator/health  $(url "$node")/actuator/prometheus"
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
