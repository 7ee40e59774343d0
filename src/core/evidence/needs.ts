import { growTo, roomFor } from '../typed.js'
import { grown } from './decay.js'
import { gallop } from './gallop.js'

/** A capability keeps at most this many stems of the needs it served. */
const STEM_LIMIT = 256
/** tn(c,t) = W/max(¼, len/avglen) · n/(n + TRUST_AFTER): few matches say little, however few their words. */
const TRUST_AFTER = 20
const LEAST_LENGTH = 0.25
/** BM25's k1, as in the text's own keyword score. */
export const K1 = 1.2
/** How many postings one query may walk in search of further candidates, rarest stems first. */
const WALK = 1024

/** The words of the needs that one capability has served. All weights are forward-decayed whole numbers. */
interface Learned {
  stems: number[]
  weights: number[]
  /** The only client that used a stem so far; '' once a second one did: then the stem is open and nobody's name is kept. */
  first: string[]
  /** How many matches support the stem; at 0 it goes. */
  support: number[]
}

/** The learned field's inverted list of one stem: capabilities, ascending, and their weights beside them. */
interface Posting {
  caps: number[]
  weights: number[]
}

export type PackedNeeds = [n: number, stems: [stem: string, weight: number, first: string, support: number][]]

/** Words of the needs that capabilities have served: the learned field of the keyword score, with postings for finding. */
export class Needs {
  private readonly ids = new Map<string, number>()
  private readonly texts: string[] = []
  /** By stem: the capabilities it is open for. */
  private readonly postings: Posting[] = []
  /** Score of each capability in the query at hand; all 0 between queries. */
  private scores = new Float64Array(1024)
  private readonly learned: (Learned | undefined)[] = []
  /** Two by capability: the decayed number of matches, and the sum of the open weights. Apart from the words, because every query reads many. */
  private counts = new Float64Array(2048)
  private totalLength = 0
  private withLength = 0

  /** How much one selection has taught: `share` of `weight`, for each stem, at the time of the selection. Negative to take back. */
  learn(cap: number, stems: readonly string[], client: string, weight: number, at: number): void {
    const amount = grown(weight, at)
    if (amount === 0) return
    this.learned[cap] ??= this.blank(cap)
    const own = this.learned[cap]
    this.counts[cap * 2]! += amount
    for (const text of stems) this.add(cap, own, this.intern(text), client, amount)
    if (own.stems.length > STEM_LIMIT) this.shed(cap, own)
  }

  /** Marks (+1) or unmarks (−1) one more selection as support of the stems; unsupported ones are dropped. */
  support(cap: number, stems: readonly string[], by: 1 | -1): void {
    const own = this.learned[cap]
    if (own === undefined) return
    for (const text of stems) {
      const at = own.stems.indexOf(this.ids.get(text) ?? -1)
      if (at < 0) continue
      own.support[at]! += by
      if (own.support[at]! <= 0) this.drop(cap, own, at)
    }
    if (own.stems.length === 0 && this.counts[cap * 2] === 0) this.learned[cap] = undefined
  }

  /** How many capabilities a stem is open for. */
  frequency(stem: string): number {
    const id = this.ids.get(stem)
    return id === undefined ? 0 : this.postings[id]!.caps.length
  }

  /**
   * The learned term frequencies of a query's stems for each of some capabilities, which ascend, written into the row of `out` that `numbers` says
   * (`rows × stems`); `factor` is `reading(now)`. Answers whether any is above 0.
   */
  frequencies(
    stems: readonly string[],
    caps: Int32Array,
    numbers: Int32Array,
    factor: number,
    out: Float32Array,
  ): boolean {
    let any = false
    for (const [s, stem] of stems.entries()) {
      const id = this.ids.get(stem)
      if (id === undefined) continue
      const posting = this.postings[id]!
      const end = posting.caps.length
      for (let i = 0, at = 0; i < caps.length && at < end; i++) {
        const cap = caps[i]!
        at = gallop(posting.caps, at, end, cap)
        if (at === end || posting.caps[at] !== cap || !(posting.weights[at]! > 0 && this.counts[cap * 2 + 1]! > 0))
          continue
        out[numbers[i]! * stems.length + s] = posting.weights[at]! * this.scale(cap, factor)
        any = true
      }
    }
    return any
  }

  /** Capabilities whose learned words fit the query best, best first, at most `limit`. Walks at most `WALK` postings. */
  find(stems: readonly string[], idf: ArrayLike<number>, factor: number, limit: number): number[] {
    const known = stems
      .map((stem, s) => ({ stem, id: this.ids.get(stem) ?? -1, idf: idf[s]! }))
      .filter((t) => t.id >= 0 && this.postings[t.id]!.caps.length > 0)
      .sort((a, b) => this.postings[a.id]!.caps.length - this.postings[b.id]!.caps.length || (a.stem < b.stem ? -1 : 1))
    if (this.scores.length < this.learned.length) this.scores = new Float64Array(this.learned.length * 2)
    const { scores } = this
    const touched: number[] = []
    const { counts } = this
    const perLength = this.withLength / this.totalLength
    let left = WALK
    for (const { id, idf: weight } of known) {
      const { caps, weights } = this.postings[id]!
      if (caps.length > left) break
      left -= caps.length
      for (let i = 0; i < caps.length; i++) {
        const cap = caps[i]!
        if (scores[cap] === 0) touched.push(cap)
        // tn/(tn + K1) with tn as in `scale`, as one quotient
        const n = counts[cap * 2]! * factor
        const part = Math.max(0, weights[i]!) * factor * n
        const rest = Math.max(LEAST_LENGTH, counts[cap * 2 + 1]! * perLength) * (n + TRUST_AFTER)
        // never 0 again, so that it is touched once
        scores[cap]! += Number.MIN_VALUE + (weight * part) / (part + K1 * rest)
      }
    }
    const best = highest(touched, scores, limit)
    for (const cap of touched) scores[cap] = 0
    return best
  }

  pack(cap: number): PackedNeeds | undefined {
    const own = this.learned[cap]
    if (own === undefined) return undefined
    return [
      this.counts[cap * 2]!,
      own.stems.map((id, i) => [this.texts[id]!, own.weights[i]!, own.first[i]!, own.support[i]!]),
    ]
  }

  restore(cap: number, [n, stems]: PackedNeeds): void {
    const own = this.blank(cap)
    this.learned[cap] = own
    this.counts[cap * 2] = n
    for (const [text, weight, first, support] of stems) {
      own.stems.push(this.intern(text))
      own.weights.push(weight)
      own.first.push(first)
      own.support.push(support)
      if (first === '') {
        this.post(own.stems.at(-1)!, cap, weight)
        this.lengthen(cap, weight)
      }
    }
  }

  private blank(cap: number): Learned {
    this.counts = growTo(this.counts, roomFor(this.counts.length, cap * 2 + 2))
    this.counts.fill(0, cap * 2, cap * 2 + 2)
    return { stems: [], weights: [], first: [], support: [] }
  }

  private scale(cap: number, factor: number): number {
    const n = this.counts[cap * 2]! * factor
    // W/(len/avglen) is the same in grown and in decayed numbers but for one factor
    const length = this.counts[cap * 2 + 1]! / (this.totalLength / this.withLength)
    return ((factor / Math.max(LEAST_LENGTH, length)) * n) / (n + TRUST_AFTER)
  }

  private add(cap: number, own: Learned, id: number, client: string, amount: number): void {
    let at = own.stems.indexOf(id)
    if (at < 0) {
      at = own.stems.push(id) - 1
      own.weights.push(0)
      own.first.push(client)
      own.support.push(0)
    }
    if (own.first[at] !== '' && own.first[at] !== client) {
      own.first[at] = ''
      this.post(id, cap, own.weights[at]!)
      this.lengthen(cap, own.weights[at]!)
    }
    own.weights[at]! += amount
    if (own.first[at] === '') {
      const { caps, weights } = this.postings[id]!
      weights[gallop(caps, 0, caps.length, cap)]! += amount
      this.lengthen(cap, amount)
    }
  }

  private drop(cap: number, own: Learned, at: number): void {
    if (own.first[at] === '') {
      this.lengthen(cap, -own.weights[at]!)
      const { caps, weights } = this.postings[own.stems[at]!]!
      const place = gallop(caps, 0, caps.length, cap)
      caps.splice(place, 1)
      weights.splice(place, 1)
    }
    for (const list of [own.stems, own.weights, own.first, own.support]) list.splice(at, 1)
  }

  /** Drops the lightest stems down to the limit. */
  private shed(cap: number, own: Learned): void {
    while (own.stems.length > STEM_LIMIT) {
      let least = 0
      for (let i = 1; i < own.weights.length; i++) if (own.weights[i]! < own.weights[least]!) least = i
      this.drop(cap, own, least)
    }
  }

  private lengthen(cap: number, amount: number): void {
    if (this.counts[cap * 2 + 1]! > 0) this.withLength--
    this.counts[cap * 2 + 1]! += amount
    this.totalLength += amount
    if (this.counts[cap * 2 + 1]! > 0) this.withLength++
  }

  private post(id: number, cap: number, weight: number): void {
    const { caps, weights } = this.postings[id]!
    const place = gallop(caps, 0, caps.length, cap)
    caps.splice(place, 0, cap)
    weights.splice(place, 0, weight)
  }

  private intern(text: string): number {
    let id = this.ids.get(text)
    if (id === undefined) {
      id = this.texts.push(text) - 1
      this.ids.set(text, id)
      this.postings.push({ caps: [], weights: [] })
    }
    return id
  }
}

/** The `limit` with the highest scores, highest first, ties by number. */
function highest(candidates: readonly number[], scores: Float64Array, limit: number): number[] {
  const best: number[] = []
  for (const one of candidates) {
    const score = scores[one]!
    const last = best.at(-1)
    if (best.length === limit && (score < scores[last!]! || (score === scores[last!]! && one > last!))) continue
    let at = best.length
    while (at > 0 && (scores[best[at - 1]!]! < score || (scores[best[at - 1]!] === score && best[at - 1]! > one))) at--
    best.splice(at, 0, one)
    if (best.length > limit) best.pop()
  }
  return best
}
