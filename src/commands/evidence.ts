import path from 'node:path'
import type { Settings } from '../config.js'
import { EvidenceLog } from '../engine/evidence-log.js'
import { Matches } from '../engine/matches.js'
import { RecordedEvidence } from '../engine/recorded-evidence.js'
import { Journal } from '../store/journal.js'
import type { Opened } from './open.js'

/** The match log and what it does to answers, over an opened home. Only one process a home may open it. */
export interface OpenedEvidence {
  matches: Matches
  hook: RecordedEvidence
  /** Writes what is waiting. Before the store is closed. */
  close(): Promise<void>
}

export async function openEvidence(
  opened: Opened,
  settings: Settings,
  onError: (error: unknown) => void,
): Promise<OpenedEvidence> {
  const journal = new Journal(path.join(settings.MATCHGRAPH_HOME, 'journal'))
  const log = await EvidenceLog.open(opened.store.log, journal)
  const matches = await Matches.open(opened.store.log, log, settings.MATCHGRAPH_SECRET)
  const hook = new RecordedEvidence(matches, { keepQueries: settings.MATCHGRAPH_KEEP_QUERIES, onError })
  return { matches, hook, close: () => log.close() }
}
