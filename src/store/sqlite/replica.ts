import fs from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Capability } from '../../core/catalogue.js'
import type { ToolOutline } from '../../core/outline.js'
import type {
  AppliedChange,
  CatalogueChange,
  CatalogueStore,
  EmbeddedCapability,
  Generation,
  RetiredCapability,
  StoredEmbedding,
  StoredTool,
} from '../store.js'
import { CATALOGUE_MIGRATIONS, SqliteCatalogue } from './catalogue.js'
import { migrate, openDatabase, type Sqlite } from './database.js'

/** Tools written between two turns of the event loop. */
const TURN = 50
/** From this share of changed tools on, all are streamed instead of asked for one by one. */
const STREAM_SHARE = 0.1

/**
 * A catalogue elsewhere, with its tools and capabilities also in a file of this machine: what a search shows is read here, at the speed
 * of a file and while the other side is away. Vectors stay there; they are in the index. The copy is derived: it follows whenever a newer
 * generation is seen, is compared label by label, and may be deleted at any time.
 */
export class ReplicatedCatalogue implements CatalogueStore {
  private readonly remote: CatalogueStore
  private readonly db: Sqlite
  private readonly local: SqliteCatalogue
  /** The generation that the copy has; undefined before it has been compared. */
  private copied: number | undefined

  private constructor(remote: CatalogueStore, db: Sqlite) {
    this.remote = remote
    this.db = db
    this.local = new SqliteCatalogue(db)
  }

  static open(remote: CatalogueStore, file: string): ReplicatedCatalogue {
    return new ReplicatedCatalogue(remote, openReplica(file))
  }

  /** The newest generation; when this resolves, the copy has it. */
  async generation(): Promise<Generation | undefined> {
    const newest = await this.remote.generation()
    if (newest !== undefined && newest.id !== this.copied) {
      await this.copy()
      this.copied = newest.id
    }
    return newest
  }

  toolHashes(): Promise<Map<string, string>> {
    return this.local.toolHashes()
  }

  tool(slug: string): Promise<StoredTool | undefined> {
    return this.local.tool(slug)
  }

  tools(): AsyncIterable<StoredTool> {
    return this.local.tools()
  }

  retired(slug?: string): Promise<Map<string, RetiredCapability[]>> {
    return this.remote.retired(slug)
  }

  outlines(): AsyncIterable<ToolOutline> {
    return this.local.outlines()
  }

  capabilities(labels: readonly number[]): Promise<Capability[]> {
    return this.local.capabilities(labels)
  }

  labels(): Promise<Uint32Array> {
    return this.local.labels()
  }

  embedded(model: string, after: number): AsyncIterable<EmbeddedCapability> {
    return this.remote.embedded(model, after)
  }

  missingEmbeddings(model: string, hashes: readonly string[]): Promise<string[]> {
    return this.remote.missingEmbeddings(model, hashes)
  }

  putEmbeddings(model: string, embeddings: readonly StoredEmbedding[]): Promise<void> {
    return this.remote.putEmbeddings(model, embeddings)
  }

  pruneEmbeddings(): Promise<number> {
    return this.remote.pruneEmbeddings()
  }

  async apply(change: CatalogueChange): Promise<AppliedChange> {
    const applied = await this.remote.apply(change)
    if (this.copied === applied.generation.id - 1) {
      this.removeTools(change.remove)
      for (const { record } of change.put) await this.fetch(record.slug)
      this.copied = applied.generation.id
    } else await this.generation()
    return applied
  }

  close(): void {
    this.db.close()
  }

  private async copy(): Promise<void> {
    const [hashes, labels] = await Promise.all([this.remote.toolHashes(), this.remote.labels()])
    const known = await this.local.toolHashes()
    this.local.forgetFormer()
    this.removeTools([...known.keys()].filter((slug) => !hashes.has(slug)))
    await this.copyTools(
      [...hashes].filter(([slug, hash]) => known.get(slug) !== hash).map(([slug]) => slug),
      hashes.size,
    )
    // equal hashes with other labels: the same catalogue written anew, or another database under the same address
    if (!equal(labels, await this.local.labels())) await this.copyTools([...hashes.keys()], hashes.size)
  }

  private async copyTools(slugs: readonly string[], all: number): Promise<void> {
    if (slugs.length <= all * STREAM_SHARE) {
      for (const slug of slugs) await this.fetch(slug)
      return
    }
    const wanted = new Set(slugs)
    let n = 0
    for await (const tool of this.remote.tools()) {
      if (!wanted.has(tool.tool.slug)) continue
      this.put(tool)
      if (++n % TURN === 0) await nextTurn()
    }
  }

  private async fetch(slug: string): Promise<void> {
    const tool = await this.remote.tool(slug)
    if (tool) this.put(tool)
    else this.removeTools([slug])
  }

  private removeTools(slugs: readonly string[]): void {
    const remove = this.db.prepare('DELETE FROM tool WHERE slug = ?')
    this.db.transaction(() => {
      for (const slug of slugs) remove.run(slug)
    })()
    this.local.forgetShown()
  }

  private put({ tool, hash, bornAt, capabilities }: StoredTool): void {
    const drop = this.db.prepare('DELETE FROM tool WHERE slug = ?')
    const putTool = this.db.prepare('INSERT INTO tool (slug, record, hash, born_at) VALUES (?, ?, ?, ?)')
    const putCapability = this.db.prepare(
      `INSERT OR REPLACE INTO capability (label, id, tool_slug, ordinal, record, hash, texts, born_at)
       VALUES (?, ?, ?, ?, ?, '', '[]', ?)`,
    )
    this.db.transaction(() => {
      // takes its former capabilities along
      drop.run(tool.slug)
      putTool.run(tool.slug, JSON.stringify(tool), hash, bornAt)
      capabilities.forEach(({ label, id, toolSlug, bornAt: born, ...record }, ordinal) => {
        putCapability.run(label, id, toolSlug, ordinal, JSON.stringify({ ...record, id }), born)
      })
    })()
    this.local.forgetShown()
  }
}

function openReplica(file: string): Sqlite {
  try {
    const db = openDatabase(file)
    migrate(db, CATALOGUE_MIGRATIONS)
    // nothing here that cannot be fetched again
    db.pragma('synchronous = OFF')
    return db
  } catch {
    for (const suffix of ['', '-wal', '-shm']) fs.rmSync(`${file}${suffix}`, { force: true })
    const db = openDatabase(file)
    migrate(db, CATALOGUE_MIGRATIONS)
    db.pragma('synchronous = OFF')
    return db
  }
}

const equal = (a: Uint32Array, b: Uint32Array): boolean =>
  a.length === b.length && a.every((label, i) => label === b[i])
