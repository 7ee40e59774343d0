import type { Contender } from './contender.js'
import type { InsertTiming, ReindexTiming, Timing } from './measure.js'
import type { About } from './workload.js'

/** What one contender showed. A part is missing where it cannot do it, was not asked to, or was stopped; `notes` say which. */
export interface Row {
  name: string
  kind: Contender['kind']
  how: string
  versions: Record<string, string>
  build?: { seconds: number; cpuSeconds: number; peakMb: number }
  /** From the start of a fresh process to its first answer, milliseconds. */
  loadMs?: number
  /** Resident after loading and warming up. */
  rssMb?: number
  diskMb?: number
  search?: Timing
  /** Share of the exact ten nearest that the vector leg finds. */
  recall?: number
  insert?: InsertTiming
  /** While everything is indexed anew beside it; over HTTP only. */
  reindex?: ReindexTiming
  /** Searches a second with 32 connections; over HTTP only. */
  perSecond32?: number
  /** Where a search's time goes, mean milliseconds a stage. */
  stages?: Record<string, number>
  notes: string[]
}

export interface Report {
  command: string
  /** Day of the run. */
  date: string
  machine: {
    cpu: string
    cores: number
    memoryGb: number
    node: string
    /** Processes that wanted to run when it ended, of ours and of others (load average over 15 minutes). */
    load: number
  }
  workload: About & { catalogue: string; asked: string }
  rows: Row[]
}

/** One size of the growth curve. */
export interface GrowthPoint {
  capabilities: number
  row: Row
}

export interface GrowthReport {
  command: string
  date: string
  machine: Report['machine']
  points: GrowthPoint[]
  notes: string[]
}
