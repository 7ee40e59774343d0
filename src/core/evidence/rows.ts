import type { Counts } from './counters.js'
import { type Counted, Evidence, named } from './evidence.js'
import type { PackedNeeds } from './needs.js'

/** One stored part of the evidence; null when it is gone. Same shape as the store's `EvidenceRow`. */
export interface Row {
  key: string
  value: string | null
}

/** The row under a key, as it is now. Keys: g overall, a admissions, o calibration, s since when, t/ tools, c/ capabilities, w/ the words they have learned, e/ edges, z/ cells, i/ impressions, f/ first seen, b/ buckets, x/ barred. */
function rowOf(evidence: Evidence, key: string): Row {
  const { ledger } = evidence
  const rest = key.slice(2)
  const json = (value: unknown): Row => ({ key, value: value === undefined ? null : JSON.stringify(value) })
  switch (key[0]) {
    case 'g':
      return json(ledger.overall.get(0))
    case 'a':
      return json(evidence.admissions)
    case 'o':
      return json([...evidence.calibration.sums])
    case 't':
      return json([ledger.toolSlugs[Number(rest)], ledger.tools.get(Number(rest))])
    case 'c': {
      const cap = Number(rest)
      const { capabilityIds, capabilities, toolOf, timesMatched } = ledger
      return json([capabilityIds[cap], toolOf[cap], timesMatched[cap], capabilities.get(cap)])
    }
    case 'w':
      return json(evidence.needs.pack(Number(rest)))
    case 'e': {
      const [cell, cap] = rest.split('/').map(Number)
      return json(ledger.edge(cell!, cap!))
    }
    case 'z':
      return { key, value: evidence.cells.all[Number(rest)] === undefined ? null : evidence.cells.pack(Number(rest)) }
    case 'i':
      return json(evidence.counted.get(rest))
    case 'f':
      return json(evidence.firstSeen.get(rest))
    case 'b':
      return json(evidence.buckets.pack(rest))
    default:
      throw new Error(`no evidence row is called ${key}`)
  }
}

/** Rows that need no key of their own among the dirty ones: written with every batch. */
const always = (evidence: Evidence): Row[] => [
  { key: 's', value: JSON.stringify([evidence.since ?? null, evidence.cells.nextSerial, evidence.impressions]) },
]

/** The rows that changed since the last call; the evidence is clean afterwards. */
export function drainRows(evidence: Evidence): Row[] {
  const { dirty, buckets, ledger } = evidence
  const keys = [...dirty, ...ledger.drain(), ...[...buckets.dirty].map((key) => `b/${key}`)]
  dirty.clear()
  buckets.dirty.clear()
  if (keys.length === 0) return []
  return [...keys.map((key) => rowOf(evidence, key)), ...always(evidence)]
}

/** Everything, as rows. Two evidences with equal rows are equal bit for bit: numbers are written so that they read back the same. */
export function* allRows(evidence: Evidence): Generator<Row> {
  const { ledger } = evidence
  yield rowOf(evidence, 'g')
  yield rowOf(evidence, 'a')
  yield rowOf(evidence, 'o')
  yield* always(evidence)
  for (let i = 0; i < ledger.toolSlugs.length; i++) yield rowOf(evidence, `t/${i}`)
  for (let i = 0; i < ledger.capabilityIds.length; i++) {
    yield rowOf(evidence, `c/${i}`)
    const words = rowOf(evidence, `w/${i}`)
    if (words.value !== null) yield words
  }
  for (let slot = 0; slot < evidence.cells.all.length; slot++) {
    if (evidence.cells.all[slot] === undefined) continue
    yield rowOf(evidence, `z/${slot}`)
    for (const cap of ledger.edgesOf(slot)?.caps() ?? []) yield rowOf(evidence, `e/${slot}/${cap}`)
  }
  for (const id of evidence.counted.keys()) yield rowOf(evidence, `i/${id}`)
  for (const client of evidence.firstSeen.keys()) yield rowOf(evidence, `f/${client}`)
  for (const key of evidence.buckets.keys()) yield rowOf(evidence, `b/${key}`)
}

/** Takes evidence in that was written as rows, one at a time and in any order: millions of them need not be in memory at once. */
export class RowReader {
  private readonly evidence: Evidence
  private readonly tools: [number, string, Counts][] = []
  private readonly capabilities: [number, [string, number, number, Counts, PackedNeeds?]][] = []
  private readonly counted: [string, Counted][] = []
  private nextSerial = 0
  // biome-ignore lint/suspicious/noExplicitAny: each kind of row has its own shape, written by `rowOf`
  private readonly readers: Record<string, (rest: string, value: any) => void> = {
    g: (_, value) => this.evidence.ledger.overall.set(0, value),
    a: (_, value) => this.evidence.admissions.push(...value),
    o: (_, value) => this.evidence.calibration.sums.set(value),
    s: (_, [since, nextSerial, impressions]) => {
      this.evidence.since = since ?? undefined
      this.nextSerial = nextSerial
      this.evidence.impressions = impressions
    },
    t: (rest, [slug, counts]) => this.tools.push([Number(rest), slug, counts]),
    c: (rest, value) => this.capabilities.push([Number(rest), value]),
    w: (rest, value) => this.evidence.needs.restore(Number(rest), value),
    e: (rest, value) => {
      const [cell, cap] = rest.split('/')
      this.evidence.ledger.setEdge(Number(cell), Number(cap), value)
    },
    i: (rest, value) => this.counted.push([rest, { ...value, selections: named(value.selections) }]),
    f: (rest, value) => this.evidence.firstSeen.set(rest, value),
    b: (rest, value) => this.evidence.buckets.restore(rest, value),
  }

  /** @param barred clients whose matches are passed over; complete before the first event is applied */
  constructor(barred?: ReadonlySet<string>) {
    this.evidence = new Evidence(barred)
  }

  add({ key, value }: Row): void {
    if (value === null) return
    const rest = key.slice(2)
    if (key[0] === 'z') this.evidence.cells.restore(Number(rest), value)
    else this.readers[key[0]!]!(rest, JSON.parse(value))
  }

  /** After the last row. */
  finish(): Evidence {
    const { ledger, cells, needs, counted, dirty } = this.evidence
    cells.restored(this.nextSerial)
    this.tools.sort((a, b) => a[0] - b[0])
    for (const [, slug, counts] of this.tools) ledger.tools.set(ledger.tool(slug), counts)
    this.capabilities.sort((a, b) => a[0] - b[0])
    for (const [, [id, tool, times, counts, packed]] of this.capabilities) {
      const cap = ledger.capability(id, ledger.toolSlugs[tool]!)
      ledger.capabilities.set(cap, counts)
      ledger.timesMatched[cap] = times
      if (!packed) continue
      // rows of before kept the words here: they are written anew, since this row will be without them
      needs.restore(cap, packed)
      dirty.add(`w/${cap}`)
    }
    // in the order in which they were first matched: expiry looks at the first
    this.counted.sort((a, b) => a[1].order - b[1].order)
    for (const [id, one] of this.counted) counted.set(id, one)
    return this.evidence
  }
}
