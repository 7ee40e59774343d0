import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { IndexDocument } from '../../src/core/document.js'
import { AppError } from '../../src/core/errors.js'

const toolLine = z.object({ id: z.string(), name: z.string(), description: z.string().optional() })
const capabilityLine = z.object({
  id: z.string(),
  toolId: z.string(),
  name: z.string(),
  description: z.string().optional(),
})
const queryLine = z.object({ id: z.string(), text: z.string() })

/** A document of a query set, with the id that the judgements use. */
export interface JudgedDocument extends Omit<IndexDocument, 'label'> {
  id: string
}

export interface QuerySet {
  name: string
  documents: JudgedDocument[]
  queries: { id: string; text: string }[]
  /** Query id → capability id → relevance. */
  judgements: Map<string, Map<string, number>>
}

/**
 * Reads a folder in the TREC manner: `tools.jsonl`, `capabilities.jsonl`, `queries(.sample).jsonl`, `qrels.tsv` (query, capability, relevance).
 * Documents stand tool by tool, as a catalogue made from the same files has them.
 * @throws AppError `not-found` when a file is missing, `invalid-record` with file and line when one cannot be read
 */
export function loadQuerySet(folder: string): QuerySet {
  const tools = readLines(path.join(folder, 'tools.jsonl'), toolLine)
  const capabilities = readLines(path.join(folder, 'capabilities.jsonl'), capabilityLine)
  const sample = path.join(folder, 'queries.sample.jsonl')
  const queries = readLines(existsSync(sample) ? sample : path.join(folder, 'queries.jsonl'), queryLine)
  const byTool = new Map(tools.map((tool) => [tool.id, { tool, capabilities: [] as typeof capabilities }]))
  for (const capability of capabilities) byTool.get(capability.toolId)?.capabilities.push(capability)
  const documents = [...byTool.values()].flatMap(({ tool, capabilities: own }) =>
    own.map((capability) => ({
      id: capability.id,
      name: capability.name,
      description: capability.description || capability.name,
      intents: [],
      tags: [],
      toolName: tool.name,
      toolDescription: tool.description ?? '',
    })),
  )
  return { name: path.basename(folder), documents, queries, judgements: readJudgements(path.join(folder, 'qrels.tsv')) }
}

function readLines<T>(file: string, schema: z.ZodType<T>): T[] {
  return linesOf(file).map((line, i) => {
    try {
      return schema.parse(JSON.parse(line))
    } catch (cause) {
      throw new AppError('invalid-record', `${file}, line ${i + 1} is not as expected: ${(cause as Error).message}`, {
        cause,
      })
    }
  })
}

function readJudgements(file: string): Map<string, Map<string, number>> {
  const judgements = new Map<string, Map<string, number>>()
  for (const line of linesOf(file)) {
    const [query, capability, relevance] = line.split('\t') as [string, string, string]
    if (!judgements.has(query)) judgements.set(query, new Map())
    judgements.get(query)!.set(capability, Number(relevance))
  }
  return judgements
}

function linesOf(file: string): string[] {
  if (!existsSync(file)) throw new AppError('not-found', `${file} is missing: a query set needs it.`)
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
}
