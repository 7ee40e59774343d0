import { growTo, roomFor } from '../typed.js'
import { DAY, decayed, HALF_LIFE } from './decay.js'

/**
 * Weights below this are 0: a full bucket that decay has opened a crack takes nothing.
 * Also the granule in which intent cells count their mass.
 */
export const LEAST_WEIGHT = 1 / 64
/** A new anonymous client counts this much, growing to 1 over `TRUST_DAYS`. */
const NEW_TRUST = 0.25
const TRUST_DAYS = 7
/** What all clients together that are not yet trusted may add to one capability. Pools that grow with the number of networks let 200 sybils in. */
const NEWCOMER_POOL = 0.5
/** What one fully trusted client may hold: in one cell, on one tool, altogether. */
const CELL_CAP = 1
const TOOL_CAP = 1
const CLIENT_CAP = 60
/**
 * What a capability takes at once, or this share of its cell's usual daily flow; it may take as much again two hours later. A bucket of a
 * day either lets a burst of a few aged networks through (2 and twice the flow: 14 places up) or starves better tools that come late.
 */
const BURST = 1.25
const BURST_FLOW = 0.15
const BURST_HALF_LIFE = 1 / 12

/** Leaky buckets, keyed by name; they empty as the evidence they let through decays. In columns: there are a few for every match. */
export class Buckets {
  private readonly slots = new Map<string, number>()
  private masses = new Float64Array(64)
  /** When each mass was right, ms. */
  private times = new Float64Array(64)
  readonly dirty = new Set<string>()

  keys(): Iterable<string> {
    return this.slots.keys()
  }

  pack(key: string): [mass: number, at: number] | undefined {
    const slot = this.slots.get(key)
    return slot === undefined ? undefined : [this.masses[slot]!, this.times[slot]!]
  }

  restore(key: string, [mass, at]: [number, number]): void {
    const slot = this.open(key)
    this.masses[slot] = mass
    this.times[slot] = at
  }

  free(key: string, size: number, now: number, halfLife = HALF_LIFE): number {
    const slot = this.slots.get(key)
    return slot === undefined ? 1 : Math.max(0, 1 - this.mass(slot, halfLife, now) / size)
  }

  fill(key: string, amount: number, now: number, halfLife = HALF_LIFE): void {
    const slot = this.open(key)
    this.masses[slot] = this.mass(slot, halfLife, now) + amount
    this.times[slot] = Math.max(now, this.times[slot]!)
    this.dirty.add(key)
  }

  private mass(slot: number, halfLife: number, now: number): number {
    return decayed(this.masses[slot]!, this.times[slot]!, now, halfLife)
  }

  private open(key: string): number {
    const known = this.slots.get(key)
    if (known !== undefined) return known
    const slot = this.slots.size
    this.slots.set(key, slot)
    const room = roomFor(this.masses.length, slot + 1)
    this.masses = growTo(this.masses, room)
    this.times = growTo(this.times, room)
    return slot
  }
}

/** Trust in a client: 1 with an operator's key, else it grows with the time since its first match. */
export const trustOf = (known: boolean, firstSeen: number, now: number): number =>
  known ? 1 : Math.min(1, NEW_TRUST + (1 - NEW_TRUST) * Math.max(0, (now - firstSeen) / (TRUST_DAYS * DAY)))

export interface Claim {
  client: string
  trust: number
  /** Serial number of the intent cell; undefined for a further selection of the same impression, which the cell has already counted. */
  cell?: number
  /** The cell's usual daily flow of weight. */
  flow: number
  tool: string
  capability: string
  now: number
}

/** How much this match may count: `trust` times what the fullest of its buckets leaves, times what the capability's day leaves. */
export function weightOf(buckets: Buckets, claim: Claim): number {
  const { client, trust, now } = claim
  let free = Math.min(
    buckets.free(`t/${client}/${claim.tool}`, TOOL_CAP * trust, now),
    buckets.free(`a/${client}`, CLIENT_CAP * trust, now),
  )
  if (claim.cell !== undefined) free = Math.min(free, buckets.free(`z/${client}/${claim.cell}`, CELL_CAP * trust, now))
  if (trust < 1) free = Math.min(free, buckets.free(`n/${claim.capability}`, NEWCOMER_POOL, now))
  const weight =
    trust * free * buckets.free(`d/${claim.capability}`, Math.max(BURST, BURST_FLOW * claim.flow), now, BURST_HALF_LIFE)
  return weight < LEAST_WEIGHT ? 0 : weight
}

/** Fills the buckets of an accepted match. */
export function charge(buckets: Buckets, claim: Claim, weight: number): void {
  const { client, now } = claim
  buckets.fill(`t/${client}/${claim.tool}`, weight, now)
  buckets.fill(`a/${client}`, weight, now)
  if (claim.cell !== undefined) buckets.fill(`z/${client}/${claim.cell}`, weight, now)
  if (claim.trust < 1) buckets.fill(`n/${claim.capability}`, weight, now)
  buckets.fill(`d/${claim.capability}`, weight, now, BURST_HALF_LIFE)
}
