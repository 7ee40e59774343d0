import { growTo } from '../core/typed.js'
import { growableU16, growableU32 } from './growable.js'
import type { ScoredList } from './max-score.js'
import type { NamedArrays, SectionReader } from './sections.js'
import { overRows, type Steps } from './slices.js'

/** Rows whose postings are sorted in one step. */
const ROWS_SORTED = 2048

/**
 * Posting lists: for every term its rows, ascending, and an impact in each. A frozen part (6 bytes a posting) was made in one go; what was
 * appended since, rows above all frozen ones, hangs in chains (10 bytes a posting) until the next build.
 */
export class Postings {
  /** Frozen list of a term: `rows[start[term] .. start[term + 1])`, `impacts` likewise. */
  private readonly start: Uint32Array
  private readonly rows: Uint32Array
  private readonly impacts: Uint16Array
  /** The largest impact of each term. */
  private readonly most
  private readonly newRows = growableU32(new Uint32Array(0))
  private readonly newImpacts = growableU16(new Uint16Array(0))
  /** 1 + the posting of the same term before this one, 0 for its first. */
  private readonly before = growableU32(new Uint32Array(0))
  /** Per term: 1 + its last appended posting, 0 without; and how many there are. */
  private last = new Uint32Array(0)
  private added = new Uint32Array(0)

  constructor(start: Uint32Array, rows: Uint32Array, impacts: Uint16Array, most: Uint16Array) {
    this.start = start
    this.rows = rows
    this.impacts = impacts
    this.most = growableU16(most)
  }

  /** Number of rows that a term stands in. */
  df(term: number): number {
    const frozen = term + 1 < this.start.length ? this.start[term + 1]! - this.start[term]! : 0
    return frozen + (term < this.added.length ? this.added[term]! : 0)
  }

  /** Adds a posting; `row` is above all frozen rows and not below any appended one. */
  append(term: number, row: number, impact: number): void {
    if (this.last.length <= term) {
      const room = Math.max(term + 1, this.start.length)
      this.last = growTo(this.last, room + (room >> 3))
      this.added = growTo(this.added, this.last.length)
    }
    while (this.most.length <= term) this.most.push(0)
    this.before.push(this.last[term]!)
    this.newRows.push(row)
    this.last[term] = this.newRows.length
    this.added[term]!++
    this.newImpacts.push(impact)
    if (impact > this.most.raw[term]!) this.most.raw[term] = impact
  }

  /** The frozen list of a term. @param factor what one unit of impact is worth */
  list(term: number, id: number, factor: number): ScoredList {
    const { rows, impacts, start } = this
    const isFrozen = term + 1 < start.length
    const [from, to] = isFrozen ? [start[term]!, start[term + 1]!] : [0, 0]
    return { id, rows, impacts, from, to, factor, bound: factor * this.most.raw[term]! }
  }

  /** The same of what was appended. */
  newList(term: number, id: number, factor: number): ScoredList {
    const count = this.added[term] ?? 0
    const rows = new Uint32Array(count)
    const impacts = new Uint16Array(count)
    let next = this.last[term] ?? 0
    for (let i = count - 1; i >= 0; i--) {
      rows[i] = this.newRows.raw[next - 1]!
      impacts[i] = this.newImpacts.raw[next - 1]!
      next = this.before.raw[next - 1]!
    }
    return { id, rows, impacts, from: 0, to: count, factor, bound: factor * this.most.raw[term]! }
  }

  /** The frozen part; nothing may have been appended. */
  sections(name: string): NamedArrays {
    return [
      [`${name}.start`, this.start],
      [`${name}.rows`, this.rows],
      [`${name}.impacts`, this.impacts],
      [`${name}.most`, this.most.view()],
    ]
  }

  /** Takes the arrays over. */
  static from(reader: SectionReader, name: string): Postings {
    const [start, rows, impacts] = [
      reader.u32(`${name}.start`),
      reader.u32(`${name}.rows`),
      reader.u16(`${name}.impacts`),
    ]
    return new Postings(start, rows, impacts, reader.u16(`${name}.most`))
  }
}

/** Gathers postings row by row and turns them into lists. */
export class PostingsBuilder {
  private readonly terms = growableU32()
  private readonly impacts = growableU16()
  /** Postings up to the end of each row. */
  private readonly ends = growableU32()
  /** Postings of each term. */
  private counts = new Uint32Array(1024)

  add(term: number, impact: number): void {
    if (term >= this.counts.length) this.counts = growTo(this.counts, 2 * term)
    this.counts[term]!++
    this.terms.push(term)
    this.impacts.push(impact)
  }

  endRow(): void {
    this.ends.push(this.terms.length)
  }

  /** Counting sort by term, which keeps the order of the rows. */
  *build(termCount: number): Steps<Postings> {
    const terms = this.terms.view()
    const gathered = this.impacts.view()
    const ends = this.ends.view()
    const start = new Uint32Array(termCount + 1)
    for (let term = 0; term < termCount; term++) start[term + 1] = start[term]! + (this.counts[term] ?? 0)
    const fill = start.slice(0, termCount)
    const rows = new Uint32Array(terms.length)
    const impacts = new Uint16Array(terms.length)
    const most = new Uint16Array(termCount)
    let i = 0
    const sort = (row: number) => {
      for (; i < ends[row]!; i++) {
        const term = terms[i]!
        const slot = fill[term]!++
        rows[slot] = row
        impacts[slot] = gathered[i]!
        if (gathered[i]! > most[term]!) most[term] = gathered[i]!
      }
    }
    yield* overRows(() => ends.length, sort, ROWS_SORTED)
    return new Postings(start, rows, impacts, most)
  }
}
