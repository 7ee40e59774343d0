import { Buckets, type Claim, charge, trustOf, weightOf } from './buckets.js'
import { Calibration } from './calibration.js'
import { Cells, JOIN } from './cells.js'
import { EXPECTED, FAILED, SELECTED, SUCCEEDED, type Sum } from './counters.js'
import { DAY, grown } from './decay.js'
import { type EvidenceEvent, type Impression, type Match, TOKEN_DAYS } from './events.js'
import { Ledger } from './ledger.js'
import { Needs } from './needs.js'
import { decodeVector, unit } from './vector.js'

/** η of the examination model θ_k = 1/k^η: how attention falls with position. */
const ATTENTION = 1
/** What an outcome adds to the learned needs of a selection, in shares of its weight. */
const SUCCESS_SHARE = 0.5
const FAILURE_SHARE = -1

type Shown = Impression['shown'][number]

/** What became of an event: `ignored` changed nothing because it does not apply (unknown impression, twice, outcome without selection). */
export interface Applied {
  status: 'recorded' | 'capped' | 'ignored'
  weight: number
}
const IGNORED: Applied = { status: 'ignored', weight: 0 }

/** One accepted selection of an impression, with all that taking it back needs. */
export interface Selection {
  weight: number
  at: number
  client: string
  outcome?: 'succeeded' | 'failed'
  outcomeAt?: number
  /** What it said of the first result; absent when nothing. */
  topRight?: boolean
}

/** What has been counted of an impression so far. */
export interface Counted {
  /** Counts up: which impression was matched first. */
  order: number
  /** When it was shown. */
  at: number
  /** Weight of the first accepted match and when: the impression's expectations were counted with them. 0 before. */
  weight: number
  foldedAt: number
  /** Slot and serial of its cell; slot -1 when the need has no embedding. */
  cell: number
  serial: number
  /** By capability id. A selection of weight 0 was capped. */
  selections: Record<string, Selection>
}

/** Selections by capability id and nothing else: an id may be "constructor". */
export const named = (selections: Counted['selections']): Counted['selections'] =>
  Object.assign(Object.create(null), selections)

/**
 * What recorded matches add up to. One class applies events in sequence, alike when they happen and in a replay: the same events give
 * the same numbers bit for bit, however they are batched, because an event's effect depends on the events before it and on nothing else.
 */
export class Evidence {
  readonly ledger = new Ledger()
  readonly cells = new Cells()
  readonly needs = new Needs()
  readonly buckets = new Buckets()
  readonly calibration = new Calibration()
  readonly counted = new Map<string, Counted>()
  /** When each client's first match came, ms. */
  readonly firstSeen = new Map<string, number>()
  readonly barred: ReadonlySet<string>
  /** Sum of all accepted weights when capabilities born up to `through` came into the catalogue, ascending. */
  readonly admissions: { through: number; at: number; weight: number }[] = []
  readonly dirty = new Set<string>()
  /** How many impressions have been matched. */
  impressions = 0
  /** When the first match was counted, ms; the window of every "times matched". */
  since: number | undefined

  /** @param barred clients whose matches are passed over, in the whole log: known before the first event is applied */
  constructor(barred: ReadonlySet<string> = new Set()) {
    this.barred = barred
  }

  /** @param impression the impression that a match belongs to; undefined when it is not known */
  apply(event: EvidenceEvent, impression?: Impression): Applied {
    if (event.kind === 'match') return impression === undefined ? IGNORED : this.match(event.payload, impression)
    if (event.kind === 'admission') {
      const { through, at } = event.payload
      if (through <= (this.admissions.at(-1)?.through ?? Number.NEGATIVE_INFINITY)) return IGNORED
      this.admissions.push({ through, at, weight: this.ledger.overall.get(0)[SELECTED] })
      this.dirty.add('a')
      return { status: 'recorded', weight: 0 }
    }
    return IGNORED
  }

  private match(match: Match, impression: Impression): Applied {
    if (this.barred.has(match.client)) return IGNORED
    this.expire(match.at)
    const position = impression.shown.findIndex(([id]) => id === match.capability)
    if (position < 0) return IGNORED
    const counted = this.counted.get(impression.id)
    if (match.outcome === 'selected') return this.select(match, impression, counted, impression.shown[position]![1])
    const selection = counted?.selections[match.capability]
    if (counted === undefined || selection === undefined) return IGNORED
    this.dirty.add(`i/${impression.id}`)
    return match.outcome === 'retracted'
      ? this.retract(match, impression, counted, selection)
      : this.outcome(match, impression, counted, selection, match.outcome)
  }

  private select(match: Match, impression: Impression, before: Counted | undefined, tool: string): Applied {
    if (before?.selections[match.capability] !== undefined) return IGNORED
    const counted = before ?? this.open(impression)
    this.dirty.add(`i/${impression.id}`)
    const vector = decodeVector(impression.vector)
    const place = counted.weight > 0 ? undefined : this.place(vector)
    const weight = this.weigh(match, impression, counted, tool, place)
    counted.selections[match.capability] = { weight, at: match.at, client: match.client }
    if (weight === 0) return { status: 'capped', weight: 0 }
    this.since ??= match.at
    if (counted.weight === 0) this.fold(impression, counted, vector, weight, match.at, place)
    if (counted.cell >= 0) {
      this.cells.addFlow(counted.cell, weight, match.at)
      this.dirty.add(`z/${counted.cell}`)
    }
    this.count(counted, [match.capability, tool], SELECTED, grown(weight, match.at))
    const cap = this.ledger.capability(match.capability, tool)
    this.ledger.timesMatched[cap]!++
    this.needs.learn(cap, impression.stems, match.client, weight, match.at)
    this.needs.support(cap, impression.stems, 1)
    this.dirty.add(`w/${cap}`)
    return { status: 'recorded', weight }
  }

  private open({ id, at }: Impression): Counted {
    const order = this.impressions++
    const counted: Counted = { order, at, weight: 0, foldedAt: 0, cell: -1, serial: -1, selections: named({}) }
    this.counted.set(id, counted)
    return counted
  }

  /** The weight of a selection; the client's buckets and the capability's day are charged with it. */
  private weigh(
    match: Match,
    impression: Impression,
    counted: Counted,
    tool: string,
    place: number | undefined,
  ): number {
    const { client, at: now } = match
    if (!this.firstSeen.has(client)) {
      this.firstSeen.set(client, now)
      this.dirty.add(`f/${client}`)
    }
    if (match.owns?.includes(tool)) return 0
    const cell = place ?? (counted.cell >= 0 && this.alive(counted) ? counted.cell : -1)
    const claim: Claim = {
      client,
      trust: trustOf(match.known, this.firstSeen.get(client)!, now),
      cell: place !== undefined && place >= 0 ? this.cells.serial(place) : undefined,
      flow: cell >= 0 ? this.cells.flow(cell, now) : 0,
      tool,
      capability: match.capability,
      now,
    }
    let weight = weightOf(this.buckets, claim)
    // a further selection never weighs more than the first of its impression, whose expectations it is held against
    if (counted.weight > 0) weight = Math.min(weight, counted.weight)
    if (weight > 0) {
      // a cell that is about to be founded gets the next serial number
      const serial = place === -1 && impression.vector !== '' ? this.cells.nextSerial : claim.cell
      charge(this.buckets, { ...claim, cell: serial }, weight)
    }
    return weight
  }

  /** Slot of the cell that a need belongs to; -1 when there is none yet. */
  private place(vector: Int8Array): number {
    const direction = unit(vector)
    if (direction === undefined) return -1
    const nearest = this.cells.nearest(direction, 1)[0]
    return nearest !== undefined && nearest.cosine >= JOIN ? nearest.slot : -1
  }

  /** The first accepted match of an impression: everything shown was expected to be chosen a little. */
  private fold(
    impression: Impression,
    counted: Counted,
    vector: Int8Array,
    weight: number,
    at: number,
    place = -1,
  ): void {
    let slot = place
    if (slot < 0 && vector.some((v) => v !== 0)) slot = this.foundCell(vector.length)
    counted.weight = weight
    counted.foldedAt = at
    counted.cell = slot
    counted.serial = slot < 0 ? -1 : this.cells.serial(slot)
    if (slot >= 0) this.cells.move(slot, vector, weight, 1)
    this.expect(impression, counted, 1)
  }

  private foundCell(dims: number): number {
    const full = this.cells.emptiest()
    if (full !== undefined) this.forgetCell(full)
    return this.cells.found(dims)
  }

  private forgetCell(slot: number): void {
    this.ledger.dropCell(slot)
    this.cells.forget(slot)
    this.dirty.add(`z/${slot}`)
  }

  private alive(counted: Counted): boolean {
    const cell = counted.cell < 0 ? undefined : this.cells.all[counted.cell]
    return cell !== undefined && cell.serial === counted.serial
  }

  /** Counts (sign 1) or takes back (−1) the expectations of an impression. */
  private expect(impression: Impression, counted: Counted, sign: 1 | -1): void {
    const { shown, offset } = impression
    const attention = shown.map((_, i) => 1 / (offset + i + 1) ** ATTENTION)
    const total = attention.reduce((sum, x) => sum + x, 0)
    for (const [i, one] of shown.entries()) {
      this.count(counted, one, EXPECTED, sign * grown((counted.weight * attention[i]!) / total, counted.foldedAt))
    }
  }

  private outcome(
    match: Match,
    impression: Impression,
    counted: Counted,
    selection: Selection,
    outcome: 'succeeded' | 'failed',
  ): Applied {
    if (selection.outcome !== undefined) return IGNORED
    selection.outcome = outcome
    selection.outcomeAt = match.at
    if (selection.weight === 0) return { status: 'capped', weight: 0 }
    this.countOutcome(impression, counted, match.capability, selection, 1)
    selection.topRight = topRight(impression, counted, match.capability, outcome)
    this.calibrate(impression, selection, 1)
    return { status: 'recorded', weight: selection.weight }
  }

  private countOutcome(impression: Impression, counted: Counted, id: string, selection: Selection, sign: 1 | -1): void {
    const good = selection.outcome === 'succeeded'
    const amount = sign * grown(selection.weight, selection.outcomeAt!)
    this.count(counted, shownOf(impression, id), good ? SUCCEEDED : FAILED, amount)
    this.teach(impression, id, selection, sign * (good ? SUCCESS_SHARE : FAILURE_SHARE))
  }

  private calibrate({ logit }: Impression, { topRight, weight, outcomeAt }: Selection, sign: 1 | -1): void {
    if (topRight === undefined) return
    this.calibration.count(logit!, topRight, sign * grown(weight, outcomeAt!))
    this.dirty.add('o')
  }

  /** At the time of the selection, so that what an outcome takes away is what the selection gave. */
  private teach(impression: Impression, id: string, selection: Selection, share: number): void {
    const cap = this.ledger.find(id)
    this.needs.learn(cap, impression.stems, selection.client, share * selection.weight, selection.at)
    this.dirty.add(`w/${cap}`)
  }

  private retract(match: Match, impression: Impression, counted: Counted, selection: Selection): Applied {
    delete counted.selections[match.capability]
    if (selection.weight === 0) return { status: 'recorded', weight: 0 }
    if (selection.outcome !== undefined) {
      this.countOutcome(impression, counted, match.capability, selection, -1)
      this.calibrate(impression, selection, -1)
    }
    const shown = shownOf(impression, match.capability)
    this.count(counted, shown, SELECTED, -grown(selection.weight, selection.at))
    this.teach(impression, match.capability, selection, -1)
    const cap = this.ledger.find(match.capability)
    this.needs.support(cap, impression.stems, -1)
    this.ledger.timesMatched[cap]!--
    if (Object.values(counted.selections).every((s) => s.weight === 0)) this.unfold(impression, counted)
    return { status: 'recorded', weight: selection.weight }
  }

  private unfold(impression: Impression, counted: Counted): void {
    this.expect(impression, counted, -1)
    if (this.alive(counted)) {
      const { cell } = counted
      this.cells.move(cell, decodeVector(impression.vector), counted.weight, -1)
      this.dirty.add(`z/${cell}`)
      if (this.cells.all[cell]!.mass <= 0) this.forgetCell(cell)
    }
    counted.weight = 0
    counted.cell = -1
    counted.serial = -1
  }

  /** Adds to a sum at every level: cell × capability, capability, tool, overall. */
  private count(counted: Counted, [id, tool]: Shown, sum: Sum, amount: number): void {
    this.ledger.add(this.alive(counted) ? counted.cell : -1, id, tool, sum, amount)
    this.dirty.add('g')
  }

  private expire(now: number): void {
    for (const [id, counted] of this.counted) {
      if (counted.at + TOKEN_DAYS * DAY >= now) return
      this.counted.delete(id)
      this.dirty.add(`i/${id}`)
    }
  }
}

/** A result that was shown, with the tool that it was shown as belonging to. */
const shownOf = ({ shown }: Impression, id: string): Shown => shown.find(([other]) => other === id)!

/** Whether an outcome shows the first result right or wrong. One further down that served says that the first, passed over, did not. */
function topRight(
  { logit, shown }: Impression,
  { selections }: Counted,
  capability: string,
  outcome: 'succeeded' | 'failed',
): boolean | undefined {
  if (logit === undefined) return undefined
  const first = shown[0]![0]
  if (capability === first) return outcome === 'succeeded'
  return outcome === 'succeeded' && selections[first] === undefined ? false : undefined
}
