import type { EvidenceEvent } from '../../src/core/evidence/events.js'
import type { LogStore } from '../../src/store/store.js'
import type { RecordedNeed } from './tune.js'

/** What a report adds to the weight of need → capability, times the weight that evidence gave the match. */
const OUTCOME_WEIGHT = { selected: 0.5, succeeded: 1, failed: -1, retracted: 0 }

/**
 * Needs and the capabilities chosen for them, from the event log: what succeeded counts most, what failed counts against.
 * Needs whose words were not kept, and clients that the operator took out of the count, are left out.
 */
export async function recordedNeeds(log: Pick<LogStore, 'events'>): Promise<RecordedNeed[]> {
  const queries = new Map<string, string>()
  const matches = new Map<string, { impression: string; capability: string; client: string; weight: number }>()
  const barred = new Map<string, boolean>()
  for await (const { kind, payload } of log.events(0)) {
    const event = { kind, payload } as EvidenceEvent
    if (event.kind === 'impression' && event.payload.query) queries.set(event.payload.id, event.payload.query)
    if (event.kind === 'verdict') barred.set(event.payload.client, event.payload.barred)
    if (event.kind !== 'match' || !queries.has(event.payload.impression)) continue
    const { impression, capability, client, outcome, weight = 1 } = event.payload
    const key = `${impression} ${capability} ${client}`
    const match = matches.get(key) ?? { impression, capability, client, weight: 0 }
    match.weight = outcome === 'retracted' ? 0 : match.weight + OUTCOME_WEIGHT[outcome] * weight
    matches.set(key, match)
  }
  const needs = new Map<string, RecordedNeed>()
  for (const { impression, capability, client, weight } of matches.values()) {
    if (barred.get(client)) continue
    const query = queries.get(impression)!
    const key = `${query.trim().toLowerCase()}\n${capability}`
    const need = needs.get(key) ?? { query, capability, weight: 0 }
    need.weight += weight
    needs.set(key, need)
  }
  return [...needs.values()].filter((need) => need.weight > 0)
}
