import type { Embedder } from '../../src/core/embedding.js'
import { lintRecord, type Warning } from '../../src/core/lint/record.js'
import { nearest } from '../../src/core/nearest.js'
import { type CatalogueEntry, readCatalogue, type SourceFault } from '../sources/catalogue.js'
import { findTwins, type LintText } from './duplicates.js'

export interface SourceWarning extends SourceFault {
  rule: string
}

/** What a check of catalogue files found. */
export interface LintReport {
  tools: number
  capabilities: number
  errors: SourceFault[]
  warnings: SourceWarning[]
}

/** What is kept of a record until all are read, for the rules that look across tools. */
interface Seen {
  slug: string
  works: string[]
  file: string
  line: number
  linesOf: Located
  /** Position of its first capability in the list of texts. */
  from: number
}
type Located = (paths: readonly string[]) => number[]

/**
 * Reads catalogue files and folders and tells everything that is wrong (errors) or could be better (warnings): the rules
 * of `lintRecord`, `worksWith` that leads nowhere, and near-duplicates by cosine, within a tool and across. Memory grows
 * with the texts of the names and descriptions only.
 */
export async function lintCatalogue(paths: readonly string[], embedder: Embedder): Promise<LintReport> {
  const report: LintReport = { tools: 0, capabilities: 0, errors: [], warnings: [] }
  const seen: Seen[] = []
  const texts: LintText[] = []
  for await (const entry of readCatalogue(paths)) {
    if ('fault' in entry) {
      report.errors.push(entry.fault)
      continue
    }
    place(report, entry, lintRecord(entry.record))
    seen.push(keep(entry, texts.length))
    for (const { name, description } of entry.record.capabilities)
      texts.push({ slug: entry.record.slug, name, description })
  }
  report.tools = seen.length
  report.capabilities = texts.length
  lintReferences(report, seen)
  await lintTwins(report, seen, texts, embedder)
  return report
}

type Sound = Extract<CatalogueEntry, { record: unknown }>

function keep({ record, origin, linesOf }: Sound, from: number): Seen {
  const works = (record.worksWith ?? []).map((one) => (typeof one === 'string' ? one : one.slug))
  return { slug: record.slug, works, ...origin, linesOf, from }
}

function place(report: LintReport, { record, origin, linesOf }: Sound, warnings: readonly Warning[]): void {
  if (warnings.length === 0) return
  const lines = linesOf(warnings.map(({ path }) => path))
  report.warnings.push(...warnings.map((one, i) => ({ file: origin.file, line: lines[i]!, slug: record.slug, ...one })))
}

function warn(report: LintReport, { file, slug, linesOf }: Seen, warning: Warning): void {
  report.warnings.push({ file, line: linesOf([warning.path])[0]!, slug, ...warning })
}

function lintReferences(report: LintReport, seen: readonly Seen[]): void {
  const slugs = new Set(seen.map(({ slug }) => slug))
  for (const one of seen) {
    for (const [i, target] of one.works.entries()) {
      const path = `worksWith.${i}`
      if (target === one.slug) warn(report, one, { rule: 'dangling-works-with', path, message: 'is the tool itself' })
      else if (!slugs.has(target)) {
        const suggestion = nearest(target, slugs)
        warn(report, one, {
          rule: 'dangling-works-with',
          path,
          message: `"${target}" is not in the catalogue`,
          ...(suggestion !== undefined && { suggestion }),
        })
      }
    }
  }
}

async function lintTwins(
  report: LintReport,
  seen: readonly Seen[],
  texts: readonly LintText[],
  embedder: Embedder,
): Promise<void> {
  const owner = new Map(seen.map((one) => [one.slug, one]))
  for (const { first, second, similarity } of await findTwins(texts, embedder)) {
    const [a, b] = [owner.get(texts[first]!.slug)!, owner.get(texts[second]!.slug)!]
    const where = a === b ? `capability ${first - a.from}` : `capability ${first - a.from} of ${a.slug}`
    warn(report, b, {
      rule: 'near-duplicate',
      path: `capabilities.${second - b.from}`,
      message: `says nearly the same as ${where}, "${texts[first]!.name}" (similarity ${similarity.toFixed(2)})`,
    })
  }
}
