import type { EmbeddedCapability, Generation } from './store.js'

/** One stem of a need, or two adjacent ones, and what it is worth. */
export interface SearchTerm {
  stems: readonly [string] | readonly [string, string]
  /** In how many capabilities it stands, as far as is known. */
  df: number
  weight: number
}

/** Groups of facets as `facetsOf` writes them: one of each group must be there. */
export type FacetFilter = readonly (readonly string[])[]

/** A capability as the search tables hold it. */
export interface SearchRow {
  label: number
  slug: string
  facets: readonly string[]
  /** Stems of its texts, which text they are from and where they stand; neighbours are one apart. */
  words: readonly { stem: string; field: 'A' | 'B' | 'C' | 'D'; at: number }[]
  /** Unit length, `dims` floats each. */
  vectors: readonly Float32Array[]
}

/** Retrieval inside the store, for catalogues that no server's memory holds. */
export interface SearchTables {
  /** Makes the tables for vectors of so many dimensions; with others they are emptied. */
  prepare(dims: number): Promise<void>
  /** Slugs of tools that the tables have otherwise than the catalogue or of another model, or not, or still. */
  outdated(model: string): Promise<string[]>
  /** Replaces everything of these tools by `rows`; those of them that the catalogue has are up to date then. */
  replace(model: string, slugs: readonly string[], rows: readonly SearchRow[]): Promise<void>
  /** Statistics of the whole catalogue, as of the generation that they were counted in. */
  statistics(): Promise<Uint8Array | undefined>
  setStatistics(generation: Generation, bytes: Uint8Array): Promise<void>
  /** Labels by similarity, best first, at most `rows` of them, under the filter. */
  nearest(vector: Float32Array, rows: number, filter: FacetFilter): Promise<number[]>
  /** Labels by the weights of the terms they have, best first. */
  matching(terms: readonly SearchTerm[], depth: number, filter: FacetFilter): Promise<number[]>
  /** These capabilities with their tools and vectors, ascending by label. */
  embedded(model: string, labels: readonly number[]): Promise<EmbeddedCapability[]>
}
