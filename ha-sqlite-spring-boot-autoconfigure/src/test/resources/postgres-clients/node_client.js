// node-postgres against a node. The connection comes from the PG… variables, PGROOTCERT names a CA where TLS is spoken.
const assert = require('node:assert');
const fs = require('node:fs');
const { Pool, Client } = require('pg');
const Cursor = require('pg-cursor');

async function types(pool) {
  await pool.query('DROP TABLE IF EXISTS thing_js');
  await pool.query(
    'CREATE TABLE thing_js(id SERIAL PRIMARY KEY, n INT4, big INT8, amount NUMERIC(10,2), score FLOAT8, ok BOOLEAN,' +
      ' note VARCHAR(40), data BYTEA, day DATE, seen TIMESTAMPTZ, code UUID, doc JSONB)');
  const seen = new Date('2026-02-03T04:05:06.789Z');
  const code = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
  const values = [7, '9007199254740993', '12.34', 0.5, true, "it's ☃", Buffer.from([0, 1, 255]), '2026-02-03', seen, code, { a: [1, null] }];
  const { rows, rowCount, command, fields } = await pool.query({
    text:
      'INSERT INTO thing_js(n, big, amount, score, ok, note, data, day, seen, code, doc)' +
      ' VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11) RETURNING *',
    values,
  });
  assert.deepStrictEqual([rowCount, command], [1, 'INSERT']);
  const { id, day, seen: at, ...rest } = rows[0];
  assert.deepStrictEqual(rest, {
    n: 7, big: '9007199254740993', amount: '12.34', score: 0.5, ok: true, note: "it's ☃", data: Buffer.from([0, 1, 255]), code, doc: { a: [1, null] },
  });
  assert.deepStrictEqual([id, at.getTime(), day.getFullYear(), day.getDate()], ['1', seen.getTime(), 2026, 3]);
  assert.strictEqual(fields.find((field) => field.name === 'seen').dataTypeID, 1184);
  const nulls = await pool.query('INSERT INTO thing_js(note, day) VALUES ($1, $2) RETURNING note, day', [null, null]);
  assert.deepStrictEqual(nulls.rows[0], { note: null, day: null });
}

async function preparedAndPooled(pool) {
  const query = (i) => pool.query({ name: 'by-id', text: 'SELECT id, n + $2::int AS m FROM thing_js WHERE id = $1', values: [1, i] });
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => query(i)));
  assert.deepStrictEqual(answers.map((answer) => Number(answer.rows[0].m)), Array.from({ length: 40 }, (_, i) => 7 + i));
  assert.ok(pool.totalCount <= 3);
  const any = await pool.query('SELECT count(*)::int AS c FROM thing_js WHERE id = ANY($1)', [[1, 2, 99]]);
  assert.strictEqual(Number(any.rows[0].c), 2);
  const several = await pool.query('SELECT 1 AS a; SELECT 2 AS b');
  assert.strictEqual(several.length, 2);
}

// every parameter comes without a type
async function places(pool) {
  const one = async (text, values) => Object.values((await pool.query({ text, values })).rows[0])[0];
  await pool.query('CREATE TABLE place_js(id INT8 PRIMARY KEY, ok BOOLEAN, n INT4, at TIMESTAMP)');
  await pool.query('INSERT INTO place_js(id, ok, n, at) SELECT $1, NOT $2, $3, now()::timestamp', [1, false, 5]);
  assert.deepStrictEqual((await pool.query('SELECT ok, n FROM place_js WHERE $1 AND ok IS $2', [true, true])).rows, [{ ok: true, n: 5 }]);
  assert.strictEqual(await one('UPDATE place_js SET ok = coalesce($1, ok), n = n + $2 RETURNING quote(ok) || quote(n)', [false, 2]), '07');
  assert.strictEqual(await one('SELECT CASE WHEN $1 THEN $2 ELSE n END AS n FROM place_js', [true, 3]), 3);
  assert.strictEqual(await one("SELECT at > now() - interval '1 hour' FROM place_js", []), true);
  assert.ok((await one('SELECT (at + $1::interval)::date FROM place_js', ['1 day'])) instanceof Date);
  await assert.rejects(pool.query('SELECT $1::int', ['x']), { code: '22P02' });
  const { fields } = await pool.query("SELECT n::int, '1'::int, count(*), now() FROM place_js");
  assert.deepStrictEqual(fields.map((field) => field.name), ['n', 'int4', 'count', 'now']);
}

async function transactions(pool) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query("UPDATE thing_js SET note = 'lost'");
    await assert.rejects(client.query('SELECT * FROM nowhere'), { code: '42P01' });
    await assert.rejects(client.query('SELECT 1'), { code: '25P02' });
    await client.query('ROLLBACK');
    await assert.rejects(client.query('INSERT INTO thing_js(id) VALUES (1)'), { code: '23505' });
    const { rows } = await client.query("SELECT count(*) AS c FROM thing_js WHERE note = 'lost'");
    assert.strictEqual(rows[0].c, '0');
  } finally {
    client.release();
  }
}

async function cursors(pool) {
  const client = await pool.connect();
  const cursor = client.query(
    new Cursor('WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < $1::int) SELECT i FROM n', [1000]));
  let count = 0;
  for (let rows = await cursor.read(300); rows.length > 0; rows = await cursor.read(300)) {
    count += rows.length;
  }
  await cursor.close();
  client.release();
  assert.strictEqual(count, 1000);
}

async function encrypted() {
  const ca = fs.readFileSync(process.env.PGROOTCERT, 'utf8');
  const client = new Client({ ssl: { ca } });
  await client.connect();
  assert.strictEqual((await client.query('SELECT 40 + 2 AS n')).rows[0].n, '42');
  await client.end();
  await assert.rejects(new Client({ ssl: true }).connect(), /self-signed|unable to/);
}

(async () => {
  const pool = new Pool({ max: 3 });
  const steps = [types, preparedAndPooled, places, transactions, cursors];
  if (process.env.PGROOTCERT) {
    steps.push(encrypted);
  }
  for (const step of steps) {
    await step(pool);
    console.log('ok', step.name);
  }
  await pool.end();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
