import type { GrowthPoint, GrowthReport, Report, Row } from './report.js'

type Cell = (row: Row) => string | undefined

/** A number as people read it: three digits that count, thousands set apart. */
export const short = (value: number | undefined): string | undefined =>
  value === undefined
    ? undefined
    : value.toLocaleString('en', { maximumSignificantDigits: value >= 100 ? Math.ceil(Math.log10(value + 1)) : 3 })

const COLUMNS: readonly (readonly [string, Cell])[] = [
  ['', (row) => (row.name.startsWith('matchgraph') ? `**${row.name}**` : row.name)],
  ['CPU ms a query', ({ search }) => short(search?.cpuMs)],
  ['p50 ms', ({ search }) => short(search?.p50)],
  ['p99 ms', ({ search }) => short(search?.p99)],
  ['searches/s', ({ search }) => short(search?.perSecond)],
  ['with 32 connections', ({ perSecond32 }) => short(perSecond32)],
  ['recall@10', ({ recall }) => recall?.toFixed(3).replace(/^0/, '')],
  ['build s', ({ build }) => short(build?.seconds)],
  ['build CPU s', ({ build }) => short(build?.cpuSeconds)],
  ['load ms', ({ loadMs }) => short(loadMs)],
  ['memory MB', ({ rssMb }) => short(rssMb)],
  ['disk MB', ({ diskMb }) => short(diskMb)],
  ['inserts/s', ({ insert }) => short(insert?.insertsPerSecond)],
  ['p99 ms, idle → inserting', ({ insert }) => insert && `${short(insert.idleP99)} → ${short(insert.p99)}`],
  ['reindexing', ({ reindex }) => reindex && `${short(reindex.idleP99)} → ${short(reindex.p99)}`],
]

const KINDS = { hybrid: 'Hybrid: words and vectors', text: 'Words only', vectors: 'Vectors only, no texts' } as const

/** One table a kind of answer, because only answers of a kind compare. */
export function tableOf({ rows, workload, machine, date }: Report): string {
  const { capabilities, dims, catalogue, asked } = workload
  const counts = rows.map(({ search }) => search?.queries ?? 0)
  const intro =
    `${capabilities.toLocaleString('en')} capabilities (${catalogue}), ${dims} dimensions, ${Math.max(...counts)} queries (${asked}); ` +
    `${onMachine(machine)}, ${date}.`
  const tables = Object.entries(KINDS).flatMap(([kind, title]) => {
    const some = rows.filter((row) => row.kind === kind)
    return some.length === 0 ? [] : [`${title}\n\n${markdown(COLUMNS, some)}`]
  })
  return [intro, ...tables, notesOf(rows)].filter(Boolean).join('\n\n')
}

/** Beyond as many processes as cores, wall time tells of the others; CPU time stays that of the search. */
function onMachine({ cores, cpu, node, load }: Report['machine']): string {
  const busy =
    load > cores * 1.5
      ? ` on a busy machine (load ${short(load)}): compare CPU, and wall times only with each other`
      : ''
  return `${cores} cores of ${cpu}, Node ${node}${busy}`
}

function notesOf(rows: readonly Row[]): string {
  const most = Math.max(...rows.map(({ search }) => search?.queries ?? 0))
  return rows
    .map((row) => {
      const { search, insert, notes, versions, how, name } = row
      const said = [
        ...(search && search.queries < most ? [`${search.queries} queries in its time`] : []),
        ...(insert && insert.inserted < 1000 ? [`${insert.inserted} of 1,000 inserted in its time`] : []),
        ...notes,
      ]
      const numbers = Object.entries(versions).map(([one, version]) => `${one} ${version}`)
      return `- ${name}${numbers.length > 0 ? ` (${numbers.join(', ')})` : ''}: ${how}.${said.length > 0 ? ` **${said.join('; ')}.**` : ''}`
    })
    .join('\n')
}

/** Where the time of one of our searches goes, and what HTTP adds to it. */
export function stagesOf(rows: readonly Row[]): string {
  const own = rows.find(({ stages }) => stages)
  if (!own?.stages || !own.search) return ''
  const http = rows.find(({ name, search }) => search && name.endsWith('HTTP'))
  const inStages = Object.values(own.stages).reduce((sum, ms) => sum + ms, 0)
  const all: Record<string, number> = {
    ...own.stages,
    'all else': own.search.meanMs - inStages,
    ...(http?.search && { HTTP: http.search.meanMs - own.search.meanMs }),
  }
  const columns = Object.entries(all).map(([stage, ms]) => [stage, () => ms.toFixed(3)] as const)
  return `Where the time goes, mean milliseconds a search\n\n${markdown(columns, [own])}`
}

const GROWTH: readonly (readonly [string, (point: GrowthPoint) => string | undefined])[] = [
  ['capabilities', ({ capabilities }) => capabilities.toLocaleString('en')],
  ['CPU ms a query', ({ row }) => short(row.search?.cpuMs)],
  ['p50 ms', ({ row }) => short(row.search?.p50)],
  ['p99 ms', ({ row }) => short(row.search?.p99)],
  ['recall@10', ({ row }) => row.recall?.toFixed(3).replace(/^0/, '')],
  ['build s', ({ row }) => short(row.build?.seconds)],
  ['build CPU s', ({ row }) => short(row.build?.cpuSeconds)],
  ['memory MB, building', ({ row }) => short(row.build?.peakMb)],
  ['memory MB, serving', ({ row }) => short(row.rssMb)],
  ['load ms', ({ row }) => short(row.loadMs)],
  ['disk MB', ({ row }) => short(row.diskMb)],
]

export function growthTable({ points, notes, machine, date }: GrowthReport): string {
  const intro = `${onMachine(machine)}, ${date}.`
  return [intro, '', markdown(GROWTH, points), '', ...notes.map((note) => `- ${note}`)].join('\n').trimEnd()
}

function markdown<R>(
  columns: readonly (readonly [string, (row: R) => string | undefined])[],
  rows: readonly R[],
): string {
  // a column that nobody fills says nothing
  const used = columns.filter(([, cell]) => rows.some((row) => cell(row) !== undefined))
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(used.map(([title]) => title)),
    line(used.map((_, i) => (i === 0 ? '---' : '--:'))),
    ...rows.map((row) => line(used.map(([, cell]) => cell(row) ?? '–'))),
  ].join('\n')
}
