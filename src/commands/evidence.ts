import fs from 'node:fs'
import path from 'node:path'
import type { Settings } from '../config.js'
import { parseRankWeights } from '../core/rank/weights.js'
import { scaleOf } from '../core/relevance/confidence.js'
import { CountedBouts } from '../engine/bouts.js'
import { EvidenceLog, type LogWriter } from '../engine/evidence-log.js'
import { Matches } from '../engine/matches.js'
import { Operator } from '../engine/operator.js'
import { Ranks } from '../engine/ranks.js'
import { RecordedEvidence } from '../engine/recorded-evidence.js'
import { Journal } from '../store/journal.js'
import { openStore } from '../store/open.js'
import { dataFolder, type Opened } from './open.js'

/** The match log and what it does to answers, over an opened home. */
export interface OpenedEvidence {
  matches: Matches
  ranks: Ranks
  operator: Operator
  hook: RecordedEvidence
  /** Writes what is waiting. Before the store is closed. */
  close(): Promise<void>
}

/** @param way the journal, taken up and kept by the one process that writes to this home; or the way to that process; others leave the log alone */
export async function openEvidence(
  opened: Opened,
  settings: Settings,
  onError: (error: unknown) => void = () => undefined,
  way?: Journal | { writer: LogWriter },
): Promise<OpenedEvidence> {
  const log = await EvidenceLog.open(opened.store, way)
  const matches = await Matches.open(opened.store.log, log, settings.MATCHGRAPH_SECRET)
  const weights = parseRankWeights(fs.readFileSync(path.join(dataFolder(), 'rank.json'), 'utf8'))
  const ranks = new Ranks(log, weights, Date.now)
  const hook = new RecordedEvidence(matches, ranks, new CountedBouts(opened.store.log, log), {
    keepQueries: settings.MATCHGRAPH_KEEP_QUERIES,
    scale: scaleOf(opened.weights),
    onError,
  })
  const operator = new Operator(opened.store.log, log)
  return { matches, ranks, operator, hook, close: () => log.close() }
}

/** Where the server keeps what has been shown until it is in the database. */
export const journalOf = (settings: Settings): Journal => new Journal(path.join(settings.MATCHGRAPH_HOME, 'journal'))

/** Opens the log alone, without index and model, for what an operator does to it. A running server follows. */
export async function withOperator(settings: Settings, work: (operator: Operator) => Promise<void>): Promise<void> {
  const store = await openStore(settings.MATCHGRAPH_HOME, settings.MATCHGRAPH_DATABASE_URL)
  try {
    const log = await EvidenceLog.open(store)
    try {
      await work(new Operator(store.log, log))
    } finally {
      await log.close()
    }
  } finally {
    await store.close()
  }
}
