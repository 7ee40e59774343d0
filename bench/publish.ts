import fs from 'node:fs'
import path from 'node:path'
import { type Bar, bars, curves } from './chart.js'
import { PEERS } from './peer.js'
import type { GrowthReport, Report } from './report.js'
import { growthTable, stagesOf, tableOf } from './table.js'

const README = path.join(PEERS, '../README.md')

/** What one run leaves behind: numbers, charts, text. */
export interface Findings {
  name: string
  json: Report | GrowthReport
  svg: string
  markdown: string
}

export function findingsOf(report: Report): Findings {
  const all: Bar[] = report.rows.flatMap(({ name, kind, search }) =>
    kind === 'hybrid' && search ? [{ name, value: search.cpuMs, own: name.startsWith('matchgraph') }] : [],
  )
  const { capabilities } = report.workload
  return {
    name: 'peers',
    json: report,
    svg: bars(`CPU for one hybrid search over ${capabilities.toLocaleString('en')} capabilities`, 'ms', all),
    markdown: [tableOf(report), stagesOf(report.rows)].filter(Boolean).join('\n\n'),
  }
}

export function growthFindings(report: GrowthReport): Findings {
  const panel = (title: string, of: (point: GrowthReport['points'][number]) => number | undefined) => ({
    title,
    points: report.points.flatMap((point) => {
      const value = of(point)
      return value === undefined ? [] : [[point.capabilities, value] as const]
    }),
  })
  const panels = [
    panel('p50, ms', ({ row }) => row.search?.p50),
    panel('p99, ms', ({ row }) => row.search?.p99),
    panel('memory, MB', ({ row }) => row.rssMb),
    panel('build, s', ({ row }) => row.build?.seconds),
  ].filter(({ points }) => points.length > 0)
  return {
    name: 'growth',
    json: report,
    svg: curves('What grows how (both axes logarithmic)', panels),
    markdown: growthTable(report),
  }
}

/** Writes NAME.json and NAME.svg into a folder. */
export function write({ name, json, svg }: Findings, folder: string): void {
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(json, rounded, 1)}\n`)
  fs.writeFileSync(path.join(folder, `${name}.svg`), svg)
}

/** Measurements have no more than four digits that mean something. */
const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value

/** Keeps the findings in the repository and puts their table between the README's markers. */
export function publish(findings: Findings, readme = README, folder = path.join(PEERS, 'published')): void {
  const { name, json, markdown } = findings
  write(findings, folder)
  const text = fs.readFileSync(readme, 'utf8')
  const [start, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`]
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${readme} has no ${start} … ${end}`)
  const picture = `![${name}](bench/published/${name}.svg)`
  const made = [start, `Made by \`${json.command}\`.`, picture, markdown, end].join('\n\n')
  fs.writeFileSync(readme, text.slice(0, from) + made + text.slice(to + end.length))
}
