// node-postgres against a running server: node node_postgres_test.js, in a folder with `pg`, connection by PGHOST, PGPORT …
// It binds parameters by the extended protocol.
'use strict';
const assert = require('assert');
const { Client, Pool } = require('pg');

const tests = {
  async 'parameters get the types that the statement gives them'(client) {
    await client.query('CREATE TABLE readings (host text, time timestamptz, usage float8, note text, PRIMARY KEY (host, time))');
    const start = new Date('2024-01-01T00:00:00Z');
    for (let minute = 0; minute < 30; ++minute) {
      const inserted = await client.query('INSERT INTO readings VALUES ($1, $2, $3, $4)',
        [minute % 2 ? 'a' : 'b', new Date(start.getTime() + minute * 60000), minute / 2, null]);
      assert.strictEqual(inserted.rowCount, 1);
    }
    const answer = await client.query('SELECT host, count(*) AS n, max(usage) AS most FROM readings WHERE time >= $1 AND usage < $2 GROUP BY host ORDER BY host LIMIT $3',
      [start, 10, 5]);
    assert.deepStrictEqual(answer.rows, [{ host: 'a', n: '10', most: 9.5 }, { host: 'b', n: '10', most: 9 }]);
    const some = await client.query('SELECT time FROM readings WHERE host = ANY($1) ORDER BY time LIMIT 1', [['b', 'c']]);
    assert.strictEqual(some.rows[0].time.getTime(), start.getTime());
  },

  async 'values of each type come back'(client) {
    const answer = await client.query({
      text: "SELECT $1::int AS i, $2::bigint AS l, $3::float8 AS f, $4::numeric AS n, $5::text AS t, $6::bool AS b, $7::bytea AS y, $8::timestamptz AS z, $9::int AS nothing",
      values: [42, '9007199254740993', 0.1, '1.50', "it's", true, Buffer.from([0, 255]), '2024-05-06T07:08:09.123Z', null],
    });
    assert.deepStrictEqual(answer.rows[0], {
      i: 42, l: '9007199254740993', f: 0.1, n: '1.50', t: "it's", b: true, y: Buffer.from([0, 255]),
      z: new Date('2024-05-06T07:08:09.123Z'), nothing: null,
    });
    assert.deepStrictEqual(answer.fields.map((field) => field.dataTypeID), [23, 20, 701, 1700, 25, 16, 17, 1184, 23]);
  },

  async 'a named statement is prepared once and run often'(client) {
    for (let i = 1; i <= 20; ++i) {
      const answer = await client.query({ name: 'twice', text: 'SELECT $1::int * 2 AS d', values: [i] });
      assert.strictEqual(answer.rows[0].d, 2 * i);
    }
  },

  async 'binary results'(client) {
    const answer = await client.query({ text: "SELECT 7::int4 AS i, 1.5::float8 AS f, true AS b, 'x'::text AS t", values: [], binary: true });
    assert.deepStrictEqual(answer.rows[0], { i: 7, f: 1.5, b: true, t: 'x' });
  },

  async 'an error carries its code and place, and the connection lives on'(client) {
    await assert.rejects(client.query('SELECT * FROM nosuch WHERE a = $1', [1]), (error) => error.code === '42P01' && error.position === '15');
    await assert.rejects(client.query('SELECT $1::int', ['abc']), (error) => error.code === '22P02');
    await assert.rejects(client.query('SELECT 1 / $1::int', [0]), (error) => error.code === '22012');
    await assert.rejects(client.query('SELECT $1::int', []), (error) => error.code === '42P02');
    assert.strictEqual((await client.query('SELECT 1 AS one')).rows[0].one, 1);
  },

  async 'a transaction rolls back'(client) {
    await client.query('CREATE TABLE counter (id int PRIMARY KEY, n int)');
    await client.query('BEGIN');
    await client.query('UPSERT INTO counter VALUES ($1, $2)', [1, 10]);
    await client.query('ROLLBACK');
    assert.strictEqual((await client.query('SELECT count(*)::int AS n FROM counter')).rows[0].n, 0);
    await client.query('INSERT INTO counter VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET n = counter.n + excluded.n', [1, 1]);
    const updated = await client.query('INSERT INTO counter VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET n = counter.n + excluded.n RETURNING n', [1, 5]);
    assert.strictEqual(updated.rows[0].n, 6);
  },

  async 'many results, many rows, at once'() {
    const pool = new Pool({ max: 5 });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => pool.query('SELECT g FROM generate_series(1, $1) AS g', [i * 100])));
    answers.forEach((answer, i) => assert.strictEqual(answer.rows.length, i * 100));
    await pool.end();
  },
};

async function main() {
  const client = new Client();
  await client.connect();
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test(client);
      console.log(`ok      ${name}`);
    } catch (problem) {
      ++failed;
      console.log(`FAILED  ${name}\n${problem.stack}`);
    }
  }
  await client.end();
  process.exit(failed === 0 ? 0 : 1);
}
main();
