/**
 * Version i of the database is taken to i + 1 by entry i; entries are only ever appended.
 *
 * Texts that are compared or ordered are COLLATE "C": the order of their bytes, as SQLite and JavaScript's `<` on our keys have it.
 * Records are TEXT, not jsonb: they come back byte for byte (\`name\` stands beside a capability's, for start-up reads names alone). Vectors are BYTEA (float32, little-endian): exact on every server,
 * with or without pgvector, read without parsing; the database's own search (see search-schema.ts) keeps a halfvec copy.
 * `counter` hands out labels, sequence numbers and generations inside the transaction that uses them: they only ever increase, in the
 * order of the commits and without gaps, and its row lock is what puts writers one after the other.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
  INSERT INTO counter VALUES ('generation', 0), ('label', 0), ('event', 0);
  CREATE TABLE generation (
    id BIGINT PRIMARY KEY, at BIGINT NOT NULL, model TEXT NOT NULL, dims INTEGER NOT NULL,
    capabilities INTEGER NOT NULL, tools INTEGER NOT NULL
  );
  CREATE TABLE tool (
    slug TEXT COLLATE "C" PRIMARY KEY, record TEXT NOT NULL, hash TEXT NOT NULL, born_at BIGINT NOT NULL
  );
  CREATE TABLE capability (
    label BIGINT PRIMARY KEY, id TEXT COLLATE "C" NOT NULL UNIQUE,
    tool_slug TEXT COLLATE "C" NOT NULL REFERENCES tool (slug) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, name TEXT NOT NULL, record TEXT NOT NULL, hash TEXT NOT NULL, texts TEXT NOT NULL, born_at BIGINT NOT NULL
  );
  CREATE INDEX capability_tool ON capability (tool_slug, ordinal);
  CREATE TABLE embedding (
    model TEXT COLLATE "C" NOT NULL, hash TEXT COLLATE "C" NOT NULL, vector BYTEA NOT NULL, PRIMARY KEY (model, hash)
  );
  ALTER TABLE embedding ALTER COLUMN vector SET STORAGE EXTERNAL;
  CREATE TABLE event (
    seq BIGINT PRIMARY KEY, kind TEXT NOT NULL, at BIGINT NOT NULL, id TEXT COLLATE "C" NOT NULL UNIQUE, payload TEXT NOT NULL
  );
  CREATE TABLE event_dedupe (
    key TEXT COLLATE "C" PRIMARY KEY, seq BIGINT NOT NULL REFERENCES event (seq) ON DELETE CASCADE
  );
  CREATE INDEX event_dedupe_seq ON event_dedupe (seq);
  CREATE TABLE evidence (key TEXT COLLATE "C" PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE checkpoint (key TEXT COLLATE "C" PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE meta (key TEXT COLLATE "C" PRIMARY KEY, value TEXT NOT NULL);
  `,
  `
  CREATE TABLE retired (
    id TEXT COLLATE "C" PRIMARY KEY, tool_slug TEXT COLLATE "C" NOT NULL, record TEXT NOT NULL, born_at BIGINT NOT NULL
  );
  CREATE INDEX retired_tool ON retired (tool_slug);
  `,
  `
  CREATE TABLE former (
    label BIGINT PRIMARY KEY, id TEXT COLLATE "C" NOT NULL, tool_slug TEXT COLLATE "C" NOT NULL, record TEXT NOT NULL,
    born_at BIGINT NOT NULL, left_at TIMESTAMPTZ NOT NULL DEFAULT now()
  );
  CREATE INDEX former_left ON former (left_at);
  `,
]
