import fs from 'node:fs'
import path from 'node:path'
import { loadQuerySet } from '../../indexer/fit/query-set.js'
import type { ToolRecord } from '../core/catalogue.js'
import { AppError } from '../core/errors.js'
import type { Exam, Question } from './eval-run.js'
import { dataFolder } from './open.js'

/** A query set in the TREC manner as a catalogue and questions. */
export function loadSet(folder: string): Exam {
  const set = loadQuerySet(folder)
  const tools = new Map<string, ToolRecord>()
  for (const document of set.documents) {
    const key = `${document.toolName}\n${document.toolDescription}`
    let tool = tools.get(key)
    if (!tool) {
      const { toolName: name, toolDescription: description } = document
      tool = { slug: `t${tools.size}`, name, type: 'api', description, capabilities: [] }
      tools.set(key, tool)
    }
    // ids of the set stay aside: they may not be ids of ours, and none may leak into the texts
    tool.capabilities.push({ id: idOf(document.id), name: document.name, description: document.description })
  }
  const questions = set.queries.map(({ id, text }): Question => {
    const judged = [...(set.judgements.get(id) ?? [])]
    return {
      id,
      kind: 'all',
      text: text.slice(0, 2000),
      judgements: new Map(judged.map(([doc, grade]) => [idOf(doc), grade])),
    }
  })
  return { name: set.name, catalogue: [...tools.values()], questions, isShipped: false }
}

const idOf = (id: string): string => Buffer.from(id).toString('base64url').slice(0, 190)

/** The published exam of the shipped catalogue: `data/queries.tsv`. */
export function loadShipped(): Exam {
  const file = path.join(dataFolder(), 'queries.tsv')
  if (!fs.existsSync(file)) throw new AppError('not-found', `${file} is missing: install the package again.`)
  const [, ...lines] = fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  const questions = lines.map((line): Question => {
    const [id, kind, text, capabilities] = line.split('\t') as [string, string, string, string]
    const judged = capabilities
      .split(' ')
      .filter(Boolean)
      .map((one): [string, number] => {
        const at = one.lastIndexOf(':')
        return [one.slice(0, at), Number(one.slice(at + 1))]
      })
    return { id, kind, text, judgements: new Map(judged) }
  })
  return { name: 'shipped', catalogue: path.join(dataFolder(), 'catalogue'), questions, isShipped: true }
}
