import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { runIndex } from '../../indexer/run.js'
import type { Settings } from '../config.js'
import { type SearchAnswer, searchQuerySchema } from '../core/api/search.js'
import type { ToolRecord } from '../core/catalogue.js'
import { type QueryMetrics, queryMetrics } from '../core/metrics.js'
import { Engine } from '../engine/engine.js'
import { neutralEvidence } from '../engine/neutral-evidence.js'
import { engineParts, noteCatalogue, type Opened, openHome, weightsFor } from './open.js'

export interface Question {
  id: string
  kind: string
  text: string
  /** Capability id → grade; empty when nothing in the catalogue serves it. */
  judgements: Map<string, number>
}

export interface Exam {
  name: string
  /** The records, or the folder they are in. */
  catalogue: readonly ToolRecord[] | string
  questions: readonly Question[]
  isShipped: boolean
}

export interface Asked {
  question: Question
  metrics: QueryMetrics
  hit3: number
  answer: SearchAnswer['answer']
}

/** Indexes the exam's catalogue into a home of its own and asks every question the way a caller does, without recorded matches. */
export async function sitExam(
  exam: Exam,
  mode: 'hybrid' | 'semantic' | 'keyword',
  settings: Settings,
): Promise<Asked[]> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'matchgraph-eval-'))
  try {
    const opened = await openHome({
      ...settings,
      MATCHGRAPH_HOME: home,
      MATCHGRAPH_DATABASE_URL: undefined,
      MATCHGRAPH_SEARCH: 'memory',
    })
    try {
      return await sitWith(opened, exam, mode, home)
    } finally {
      await opened.close()
    }
  } finally {
    fs.rmSync(home, { recursive: true, force: true })
  }
}

/** As `sitExam`, in an opened home whose catalogue is replaced by the exam's. */
export async function sitWith(
  opened: Opened,
  exam: Exam,
  mode: 'hybrid' | 'semantic' | 'keyword',
  folder: string,
): Promise<Asked[]> {
  await runIndex(opened, { paths: [catalogueOf(exam, folder)], now: 0 })
  await noteCatalogue(opened.store, exam.isShipped)
  const weights = await weightsFor(opened.store)
  const engine = await Engine.open(await engineParts({ ...opened, weights }), neutralEvidence)
  const asked: Asked[] = []
  for (const question of exam.questions) asked.push(await ask(engine, question, mode))
  return asked
}

function catalogueOf({ catalogue }: Exam, home: string): string {
  if (typeof catalogue === 'string') return catalogue
  const file = path.join(home, 'catalogue.jsonl')
  fs.writeFileSync(file, catalogue.map((record) => JSON.stringify(record)).join('\n'))
  return file
}

async function ask(engine: Engine, question: Question, mode: string): Promise<Asked> {
  const request = searchQuerySchema.parse({ q: question.text, mode, cut: 'off', explore: 'off', evidence: 'off' })
  const { results, answer } = (await engine.search(request, { address: '127.0.0.1' }, 0)) as SearchAnswer
  const ids = results.map((result) => result.capability.id)
  const hit3 = ids.slice(0, 3).some((id) => (question.judgements.get(id) ?? 0) > 0) ? 1 : 0
  return { question, metrics: queryMetrics(ids, question.judgements), hit3, answer }
}
