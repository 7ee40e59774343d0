import type { Entry, Query, Workload } from './workload.js'

/** What is measured: a library that answers from an index it has built on disk. */
export interface Contender {
  name: string
  /** What its answers are made of; compare only within a kind. */
  kind: 'hybrid' | 'text' | 'vectors'
  /** The packages it stands on, for the versions in the output. */
  packages: readonly string[]
  /** How it is set up, in one line. */
  how: string
  /** Options of the Node process it runs in. */
  nodeOptions?: readonly string[]
  /** Builds its index in `folder` from nothing, and is done when a fresh process can open it. */
  build(workload: Workload, folder: string): Promise<void>
  open(folder: string, workload: Workload): Promise<Searcher>
}

export interface Searcher {
  /** One answer of ten results as the library gives it, with name and text where it keeps them. */
  search(query: Query): unknown
  /** The ten nearest by the vector leg alone: positions in the corpus; ids where intents have vectors of their own. */
  nearest?(query: Query): Promise<Nearest> | Nearest
  /** Adds entries; they are searchable when it is done. */
  insert?(entries: readonly Entry[]): Promise<void> | void
  /** Mean milliseconds a stage, of the searches since the last call. */
  stages?(): Record<string, number>
  close?(): Promise<void> | void
}

export type Nearest = readonly number[] | readonly string[]

/** Results an answer. */
export const TOP = 10
