import fs from 'node:fs'
import fsp from 'node:fs/promises'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { IndexDocument } from '../core/document.js'
import type { TokenTable } from '../core/embedding.js'
import { AppError } from '../core/errors.js'
import type { ToolOutline } from '../core/outline.js'
import type { RelevanceWeights } from '../core/relevance/weights.js'
import { growTo } from '../core/typed.js'
import type { CorpusStatistics } from './corpus-statistics.js'
import { Outlines, outlineSections } from './outlines.js'
import { RelevanceIndex } from './relevance-index.js'
import { ScalarRows, SimdRows } from './row-matrix.js'
import { bytesOf, SectionReader } from './sections.js'
import { SemanticIndex } from './semantic.js'
import { runBetween } from './slices.js'
import { type FileSeal, type Place, readSections, replaceFile, sealOf, withRoom, writeSections } from './snapshot.js'

/** Raised when the layout of the snapshot files changes; an older one is rebuilt. */
const FORMAT = 4
/** Capabilities added between two looks at what else waits: some milliseconds. */
const PIECE = 32
const MANIFEST = 'manifest.json'

/** What a folder of snapshot files holds. Written last, so a folder without a matching manifest holds nothing. */
export interface Manifest {
  format: number
  generation: number
  model: string
  dims: number
  capabilities: number
  highestLabel: number
  files: FileSeal[]
}

/** What the snapshot files of a folder hold. */
export interface Loaded {
  index: SearchIndex
  manifest: Manifest
  /** As the store had them when the files were written. */
  outlines?: Outlines
}

export interface IndexEntry {
  document: IndexDocument
  /** `rows × dims` floats of unit length. */
  vectors: Float32Array
}

/** Everything a search needs in memory: both retrievers, over the same labels. */
export class SearchIndex {
  private vectors: SemanticIndex
  /** Tombstones going. */
  private compacting: Promise<void> | undefined
  readonly relevance: RelevanceIndex
  /** 1 for every live label. */
  private present: Uint8Array
  private highest: number

  private constructor(semantic: SemanticIndex, relevance: RelevanceIndex, labels: Uint32Array, highest: number) {
    this.vectors = semantic
    this.relevance = relevance
    this.highest = highest
    this.present = new Uint8Array(highest + 1)
    for (const label of labels) this.present[label] = 1
  }

  static empty(dims: number, table: TokenTable, weights: RelevanceWeights): SearchIndex {
    return new SearchIndex(new SemanticIndex(dims), new RelevanceIndex(table, weights), new Uint32Array(0), 0)
  }

  /** For a few candidates of a larger catalogue: nothing is approximate, everything is scored by the statistics of the whole. */
  static ofCandidates(
    dims: number,
    table: TokenTable,
    weights: RelevanceWeights,
    corpus: CorpusStatistics,
  ): SearchIndex {
    const relevance = new RelevanceIndex(table, weights, corpus)
    return new SearchIndex(new SemanticIndex(dims, new ScalarRows(dims)), relevance, new Uint32Array(0), 0)
  }

  /** Another one after tombstones have gone: not to be held across turns. */
  get semantic(): SemanticIndex {
    return this.vectors
  }

  get count(): number {
    return this.relevance.count
  }

  /** The highest label ever added, live or not; 0 at first. */
  get highestLabel(): number {
    return this.highest
  }

  has(label: number): boolean {
    return this.present[label] === 1
  }

  *labels(): Generator<number> {
    for (let label = 0; label < this.present.length; label++) if (this.present[label] === 1) yield label
  }

  /** Adds capabilities in ascending order of label, all above `highestLabel`. */
  add(entries: readonly IndexEntry[]): void {
    for (const { document, vectors } of entries) this.semantic.add(document.label, vectors)
    this.relevance.add(entries.map((entry) => entry.document))
    const last = entries.at(-1)?.document.label ?? this.highest
    if (last >= this.present.length) this.present = growTo(this.present, Math.max(last + 1, this.present.length * 2))
    for (const { document } of entries) this.present[document.label] = 1
    this.highest = last
  }

  remove(labels: readonly number[]): void {
    this.semantic.remove(labels)
    this.relevance.remove(labels)
    for (const label of labels) if (label < this.present.length) this.present[label] = 0
    if (!this.semantic.isWasteful) return
    this.compacting ??= this.compact()
      .catch(() => undefined) // no memory for a second copy: tombstones stay, and the next removal tries again
      .finally(() => {
        this.compacting = undefined
      })
  }

  /** Settles when nothing is being built in the background any more. */
  async settled(): Promise<void> {
    await Promise.all([this.compacting, this.relevance.settled()])
  }

  /** Takes the tombstones out of the vectors, between other work. */
  private async compact(): Promise<void> {
    const [before, seen] = [this.vectors, this.highest]
    const compact = await runBetween(before.compacted(), () => true)
    compact?.catchUpWith(before, seen)
    if (compact) this.vectors = compact
  }

  /**
   * Brings this index to the store's state: what is live there and not here is added (its labels are all above `highestLabel`,
   * because labels only ever increase), then what was here and is not live there is removed. Other work goes on in between; what is
   * published meanwhile may come, and what of that is gone again leaves with the next call.
   * @param live the store's live labels, ascending
   * @param entries the store's capabilities above a label, ascending
   * @param prepare asked before each piece that is added; what it answers is done in the same turn
   */
  async follow(
    live: Uint32Array,
    entries: (after: number) => AsyncIterable<IndexEntry>,
    prepare?: () => Promise<() => void>,
  ): Promise<void> {
    const before = this.highest
    let piece: IndexEntry[] = []
    const addPiece = async () => {
      const first = await prepare?.()
      first?.()
      this.add(piece)
      piece = []
      await nextTurn()
    }
    for await (const entry of entries(before)) {
      piece.push(entry)
      if (piece.length === PIECE) await addPiece()
    }
    await addPiece()
    this.keepOnly(live, before)
  }

  /** Of the labels up to `last`. */
  private keepOnly(live: Uint32Array, last: number): void {
    const wanted = new Uint8Array(Math.max(this.present.length, (live.at(-1) ?? 0) + 1))
    for (const label of live) wanted[label] = 1
    const gone: number[] = []
    for (let label = 0; label <= last; label++) if (this.present[label] === 1 && wanted[label] === 0) gone.push(label)
    this.remove(gone)
  }

  /**
   * Writes the snapshot files of a generation, then the manifest that names them, then drops those of older generations.
   * @param outlines of the store: what is there by now, which may be of a later generation
   */
  async save(
    folder: string,
    about: { generation: number; model: string },
    outlines: AsyncIterable<ToolOutline>,
  ): Promise<Manifest> {
    const sections = path.join(folder, `g${about.generation}-index.snap`)
    this.semantic.settle()
    const labels = new Uint8Array(Uint32Array.from(this.labels()).buffer)
    const outlined = (await outlineSections(outlines)).map(([name, array]) => [name, bytesOf(array)] as const)
    await writeSections(
      sections,
      new Map([...this.semantic.sections(), ...this.relevance.snapshot(), ['labels', labels], ...outlined]),
    )
    const manifest: Manifest = {
      format: FORMAT,
      ...about,
      dims: this.semantic.dims,
      capabilities: this.count,
      highestLabel: this.highest,
      files: [await sealOf(sections)],
    }
    await replaceFile(path.join(folder, MANIFEST), (temp) => fsp.writeFile(temp, JSON.stringify(manifest, null, 1)))
    await dropOthers(folder, manifest)
    return manifest
  }

  /**
   * Loads the snapshot in `folder` into fresh objects.
   * @throws AppError `damaged-file` when a file is missing, damaged or of another format: the caller rebuilds from the store
   */
  static async load(folder: string, table: TokenTable, weights: RelevanceWeights): Promise<Loaded> {
    const manifest = await readManifest(folder)
    // the largest section is read straight to where it is compared
    let room: ReturnType<typeof SimdRows.roomFor> | undefined
    const place: Place = (name, length) => {
      if (name !== 'semantic.rows') return growsLater(name) ? withRoom(length) : undefined
      room = SimdRows.roomFor(manifest.dims, length)
      return room.rows
    }
    const sections = await readSections(path.join(folder, manifest.files[0]!.name), place)
    // searches of the generation before go on between these
    await nextTurn()
    const semantic = SemanticIndex.restore(sections, room?.memory)
    if (semantic.dims !== manifest.dims) {
      throw new AppError(
        'damaged-file',
        `${folder}: the manifest says ${manifest.dims} dimensions, the vectors have ${semantic.dims}; it will be rebuilt.`,
      )
    }
    await nextTurn()
    const relevance = RelevanceIndex.restore(sections, table, weights)
    await nextTurn()
    const labels = new SectionReader(sections).u32('labels')
    const index = new SearchIndex(semantic, relevance, labels, manifest.highestLabel)
    return { index, manifest, ...(Outlines.areIn(sections) && { outlines: new Outlines(sections) }) }
  }
}

/** Sections that get spare room when they are read. */
const growsLater = (name: string): boolean => !/^(semantic|outlines)\./.test(name) && RelevanceIndex.grows(name)

/** @throws AppError `damaged-file` when there is none of this format */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = path.join(folder, MANIFEST)
  const text = await fsp.readFile(file, 'utf8').catch(() => '')
  try {
    const manifest = JSON.parse(text) as Manifest
    if (manifest.format === FORMAT && manifest.files.length === 1) return manifest
  } catch {
    // falls through: no manifest, or not JSON
  }
  throw new AppError(
    'damaged-file',
    `${file} holds no snapshot of format ${FORMAT}; it will be rebuilt from the database.`,
  )
}

async function dropOthers(folder: string, manifest: Manifest): Promise<void> {
  const keep = new Set([MANIFEST, ...manifest.files.map((file) => file.name)])
  for (const name of fs.readdirSync(folder)) {
    // format 1 had a file for the graph; temp files of other processes are theirs: what a killed one left is swept by the next save of the same name
    if (/^g\d+-(graph\.bin|index\.snap)$/.test(name) && !keep.has(name))
      await fsp.rm(path.join(folder, name), { force: true })
  }
}
