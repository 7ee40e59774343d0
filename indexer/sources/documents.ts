import { readFile, stat } from 'node:fs/promises'
import { isMap, isNode, isPair, isSeq, LineCounter, type ParsedNode, parseAllDocuments } from 'yaml'
import type { Fault } from '../../src/core/errors.js'
import { MAX_LINE, readLines } from './json-lines.js'
import { jsonPositions, lineAt } from './json-position.js'

/** One document of a file, parsed but not yet checked. */
export type RawDocument =
  | {
      value: unknown
      /** 1-based line where it starts. */
      line: number
      /** Lines of fields, by dotted path inside `value`; a field that is not there has its parent's line. */
      linesOf(paths: readonly string[]): number[]
    }
  | { fault: Fault; line: number }

export interface ReadOptions {
  /** Whether the members of a JSON file's list are documents of their own (default), or the list is one document. */
  lists?: 'split' | 'whole'
}

/** A whole YAML document is held as a syntax tree, some fifty times its size. */
const MAX_YAML = 16 * 1024 * 1024
const MAX_JSON = 256 * 1024 * 1024

/**
 * The documents of a catalogue file: one a line of JSONL, one a `---` section of YAML, one of JSON (or each member, when
 * it is a list). Faults of syntax come as documents. Rejects only when the file cannot be read.
 */
export async function* readDocuments(file: string, { lists = 'split' }: ReadOptions = {}): AsyncGenerator<RawDocument> {
  const name = file.toLowerCase().replace(/\.gz$/, '')
  if (name.endsWith('.jsonl')) yield* jsonLines(file)
  else if (file.toLowerCase().endsWith('.gz')) yield wrong('only .jsonl files may be packed with gzip')
  else if (/\.ya?ml$/.test(name)) yield* yamlDocuments(await readLimited(file, MAX_YAML))
  else if (name.endsWith('.json')) yield* jsonDocuments(await readLimited(file, MAX_JSON), lists)
  else yield wrong('is not a catalogue file; the name must end in .yaml, .yml, .json, .jsonl or .jsonl.gz')
}

const wrong = (message: string, line = 1): RawDocument => ({ fault: { path: '', message }, line })

async function readLimited(file: string, limit: number): Promise<string | undefined> {
  return (await stat(file)).size > limit ? undefined : readFile(file, 'utf8')
}

const tooLarge = (limit: number) =>
  wrong(
    `is larger than ${limit / 1024 / 1024} MB; write large catalogues as JSONL, one tool a line, which is read as a stream`,
  )

async function* jsonLines(file: string): AsyncGenerator<RawDocument> {
  let line = 0
  for await (const text of readLines(file)) {
    line++
    if (text === undefined) yield wrong(`the line is longer than ${MAX_LINE / 1024 / 1024} MB`, line)
    else if (text.trim() !== '') yield parseLine(text, line)
  }
}

function parseLine(text: string, line: number): RawDocument {
  try {
    const value: unknown = JSON.parse(line === 1 ? text.replace(/^\uFEFF/, '') : text)
    return { value, line, linesOf: (paths) => paths.map(() => line) }
  } catch {
    const column = (jsonPositions(text, new Set()).error ?? 0) + 1
    return wrong(`is not JSON: unexpected ${unexpected(text, column - 1)} at column ${column}`, line)
  }
}

function* jsonDocuments(text: string | undefined, lists: ReadOptions['lists']): Generator<RawDocument> {
  if (text === undefined) return yield tooLarge(MAX_JSON)
  let whole: unknown
  try {
    whole = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    const offset = jsonPositions(text, new Set()).error ?? 0
    return yield wrong(`is not JSON: unexpected ${unexpected(text, offset)}`, lineAt(text, offset))
  }
  const list = lists === 'split' && Array.isArray(whole)
  const members = list ? (whole as unknown[]) : [whole]
  const path = (i: number, inner: string) => (list ? (inner === '' ? String(i) : `${i}.${inner}`) : inner)
  const starts = jsonLinesOf(
    text,
    members.map((_, i) => path(i, '')),
  )
  for (const [i, value] of members.entries()) {
    yield {
      value,
      line: starts[i]!,
      linesOf: (paths) =>
        jsonLinesOf(
          text,
          paths.map((inner) => path(i, inner)),
        ),
    }
  }
}

function jsonLinesOf(text: string, paths: readonly string[]): number[] {
  const { offsets } = jsonPositions(text, new Set(paths.flatMap(ancestors)))
  return paths.map((path) => {
    const known = ancestors(path).find((one) => offsets.has(one))
    return known === undefined ? 1 : lineAt(text, offsets.get(known)!)
  })
}

/** The path and everything it lies in, the innermost first. */
function ancestors(path: string): string[] {
  const parts = path === '' ? [] : path.split('.')
  return [...parts.map((_, i) => parts.slice(0, parts.length - i).join('.')), '']
}

function unexpected(text: string, offset: number): string {
  return offset >= text.length ? 'end of the text' : JSON.stringify(text.slice(offset, offset + 12))
}

function* yamlDocuments(text: string | undefined): Generator<RawDocument> {
  if (text === undefined) return yield tooLarge(MAX_YAML)
  const lines = new LineCounter()
  const lineOf = (offset: number) => Math.max(1, lines.linePos(offset).line)
  let documents: ReturnType<typeof parseAllDocuments<ParsedNode>>
  try {
    documents = parseAllDocuments<ParsedNode>(text, { lineCounter: lines, prettyErrors: false })
  } catch {
    // the parser is recursive, and this is its only way to fail
    return yield wrong('is not YAML that can be read: it is nested too deeply')
  }
  for (const document of Array.isArray(documents) ? documents : []) {
    const error = document.errors[0]
    if (error !== undefined) {
      yield wrong(`is not YAML: ${error.message}`, lineOf(error.pos[0]))
      continue
    }
    const root = document.contents
    if (root === null) continue
    let value: unknown
    try {
      value = document.toJS()
    } catch (cause) {
      // an alias without its anchor, or aliases that multiply without end
      yield wrong(`is not YAML: ${(cause as Error).message}`, lineOf(root.range[0]))
      continue
    }
    yield {
      value,
      line: lineOf(root.range[0]),
      linesOf: (paths) => paths.map((path) => lineOf(yamlOffset(root, path))),
    }
  }
}

/** Offset of the field's key (or the list member), or of the innermost thing around it that exists. */
function yamlOffset(root: ParsedNode, path: string): number {
  let node: unknown = root
  let offset = root.range[0]
  // keys may hold dots, so the path is followed by what is there, not split
  let rest = path
  while (rest !== '') {
    const step: { key: unknown; value: unknown; length: number } | undefined = yamlStep(node, rest)
    if (step === undefined) break
    if (isNode(step.key) && step.key.range) offset = step.key.range[0]
    node = step.value
    rest = rest.slice(step.length + 1)
  }
  return offset
}

function yamlStep(node: unknown, path: string): { key: unknown; value: unknown; length: number } | undefined {
  const begins = (key: string) => path === key || path.startsWith(`${key}.`)
  if (isSeq(node)) {
    const index = /^\d+/.exec(path)?.[0]
    const member = index === undefined ? undefined : node.items[Number(index)]
    return member === undefined || index === undefined
      ? undefined
      : { key: member, value: member, length: index.length }
  }
  if (!isMap(node)) return undefined
  for (const pair of node.items) {
    if (!isPair(pair) || !isNode(pair.key)) continue
    const key = String((pair.key as { value?: unknown }).value)
    if (begins(key)) return { key: pair.key, value: pair.value, length: key.length }
  }
  return undefined
}
