import { readFileSync } from 'node:fs'
import path from 'node:path'
import { AppError } from '../../src/core/errors.js'
import { assignIds } from '../identity.js'
import { readCatalogue } from '../sources/catalogue.js'
import type { SemanticExam } from './semantic-exam.js'

/** The exam that ships with the package: `queries.tsv` over `catalogue`, both in `dataFolder`. */
export async function publishedExam(dataFolder: string): Promise<SemanticExam> {
  const documents: { id: string; name: string; description: string }[] = []
  for await (const entry of readCatalogue([path.join(dataFolder, 'catalogue')])) {
    if ('fault' in entry) continue
    const ids = assignIds(entry.record)
    for (const [i, { name, description }] of entry.record.capabilities.entries()) {
      documents.push({ id: ids[i]!, name, description })
    }
  }
  return { name: 'published exam', documents, ...parseQueries(path.join(dataFolder, 'queries.tsv')) }
}

function parseQueries(file: string): Pick<SemanticExam, 'queries' | 'judgements'> {
  const queries: { id: string; text: string }[] = []
  const judgements = new Map<string, Map<string, number>>()
  const [head, ...lines] = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  const columns = head!.split('\t')
  const [id, text, capabilities] = ['id', 'query', 'capabilities'].map((name) => columns.indexOf(name))
  if ([id, text, capabilities].includes(-1)) throw new AppError('damaged-file', `${file} lacks a column.`)
  for (const line of lines) {
    const fields = line.split('\t')
    queries.push({ id: fields[id!]!, text: fields[text!]! })
    const graded = fields[capabilities!]!.split(' ').filter(Boolean)
    judgements.set(
      fields[id!]!,
      new Map(graded.map((one) => [one.slice(0, one.lastIndexOf(':')), Number(one.slice(one.lastIndexOf(':') + 1))])),
    )
  }
  return { queries, judgements }
}
