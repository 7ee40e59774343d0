import fs from 'node:fs'
import { generator } from '../src/core/evidence/random.js'

/** Longer needs than this are refused by the API. */
const LONGEST = 2000

/**
 * Questions from a file: JSON lines with `text` or `query`, or tab-separated with a header that names `query`, or plain lines.
 * @throws Error when it has none
 */
export function readQueries(file: string): string[] {
  const lines = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean)
  const found = file.endsWith('.jsonl') ? lines.map(ofJson) : ofTable(lines)
  const queries = found.map(cutToLength).filter(Boolean)
  if (queries.length === 0) throw new Error(`${file} has no queries`)
  return queries
}

/** A need of a length that the API takes. */
export const cutToLength = (need: string): string => need.slice(0, LONGEST).trim()

function ofJson(line: string): string {
  const { text, query } = JSON.parse(line) as { text?: string; query?: string }
  return text ?? query ?? ''
}

function ofTable(lines: readonly string[]): string[] {
  const column = lines[0]?.split('\t').indexOf('query') ?? -1
  if (column < 0) return [...lines]
  return lines.slice(1).map((line) => line.split('\t')[column] ?? '')
}

/** Different ones in an order that a seed decides. */
export function shuffled(queries: readonly string[], seed: number): string[] {
  const random = generator(seed)
  const order = [...new Set(queries)]
  for (let i = order.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1))
    ;[order[i], order[other]] = [order[other]!, order[i]!]
  }
  return order
}
