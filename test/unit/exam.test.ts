import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { assignIds } from '../../indexer/identity.js'
import type { ToolRecord } from '../../src/core/catalogue.js'

const CATALOGUE = path.resolve('data/catalogue')

interface Question {
  id: string
  kind: string
  query: string
  labels: { id: string; grade: string; name: string | undefined }[]
}

const [header, ...lines] = readFileSync(path.resolve('data/queries.tsv'), 'utf8').replace(/\n$/, '').split('\n')
const questions = lines.map(readLine)

function readLine(line: string): Question {
  const [id, kind, query, capabilities, names, ...rest] = line.split('\t')
  if (names === undefined || rest.length > 0) throw new Error(`"${line}" has not five columns`)
  const named = names === '' ? [] : names.split(' | ')
  const labels = capabilities === '' ? [] : capabilities!.split(' ')
  if (named.length !== labels.length) throw new Error(`${id}: ${labels.length} ids, ${named.length} names`)
  return {
    id: id!,
    kind: kind!,
    query: query!,
    labels: labels.map((label, i) => {
      const [capability, grade] = label.split(':')
      return { id: capability!, grade: grade!, name: named[i] }
    }),
  }
}

describe('the published exam', () => {
  const names = new Map<string, string>()
  beforeAll(() => {
    for (const file of readdirSync(CATALOGUE).filter((name) => name.endsWith('.yaml'))) {
      const tool = parse(readFileSync(path.join(CATALOGUE, file), 'utf8')) as ToolRecord
      const ids = assignIds(tool)
      tool.capabilities.forEach((capability, i) => {
        names.set(ids[i]!, capability.name)
      })
    }
  })

  it('has five named columns', () => {
    expect(header).toBe(['id', 'kind', 'query', 'capabilities', 'names'].join('\t'))
  })

  it('labels capabilities that are in the catalogue, under the names they have there', () => {
    const astray = questions.flatMap(({ id: question, labels }) =>
      labels.filter(({ id, name }) => names.get(id) !== name).map((label) => ({ question, ...label })),
    )
    expect(astray).toEqual([])
  })

  it('asks enough of every kind', () => {
    const kinds = new Map<string, number>()
    for (const { kind } of questions) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    expect(questions.length).toBeGreaterThanOrEqual(250)
    expect(Object.fromEntries(kinds)).toEqual({ plain: 160, indirect: 85, short: 62, typo: 22, language: 24, none: 46 })
  })

  it('asks each question once, under an id of its own', () => {
    expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length)
    expect(new Set(questions.map(({ query }) => query)).size).toBe(questions.length)
    expect(questions.filter(({ query }) => query === '' || query !== query.trim())).toEqual([])
  })

  it('has a capability that serves each question squarely, and none for those of kind none', () => {
    const wrong = questions.filter(({ kind, labels }) =>
      kind === 'none' ? labels.length > 0 : !labels.some(({ grade }) => grade === '2'),
    )
    expect(wrong).toEqual([])
    expect(questions.flatMap(({ labels }) => labels).filter(({ grade }) => grade !== '1' && grade !== '2')).toEqual([])
    for (const { labels } of questions) expect(new Set(labels.map(({ id }) => id)).size).toBe(labels.length)
  })

  it('asks about many tools', () => {
    const tools = new Set(questions.flatMap(({ labels }) => labels.map(({ id }) => id.slice(0, id.lastIndexOf('.')))))
    expect(tools.size).toBeGreaterThanOrEqual(100)
  })
})
