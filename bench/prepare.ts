import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { type OpenedEvidence, openEvidence } from '../src/commands/evidence.js'
import { dataFolder, openHome } from '../src/commands/open.js'
import { readSettings } from '../src/config.js'
import { searchQuerySchema } from '../src/core/api/search.js'
import type { ToolRecord } from '../src/core/catalogue.js'
import { documentOf } from '../src/core/indexed-text.js'
import { Engine } from '../src/engine/engine.js'
import type { EmbeddedCapability } from '../src/store/store.js'
import { perturber } from './catalogue.js'
import { TOP } from './contender.js'
import { cutToLength, readQueries, shuffled } from './queries.js'
import type { About, Truth } from './workload.js'

export interface PrepareOptions {
  /** matchgraph's home with the catalogue indexed: where texts and vectors come from. */
  home: string
  folder: string
  /** File of questions; the intents of the catalogue when unset. */
  queries?: string
  count: number
  seed: number
}

/** Asked before the clock starts, other questions than those that are measured. */
const WARM_UP = 300
const INSERTS = 1000
/** Queries whose exact nearest are computed. */
const TRUTHS = 200
/** Capabilities whose descriptions are asked for and of whose results one is reported as chosen, so that there is evidence to weigh. */
const MATCHES = 500
/** Similarities this close are one. */
const SAME = 1e-5

/** Makes the files that every contender reads, out of what matchgraph has indexed, and gives matchgraph some recorded matches. */
export async function prepare({ home, folder, queries, count, seed }: PrepareOptions): Promise<About> {
  const settings = readSettings({ MATCHGRAPH_HOME: home })
  const opened = await openHome(settings)
  const evidence = await openEvidence(opened, settings)
  const engine = await Engine.open(opened, evidence.hook)
  const { embedder } = opened
  const embed = (texts: readonly string[], kind: 'query' | 'document') => embedder.embed(texts, kind)

  const pool = shuffled(queries ? readQueries(queries) : await intentsOf(engine, count + WARM_UP), seed)
  const asked = pool.slice(0, count + WARM_UP)
  const vectors = await embed(asked, 'query')
  fs.writeFileSync(path.join(folder, 'queries.json'), JSON.stringify(asked))
  await writeVectors(path.join(folder, 'queries.f32'), vectors)

  const truths = new Nearest(vectors.slice(0, Math.min(TRUTHS, count, asked.length)), embedder.dims)
  const corpus = new EntryFile(folder, 'corpus')
  const samples: ToolRecord['capabilities'] = []
  const needs: string[] = []
  const apart = Math.ceil(engine.live.generation.capabilities / MATCHES)
  for await (const one of opened.store.catalogue.embedded(embedder.model, 0)) {
    await corpus.put(one.capability.name, textOf(one), one.vectors.subarray(0, embedder.dims))
    truths.offer(corpus.written - 1, one)
    const { name, description } = one.capability
    if (corpus.written % apart === 0) needs.push(description)
    if (samples.length < INSERTS) samples.push({ name, description })
  }
  await corpus.end()
  fs.writeFileSync(path.join(folder, 'truth.json'), JSON.stringify(truths.result()))

  const inserts = new EntryFile(folder, 'inserts')
  const change = perturber([{ capabilities: samples } as ToolRecord], seed + 1)
  for (let i = 0; i < INSERTS; i++) {
    const { name, description } = samples[i % samples.length]!
    const entry = [change(name), change(description)] as const
    const [vector] = await embed([`${entry[0]}. ${entry[1]}`], 'document')
    await inserts.put(...entry, vector!)
  }
  await inserts.end()

  const matches = await recordMatches(engine, evidence, needs)
  await evidence.close()
  await opened.close()
  const about: About = {
    capabilities: corpus.written,
    dims: embedder.dims,
    queries: Math.min(count, asked.length),
    warmUp: Math.max(0, asked.length - count),
    inserts: INSERTS,
    matches,
  }
  fs.writeFileSync(path.join(folder, 'about.json'), JSON.stringify(about))
  return about
}

/** What people ask of the catalogue's capabilities; a catalogue that says too little of it is asked what the shipped one's serve. */
async function intentsOf(engine: Engine, wanted: number): Promise<string[]> {
  const intents: string[] = []
  for await (const { capabilities } of engine.parts.store.catalogue.tools()) {
    for (const capability of capabilities) intents.push(...(capability.intents ?? []))
  }
  return intents.length >= wanted ? intents : [...intents, ...readQueries(path.join(dataFolder(), 'queries.tsv'))]
}

function textOf({ capability, tool }: EmbeddedCapability): string {
  const { description, intents, tags, toolName, toolDescription } = documentOf(0, capability, tool)
  return [description, ...intents, tags.join(' '), toolName, toolDescription].filter(Boolean).join('\n')
}

/** One of the first three results is chosen, as people would report; answers how often there was one. */
async function recordMatches(engine: Engine, { matches }: OpenedEvidence, needs: readonly string[]): Promise<number> {
  let recorded = 0
  for (const [i, need] of needs.entries()) {
    const caller = { address: `10.0.${i % 250}.1` }
    const answer = await engine.search(searchQuerySchema.parse({ q: cutToLength(need) }), caller, Date.now())
    const shown = answer.results[i % 3] ?? answer.results[0]
    if (!shown) continue
    await matches.record({ token: shown.token, outcome: 'selected' }, caller, Date.now())
    recorded++
  }
  return recorded
}

async function writeVectors(file: string, vectors: readonly Float32Array[]): Promise<void> {
  const bytes = vectors.map((one) => Buffer.from(one.buffer, one.byteOffset, one.byteLength))
  await fs.promises.writeFile(file, Buffer.concat(bytes))
}

/** NAME.jsonl with [name, text] a line, NAME.f32 with a vector an entry. */
class EntryFile {
  written = 0
  private readonly texts: fs.WriteStream
  private readonly vectors: fs.WriteStream

  constructor(folder: string, name: string) {
    this.texts = fs.createWriteStream(path.join(folder, `${name}.jsonl`))
    this.vectors = fs.createWriteStream(path.join(folder, `${name}.f32`))
  }

  async put(name: string, text: string, vector: Float32Array): Promise<void> {
    this.written++
    // a copy, because the vector may lie in a buffer that is used again before it is written
    const bytes = Buffer.from(Float32Array.from(vector).buffer)
    for (const ok of [this.texts.write(`${JSON.stringify([name, text])}\n`), this.vectors.write(bytes)]) {
      if (!ok) await Promise.all([this.texts, this.vectors].map((one) => one.writableNeedDrain && once(one, 'drain')))
    }
  }

  async end(): Promise<void> {
    await Promise.all([this.texts, this.vectors].map((one) => once(one.end(), 'finish')))
  }
}

/** The exact nearest of some queries while everything streams by once. */
class Nearest {
  private readonly queries: readonly Float32Array[]
  private readonly dims: number
  /** Per query the best so far, best first, by the shared vectors and by all. */
  private readonly shared: { score: number; position: number }[][]
  private readonly own: { score: number; id: string }[][]

  constructor(queries: readonly Float32Array[], dims: number) {
    this.queries = queries
    this.dims = dims
    this.shared = queries.map(() => [])
    this.own = queries.map(() => [])
  }

  offer(position: number, { capability, vectors }: EmbeddedCapability): void {
    const { dims } = this
    for (const [i, query] of this.queries.entries()) {
      let first = -1
      let best = -1
      for (let start = 0; start < vectors.length; start += dims) {
        let score = 0
        for (let d = 0; d < dims; d++) score += query[d]! * vectors[start + d]!
        if (start === 0) first = score
        if (score > best) best = score
      }
      keep(this.shared[i]!, { score: first, position })
      keep(this.own[i]!, { score: best, id: capability.id })
    }
  }

  result(): Truth {
    return {
      shared: this.shared.map((one) => one.map(({ position }) => position)),
      own: this.own.map((one) => one.map(({ id }) => id)),
    }
  }
}

/** Keeps the best ten and whatever is as good as the tenth. */
function keep<T extends { score: number }>(best: T[], one: T): void {
  const tenth = best[TOP - 1]
  if (tenth && one.score < tenth.score - SAME) return
  let at = best.length
  while (at > 0 && best[at - 1]!.score < one.score) at--
  best.splice(at, 0, one)
  const limit = best[TOP - 1]
  if (limit) while (best.at(-1)!.score < limit.score - SAME) best.pop()
}
