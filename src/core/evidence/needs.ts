import { grown } from './decay.js'

/** A capability keeps at most this many stems of the needs it served. */
const STEM_LIMIT = 256
/** tn(c,t) = W/(len/avglen) · n/(n + TRUST_AFTER): few matches say little. */
const TRUST_AFTER = 20
/** BM25's k1, as in the text's own keyword score. */
export const K1 = 1.2
/** How many postings one query may walk in search of further candidates, rarest stems first. */
const WALK = 8192

/** What the needs that one capability has served add up to. All weights are forward-decayed whole numbers. */
interface Learned {
  /** Decayed number of matches. */
  n: number
  /** Sum of the open weights. */
  length: number
  stems: number[]
  weights: number[]
  /** The only client that used a stem so far; '' once a second one did: then the stem is open and nobody's name is kept. */
  first: string[]
  /** How many matches support the stem; at 0 it goes. */
  support: number[]
}

export type PackedNeeds = [n: number, stems: [stem: string, weight: number, first: string, support: number][]]

/** Words of the needs that capabilities have served: the learned field of the keyword score, with postings for finding. */
export class Needs {
  private readonly ids = new Map<string, number>()
  private readonly texts: string[] = []
  /** Capabilities for which a stem is open, ascending. */
  private readonly postings: number[][] = []
  private readonly learned: (Learned | undefined)[] = []
  private totalLength = 0
  private withLength = 0

  /** How much one selection has taught: `share` of `weight`, for each stem, at the time of the selection. Negative to take back. */
  learn(cap: number, stems: readonly string[], client: string, weight: number, at: number): void {
    const amount = grown(weight, at)
    if (amount === 0) return
    this.learned[cap] ??= { n: 0, length: 0, stems: [], weights: [], first: [], support: [] }
    const own = this.learned[cap]
    own.n += amount
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
    if (own.stems.length === 0 && own.n === 0) this.learned[cap] = undefined
  }

  has(cap: number): boolean {
    return this.learned[cap] !== undefined && this.learned[cap].length > 0
  }

  /** How many capabilities a stem is open for. */
  frequency(stem: string): number {
    const id = this.ids.get(stem)
    return id === undefined ? 0 : this.postings[id]!.length
  }

  /**
   * The learned term frequencies of a query's stems for each capability, row-major `caps × stems`; `factor` is `reading(now)`.
   * Capabilities that are -1 get zeros.
   */
  frequencies(caps: ArrayLike<number>, stems: readonly string[], factor: number): Float32Array {
    const out = new Float32Array(caps.length * stems.length)
    const column = new Map<number, number>()
    stems.forEach((stem, s) => {
      const id = this.ids.get(stem)
      if (id !== undefined) column.set(id, s)
    })
    if (column.size === 0 || this.withLength === 0) return out
    for (let c = 0; c < caps.length; c++) {
      const own = caps[c]! < 0 ? undefined : this.learned[caps[c]!]
      if (own === undefined || own.length <= 0) continue
      const scale = this.scale(own, factor)
      for (let i = 0; i < own.stems.length; i++) {
        if (own.first[i] !== '') continue
        const s = column.get(own.stems[i]!)
        if (s !== undefined) out[c * stems.length + s] = Math.max(0, own.weights[i]!) * scale
      }
    }
    return out
  }

  /** Capabilities whose learned words fit the query best, best first, at most `limit`. Walks at most `WALK` postings. */
  find(stems: readonly string[], idf: ArrayLike<number>, factor: number, limit: number): number[] {
    const known = stems
      .map((stem, s) => ({ stem, id: this.ids.get(stem) ?? -1, idf: idf[s]! }))
      .filter((t) => t.id >= 0 && this.postings[t.id]!.length > 0)
      .sort((a, b) => this.postings[a.id]!.length - this.postings[b.id]!.length || (a.stem < b.stem ? -1 : 1))
    const scores = new Map<number, number>()
    let left = WALK
    for (const { id, idf: weight } of known) {
      const postings = this.postings[id]!
      if (postings.length > left) break
      left -= postings.length
      for (const cap of postings) {
        const own = this.learned[cap]!
        const tn = Math.max(0, own.weights[own.stems.indexOf(id)]!) * this.scale(own, factor)
        scores.set(cap, (scores.get(cap) ?? 0) + (weight * tn) / (tn + K1))
      }
    }
    return [...scores]
      .sort((a, b) => b[1] - a[1] || a[0] - b[0])
      .slice(0, limit)
      .map(([cap]) => cap)
  }

  pack(cap: number): PackedNeeds | undefined {
    const own = this.learned[cap]
    if (own === undefined) return undefined
    return [own.n, own.stems.map((id, i) => [this.texts[id]!, own.weights[i]!, own.first[i]!, own.support[i]!])]
  }

  restore(cap: number, [n, stems]: PackedNeeds): void {
    const own: Learned = { n, length: 0, stems: [], weights: [], first: [], support: [] }
    this.learned[cap] = own
    for (const [text, weight, first, support] of stems) {
      own.stems.push(this.intern(text))
      own.weights.push(weight)
      own.first.push(first)
      own.support.push(support)
      if (first === '') {
        this.post(own.stems.at(-1)!, cap)
        this.lengthen(own, weight)
      }
    }
  }

  private scale(own: Learned, factor: number): number {
    const n = own.n * factor
    // W/(len/avglen) is the same in grown and in decayed numbers but for one factor
    return (factor * (this.totalLength / this.withLength / own.length) * n) / (n + TRUST_AFTER)
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
      this.post(id, cap)
      this.lengthen(own, own.weights[at]!)
    }
    own.weights[at]! += amount
    if (own.first[at] === '') this.lengthen(own, amount)
  }

  private drop(cap: number, own: Learned, at: number): void {
    if (own.first[at] === '') {
      this.lengthen(own, -own.weights[at]!)
      const postings = this.postings[own.stems[at]!]!
      postings.splice(lowerBound(postings, cap), 1)
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

  private lengthen(own: Learned, amount: number): void {
    if (own.length > 0) this.withLength--
    own.length += amount
    this.totalLength += amount
    if (own.length > 0) this.withLength++
  }

  private post(id: number, cap: number): void {
    const postings = this.postings[id]!
    postings.splice(lowerBound(postings, cap), 0, cap)
  }

  private intern(text: string): number {
    let id = this.ids.get(text)
    if (id === undefined) {
      id = this.texts.push(text) - 1
      this.ids.set(text, id)
      this.postings.push([])
    }
    return id
  }
}

function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
