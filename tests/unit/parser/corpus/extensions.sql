UPSERT INTO t VALUES (1)
UPSERT INTO t (a, b) VALUES (1, 2), (3, 4) RETURNING *
UPSERT INTO t (a) SELECT b FROM c
SELECT * FROM t LATEST ON ts PARTITION BY a, b
SELECT * FROM t WHERE a = 1 LATEST ON t.ts PARTITION BY a
SELECT * FROM a JOIN b latest ON a.x = latest.x
SELECT ts, avg(a) FROM t SAMPLE BY 1h
SELECT ts, avg(a) FROM t WHERE b > 1 SAMPLE BY 15m FROM '2020-01-01' TO '2020-02-01' FILL(prev, NULL, 0) ALIGN TO CALENDAR TIME ZONE 'CET' WITH OFFSET '00:30' ORDER BY 1
SELECT ts, avg(a) FROM t SAMPLE BY 1h30m FILL(linear) ALIGN TO FIRST OBSERVATION
SELECT ts, avg(a) FROM t SAMPLE BY 1 day FILL(none)
SELECT ts, avg(a) FROM t SAMPLE BY '1 month'
SELECT * FROM a ASOF JOIN b ON a.k = b.k AND a.t >= b.t
SELECT * FROM a LEFT ASOF JOIN b ON a.k = b.k AND a.t >= b.t TOLERANCE interval '5 minutes' WHERE a.x
SELECT * FROM a ASOF JOIN b USING (k, t) TOLERANCE '1h'
SELECT * FROM t AS asof JOIN u ON true
SELECT msg MATCHES 'disk failure', msg NOTNULL, a matches FROM t WHERE msg MATCHES 'x' || 'y' AND b
SELECT count() FROM t
FLUSH
FLUSH t
FLUSH TABLE s.t
COMPACT
COMPACT s.t
USE d
CREATE DATABASE IF NOT EXISTS d
CREATE TABLE t (host text, time timestamptz(9), v float8, PRIMARY KEY (host, time)) WITH (time = 'time', partition_interval = '1 day', retention = '30 days', on_duplicate = merge)
SELECT sample, latest, asof, upsert, flush, compact, use, fill, align, tolerance, matches FROM t sample, u fill
