import { AppError } from '../../core/errors.js'
import type { EmbeddedCapability, FacetFilter, Generation, SearchRow, SearchTables, SearchTerm } from '../store.js'
import type { PostgresCatalogue } from './catalogue.js'
import type { Client, Queryable } from './client.js'
import { inPieces } from './rows.js'

/** Breadth of a walk through the graph; it goes on from where it stopped while filters leave too few. */
const EF_SEARCH = 200
/** Rows that a walk under filters looks at before it gives up. */
const MOST_SCANNED = 40_000
/** Places of a tsvector end there. */
const MOST_PLACES = 16_383
/** Terms of a need are looked up rarest first, until they stand in this many capabilities together: the rest only adds to scores. */
const MOST_MATCHED = 20_000

/**
 * Search tables over pgvector and full text. A halfvec is 2 bytes a component and changes no order that the exact rescoring in the
 * application would not put right.
 */
export class PostgresSearch implements SearchTables {
  private readonly client: Client
  private readonly catalogue: PostgresCatalogue

  constructor(client: Client, catalogue: PostgresCatalogue) {
    this.client = client
    this.catalogue = catalogue
  }

  async prepare(dims: number): Promise<void> {
    await this.client.transaction(async (connection) => {
      await requireVectors(connection)
      const { rows } = await connection.query<{ dims: number }>(
        `SELECT atttypmod AS dims FROM pg_attribute
         WHERE attrelid = to_regclass('search_vector') AND attname = 'embedding'`,
      )
      if (rows[0]?.dims === dims) return
      for (const sql of schemaFor(dims)) await connection.query(sql)
    })
  }

  async outdated(model: string): Promise<string[]> {
    const { rows } = await this.client.query<{ slug: string }>(
      `SELECT coalesce(tool.slug, search_tool.slug) AS slug FROM tool FULL JOIN search_tool USING (slug)
       WHERE search_tool.hash IS DISTINCT FROM tool.hash || ' ' || $1 ORDER BY 1`,
      [model],
    )
    return rows.map(({ slug }) => slug)
  }

  async replace(model: string, slugs: readonly string[], rows: readonly SearchRow[]): Promise<void> {
    await this.client.transaction(async (connection) => {
      for (const table of ['search_vector', 'search_text', 'search_tool']) {
        await connection.query(`DELETE FROM ${table} WHERE slug = ANY ($1::text[])`, [slugs])
      }
      for (const some of inPieces(rows)) {
        await insertTexts(connection, some)
        await insertVectors(connection, some)
      }
      await connection.query(
        `INSERT INTO search_tool (slug, hash) SELECT slug, hash || ' ' || $2 FROM tool WHERE slug = ANY ($1::text[])`,
        [slugs, model],
      )
    })
  }

  async statistics(): Promise<Uint8Array | undefined> {
    const { rows } = await this.client.query<{ value: Buffer }>(
      'SELECT value FROM search_statistics ORDER BY generation DESC LIMIT 1',
    )
    return rows[0]?.value
  }

  async setStatistics(generation: Generation, bytes: Uint8Array): Promise<void> {
    await this.client.transaction(async (connection) => {
      await connection.query('DELETE FROM search_statistics')
      await connection.query('INSERT INTO search_statistics (generation, value) VALUES ($1, $2)', [
        generation.id,
        bytes,
      ])
    })
  }

  async nearest(vector: Float32Array, rows: number, filter: FacetFilter): Promise<number[]> {
    return this.client.transaction(async (connection) => {
      await connection.query(`SET LOCAL hnsw.ef_search = ${EF_SEARCH}`)
      await connection.query('SET LOCAL hnsw.iterative_scan = relaxed_order')
      await connection.query(`SET LOCAL hnsw.max_scan_tuples = ${MOST_SCANNED}`)
      const { where, values } = conditions(filter, 3)
      const found = await connection.query<{ label: number }>(
        `SELECT label FROM search_vector ${where} ORDER BY embedding <#> $1::text::halfvec LIMIT $2`,
        [textOf(vector), rows, ...values],
      )
      return [...new Set(found.rows.map(({ label }) => label))]
    })
  }

  async matching(terms: readonly SearchTerm[], depth: number, filter: FacetFilter): Promise<number[]> {
    const asked = pruned(terms)
    if (asked.length === 0) return []
    const { where, values } = conditions(filter, 3 + terms.length * 2)
    const query = asked.map(({ stems }) => quoted(stems[0])).join(' | ')
    const score = terms
      .map((_, i) => `(words @@ $${3 + 2 * i}::text::tsquery)::int * $${4 + 2 * i}::float8`)
      .join(' + ')
    const scored = terms.flatMap(({ stems, weight }) => [stems.map(quoted).join(' <-> '), weight])
    const { rows } = await this.client.query<{ label: number }>(
      `SELECT label FROM search_text ${where === '' ? 'WHERE' : `${where} AND`} words @@ $1::text::tsquery
       ORDER BY ${score} DESC, label LIMIT $2`,
      [query, depth, ...scored, ...values],
    )
    return rows.map(({ label }) => label)
  }

  embedded(model: string, labels: readonly number[]): Promise<EmbeddedCapability[]> {
    return this.catalogue.embeddedOf(model, labels)
  }
}

/** @throws AppError `conflict` when pgvector is not there and cannot be made, or too old for half precision and iterative scans */
async function requireVectors(connection: Queryable): Promise<void> {
  const { rows } = await connection.query<{ version: string | null; available: string | null }>(
    `SELECT (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS version,
            (SELECT default_version FROM pg_available_extensions WHERE name = 'vector') AS available`,
  )
  const version = rows[0]!.version ?? rows[0]!.available
  if (version === null) {
    throw new AppError('conflict', 'MATCHGRAPH_SEARCH=database needs pgvector 0.8 or later in the database.')
  }
  const [major, minor] = version.split('.').map(Number)
  if (major === 0 && minor! < 8) {
    throw new AppError(
      'conflict',
      `The database has pgvector ${version}; MATCHGRAPH_SEARCH=database needs 0.8 or later.`,
    )
  }
  if (rows[0]!.version === null) await connection.query('CREATE EXTENSION vector')
}

const schemaFor = (dims: number): string[] => [
  'DROP TABLE IF EXISTS search_vector, search_text, search_tool, search_statistics',
  'CREATE TABLE search_tool (slug TEXT COLLATE "C" PRIMARY KEY, hash TEXT NOT NULL)',
  `CREATE TABLE search_text (
     label BIGINT PRIMARY KEY, slug TEXT COLLATE "C" NOT NULL, facets TEXT[] NOT NULL, words TSVECTOR NOT NULL)`,
  'CREATE INDEX search_text_slug ON search_text (slug)',
  'CREATE INDEX search_text_words ON search_text USING gin (words)',
  `CREATE TABLE search_vector (
     label BIGINT NOT NULL, "row" SMALLINT NOT NULL, slug TEXT COLLATE "C" NOT NULL, facets TEXT[] NOT NULL,
     embedding halfvec(${dims}) NOT NULL, PRIMARY KEY (label, "row"))`,
  'CREATE INDEX search_vector_slug ON search_vector (slug)',
  // as in memory: Malkov and Yashunin's M 16, efConstruction 200
  'CREATE INDEX search_vector_graph ON search_vector USING hnsw (embedding halfvec_ip_ops) WITH (m = 16, ef_construction = 200)',
  'CREATE TABLE search_statistics (generation BIGINT PRIMARY KEY, value BYTEA NOT NULL)',
]

async function insertTexts(connection: Queryable, rows: readonly SearchRow[]): Promise<void> {
  await connection.query(
    `INSERT INTO search_text (label, slug, facets, words)
     SELECT label, slug, string_to_array(facets, chr(10)), words::tsvector
     FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS new (label, slug, facets, words)`,
    [
      rows.map(({ label }) => label),
      rows.map(({ slug }) => slug),
      rows.map(({ facets }) => facets.join('\n')),
      rows.map(({ words }) =>
        words.map(({ stem, field, at }) => `${quoted(stem)}:${Math.min(at, MOST_PLACES)}${field}`).join(' '),
      ),
    ],
  )
}

async function insertVectors(connection: Queryable, rows: readonly SearchRow[]): Promise<void> {
  const vectors = rows.flatMap(({ label, slug, facets, vectors: own }) =>
    own.map((vector, row) => ({ label, row, slug, facets: facets.join('\n'), vector: textOf(vector) })),
  )
  if (vectors.length === 0) return
  await connection.query(
    `INSERT INTO search_vector (label, "row", slug, facets, embedding)
     SELECT label, "row", slug, string_to_array(facets, chr(10)), embedding::halfvec
     FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[]) AS new (label, "row", slug, facets, embedding)`,
    [
      vectors.map(({ label }) => label),
      vectors.map(({ row }) => row),
      vectors.map(({ slug }) => slug),
      vectors.map(({ facets }) => facets),
      vectors.map(({ vector }) => vector),
    ],
  )
}

/** The rarest terms, as many as stand in at most so many capabilities together; one always. */
export function pruned(terms: readonly SearchTerm[]): SearchTerm[] {
  const single = terms.filter(({ stems, df }) => stems.length === 1 && df > 0).sort((a, b) => a.df - b.df)
  let sum = 0
  return single.filter(({ df }, i) => {
    sum += df
    return i === 0 || sum <= MOST_MATCHED
  })
}

function conditions(filter: FacetFilter, first: number): { where: string; values: unknown[] } {
  const tests = filter.map((_, i) => `facets && $${first + i}::text[]`)
  return { where: tests.length === 0 ? '' : `WHERE ${tests.join(' AND ')}`, values: [...filter] }
}

/** A lexeme of a tsvector or tsquery. */
const quoted = (stem: string): string => `'${stem.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
const textOf = (vector: Float32Array): string => `[${vector.join()}]`
