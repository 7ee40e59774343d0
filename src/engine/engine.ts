import { setTimeout as sleep } from 'node:timers/promises'
import type { AlternativesAnswer, AlternativesQuery } from '../core/api/alternatives.js'
import type { CompareQuery, Comparison } from '../core/api/compare.js'
import type { CoverAnswer, CoverBody } from '../core/api/cover.js'
import type { Graph, GraphQuery } from '../core/api/graph.js'
import type { ResolveAnswer, ResolveBody } from '../core/api/resolve.js'
import type { Filters, GroupedAnswer, SearchAnswer, SearchQuery, ToolSummary } from '../core/api/search.js'
import type { ToolRecord } from '../core/catalogue.js'
import { AppError } from '../core/errors.js'
import { documentOf } from '../core/indexed-text.js'
import type { AppliedChange, CatalogueChange, Generation, StoredTool } from '../store/store.js'
import type { SearchContext } from './ask.js'
import { catchUp } from './catch-up.js'
import type { Caller, EvidenceHook } from './evidence-hook.js'
import { randomId } from './ids.js'
import { type EngineParts, type Live, loadLive, outlineOf } from './live.js'
import { filterTests } from './live-catalogue.js'
import { noTool } from './names.js'
import { search } from './search.js'

/** The longest that a question under way may still need the embedder it began with. */
const LEAVING_MS = 30_000

/** So long a change waits until the files of a large one before it are there, looking so often. Milliseconds. */
const READY_MS = 60_000
const AGAIN_MS = 100

/** One page of tools. */
export interface ToolPage {
  tools: (ToolSummary & { description: string; capabilities: number })[]
  total: number
  nextCursor?: string
}

const behind = (): AppError =>
  new AppError('unavailable', 'A whole catalogue is being indexed: send the change again when that is done.', {
    retryAfter: 30,
  })

/**
 * Answers every question from one generation in memory; the store is read only for the records that are shown. Searches are what a start is
 * measured by: what answers other questions is loaded with the first of them.
 */
export class Engine {
  readonly parts: EngineParts
  private readonly evidence: EvidenceHook
  private current: Live
  /** Told what each search answered and how long its stages took. */
  observe: SearchContext['observe']
  /** A large change that is taken in when its files are there. */
  private deferred: number | undefined
  /** Changes and generation swaps, one after the other. */
  private queue: Promise<unknown> = Promise.resolve()

  private constructor(parts: EngineParts, evidence: EvidenceHook, live: Live) {
    this.parts = parts
    this.evidence = evidence
    this.current = live
  }

  /** @throws AppError `unavailable` before the first index run, `model-mismatch` when it was made with another model */
  static async open(parts: EngineParts, evidence: EvidenceHook): Promise<Engine> {
    return new Engine(parts, evidence, await loadLive(parts))
  }

  get generation(): Generation {
    return this.current.generation
  }

  get live(): Live {
    return this.current
  }

  /** What every question works with: one generation, held as long as the question runs. */
  context(): SearchContext {
    return { parts: this.parts, live: this.current, evidence: this.evidence, observe: this.observe }
  }

  search(request: SearchQuery, caller: Caller, now: number): Promise<SearchAnswer | GroupedAnswer> {
    return search(this.context(), request, caller, { now, searchId: randomId() })
  }

  /** @throws AppError `not-found` with suggestions for a name that is no tool */
  async alternatives(
    name: string,
    request: AlternativesQuery,
    caller: Caller,
    now: number,
  ): Promise<AlternativesAnswer> {
    const context = this.context()
    const { alternatives } = await import('./alternatives.js')
    return alternatives(context, name, request, { caller, now })
  }

  /** @throws AppError `not-found` with suggestions for a name that is no tool, `invalid-parameter` when they name one and the same */
  async compare(request: CompareQuery, caller: Caller, now: number): Promise<Comparison> {
    const context = this.context()
    const { compare } = await import('./compare.js')
    return compare(context, request, { caller, now })
  }

  /** @throws AppError `invalid-parameter` when `maxTokens` holds no answer */
  async resolve(body: ResolveBody, caller: Caller, now: number): Promise<ResolveAnswer> {
    const context = this.context()
    const { resolve } = await import('./resolve.js')
    return resolve(context, body, caller, { now, resolveId: randomId() })
  }

  /** @throws AppError `not-found` with suggestions for a tool under `have` or `excludes` that is not there */
  async cover(body: CoverBody, caller: Caller, now: number): Promise<CoverAnswer> {
    const context = this.context()
    const { cover } = await import('./cover.js')
    return cover(context, body, { caller, now })
  }

  /** @throws AppError `not-found` with suggestions for a name that is no tool */
  async graph(request: GraphQuery, caller: Caller, now: number): Promise<Graph> {
    const context = this.context()
    const { graph } = await import('./graph.js')
    return graph(context, request, { caller, now })
  }

  /** @throws AppError `not-found` with the nearest slugs */
  async tool(slug: string): Promise<StoredTool> {
    const stored = await this.parts.store.catalogue.tool(slug)
    if (stored) return stored
    throw noTool(this.current, slug)
  }

  /** Tools that pass the filters, by slug. */
  tools(filters: Filters, limit: number, after: string | undefined): ToolPage {
    const tests = filterTests(filters)
    const all = [...this.current.catalogue.tools.values()]
      .filter(({ tool }) => tests.every((test) => test.passes(tool)))
      .sort((a, b) => (a.tool.slug < b.tool.slug ? -1 : 1))
    const rest = after === undefined ? all : all.filter(({ tool }) => tool.slug > after)
    const tools = rest.slice(0, limit).map(({ tool, labels }) => ({
      ...this.summary(tool.slug),
      description: tool.description,
      capabilities: labels.length,
    }))
    const last = tools.at(-1)
    return { tools, total: all.length, ...(rest.length > limit && last && { nextCursor: last.slug }) }
  }

  private summary(slug: string): ToolSummary {
    const { tool } = this.current.catalogue.tools.get(slug)!
    const { name, type, layer, url, pricing } = tool
    return { slug, name, type, layer, url, pricing, rank: this.evidence.rank(this.current, slug) }
  }

  /**
   * Writes a change to the store and makes it searchable before it answers.
   * @throws AppError `conflict` when the model was replaced since the change was embedded; `unavailable` as `ready`
   */
  async apply(change: CatalogueChange): Promise<AppliedChange> {
    await this.ready()
    const applied = await this.inTurn(async () => {
      if (!(await this.takeIn())) throw behind()
      if (change.model !== this.current.generation.model) {
        throw new AppError('conflict', 'The embedding model was replaced in this moment: send the change again.')
      }
      const done = await this.parts.store.catalogue.apply(change)
      // another server may have published in between: then its change comes in along with ours
      const isNext = done.generation.id === this.current.generation.id + 1
      if (isNext && !this.parts.far) await this.follow(change, done)
      return done
    })
    if (this.current.generation.id < applied.generation.id) await this.ready()
    return applied
  }

  /**
   * Resolves when everything that is published is in memory.
   * @throws AppError `unavailable` when an index run has not written the files of a large change within a minute
   */
  async ready(): Promise<void> {
    for (const deadline = performance.now() + READY_MS; !(await this.inTurn(() => this.takeIn())); ) {
      if (performance.now() > deadline) throw behind()
      await sleep(AGAIN_MS)
    }
  }

  private async follow(change: CatalogueChange, applied: AppliedChange): Promise<void> {
    const { index, catalogue, embedder } = this.current
    const vectors = new Map<number, Float32Array>()
    const first = applied.added[0]
    if (first) {
      const stream = this.parts.store.catalogue.embedded(change.model, first.label - 1)
      for await (const one of stream) vectors.set(one.capability.label, one.vectors)
    }
    const records = new Map<string, ToolRecord>(change.put.map(({ record }) => [record.slug, record]))
    index.remove(applied.removed)
    index.add(
      applied.added.map((capability) => ({
        document: documentOf(capability.label, capability, records.get(capability.toolSlug)!),
        vectors: vectors.get(capability.label) ?? new Float32Array(0),
      })),
    )
    for (const slug of change.remove) catalogue.remove(slug)
    for (const { record } of change.put) {
      catalogue.put(outlineOf((await this.parts.store.catalogue.tool(record.slug))!))
    }
    embedder.setIdf?.(index.relevance.pieceIdf())
    this.current.generation = applied.generation
  }

  /** Takes in what other processes have published; searches go on meanwhile. */
  async refresh(): Promise<void> {
    await this.inTurn(() => this.takeIn())
  }

  /** Answers whether what is in memory is what is published now; not while an index run has yet to write the files of a large change. */
  private async takeIn(): Promise<boolean> {
    const { filesAreComing, store } = this.parts
    const newest = await store.catalogue.generation()
    const { id } = this.current.generation
    if (!newest || newest.id <= id) return true
    if (this.deferred === newest.id && (await filesAreComing?.(newest, id))) return false
    const live = await catchUp(this.parts, this.current)
    this.deferred = live === this.current && live.generation.id === id ? newest.id : undefined
    this.replace(live)
    return this.deferred === undefined
  }

  /** Questions under way hold the pair of index and embedder that they began with; an embedder that is left is closed when they are done. */
  private replace(live: Live): void {
    const { embedder } = this.current
    this.current = live
    if (live.embedder !== embedder) setTimeout(() => void embedder.close(), LEAVING_MS).unref()
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(work)
    this.queue = turn.catch(() => undefined)
    return turn
  }
}
