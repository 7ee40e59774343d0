import type { Counts } from './counters.js'
import { type Counted, Evidence } from './evidence.js'
import type { PackedNeeds } from './needs.js'

/** One stored part of the evidence; null when it is gone. Same shape as the store's `EvidenceRow`. */
export interface Row {
  key: string
  value: string | null
}

/** The row under a key, as it is now. Keys: g overall, a admissions, o calibration, s since when, t/ tools, c/ capabilities, e/ edges, z/ cells, i/ impressions, f/ first seen, b/ buckets, x/ barred. */
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
      return json([
        capabilityIds[cap],
        toolOf[cap],
        timesMatched[cap],
        capabilities.get(cap),
        evidence.needs.pack(cap) ?? null,
      ])
    }
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
      return json(evidence.buckets.all.get(rest))
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
  const { dirty, buckets } = evidence
  if (dirty.size === 0 && buckets.dirty.size === 0) return []
  const rows = [...[...dirty].map((key) => rowOf(evidence, key)), ...always(evidence)]
  for (const key of buckets.dirty) rows.push(rowOf(evidence, `b/${key}`))
  dirty.clear()
  buckets.dirty.clear()
  return rows
}

/** Everything, as rows. Two evidences with equal rows are equal bit for bit: numbers are written so that they read back the same. */
export function* allRows(evidence: Evidence): Generator<Row> {
  const { ledger } = evidence
  yield rowOf(evidence, 'g')
  yield rowOf(evidence, 'a')
  yield rowOf(evidence, 'o')
  yield* always(evidence)
  for (let i = 0; i < ledger.toolSlugs.length; i++) yield rowOf(evidence, `t/${i}`)
  for (let i = 0; i < ledger.capabilityIds.length; i++) yield rowOf(evidence, `c/${i}`)
  for (let slot = 0; slot < evidence.cells.all.length; slot++) {
    if (evidence.cells.all[slot] === undefined) continue
    yield rowOf(evidence, `z/${slot}`)
    for (const cap of ledger.edgesOf(slot)?.caps() ?? []) yield rowOf(evidence, `e/${slot}/${cap}`)
  }
  for (const id of evidence.counted.keys()) yield rowOf(evidence, `i/${id}`)
  for (const client of evidence.firstSeen.keys()) yield rowOf(evidence, `f/${client}`)
  for (const key of evidence.buckets.all.keys()) yield rowOf(evidence, `b/${key}`)
}

/** The evidence that was written as rows, in any order. */
export function restoreRows(rows: Iterable<Row>, barred: Iterable<string> = []): Evidence {
  const evidence = new Evidence(barred)
  const { ledger, cells } = evidence
  const tools: [number, string, Counts][] = []
  const capabilities: [number, [string, number, number, Counts, PackedNeeds | null]][] = []
  const counted: [string, Counted][] = []
  let nextSerial = 0
  for (const { key, value } of rows) {
    if (value === null) continue
    const rest = key.slice(2)
    if (key[0] === 'z') {
      cells.restore(Number(rest), value)
      continue
    }
    const parsed = JSON.parse(value)
    if (key === 'g') ledger.overall.set(0, parsed)
    else if (key === 'a') evidence.admissions.push(...parsed)
    else if (key === 'o') evidence.calibration.sums.set(parsed)
    else if (key === 's') {
      evidence.since = parsed[0] ?? undefined
      nextSerial = parsed[1]
      evidence.impressions = parsed[2]
    } else if (key[0] === 't') tools.push([Number(rest), ...(parsed as [string, Counts])])
    else if (key[0] === 'c') capabilities.push([Number(rest), parsed])
    else if (key[0] === 'e') {
      const [cell, cap] = rest.split('/').map(Number)
      ledger.setEdge(cell!, cap!, parsed)
    } else if (key[0] === 'i') counted.push([rest, parsed])
    else if (key[0] === 'f') evidence.firstSeen.set(rest, parsed)
    else if (key[0] === 'b') evidence.buckets.all.set(rest, parsed)
  }
  cells.restored(nextSerial)
  tools.sort((a, b) => a[0] - b[0])
  for (const [, slug, counts] of tools) ledger.tools.set(ledger.tool(slug), counts)
  capabilities.sort((a, b) => a[0] - b[0])
  for (const [, [id, tool, times, counts, needs]] of capabilities) {
    const cap = ledger.capability(id, ledger.toolSlugs[tool]!)
    ledger.capabilities.set(cap, counts)
    ledger.timesMatched[cap] = times
    if (needs !== null) evidence.needs.restore(cap, needs)
  }
  // in the order in which they were first matched: expiry looks at the first
  counted.sort((a, b) => a[1].order - b[1].order)
  for (const [id, one] of counted) evidence.counted.set(id, one)
  return evidence
}
