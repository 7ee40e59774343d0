import type { CrossEncoder } from '../core/embedding.js'
import { capabilityText } from '../core/indexed-text.js'
import { blendedOrder } from '../core/relevance/close-look.js'
import { sigmoid } from '../core/relevance/confidence.js'
import type { Ranked } from '../index/relevance-index.js'
import type { Store } from '../store/store.js'

/** So many of the first results are read; fixed, so that a page's order never changes with its length. */
const DEPTH = 30
/** A cross-encoder reads one question after the other: with so many waiting, further ones go without it. */
const MOST_AT_ONCE = 8
/** After a failure it is left alone for so long, milliseconds: a model that cannot run must not cost every question its start. */
const REST_MS = 60_000

/**
 * The optional cross-encoder's part in a search: it reads the need together with each of the first results and moves them among themselves.
 * Places keep their confidence: its scores are of another scale in every model, so they decide the order and neither the answer nor a
 * probability. Where it fails, searches go on without it.
 */
export class CloseLook {
  /** Told of the first failure after it last worked. */
  onFault: (error: unknown) => void = () => {}
  private readonly encoder: CrossEncoder
  private waiting = 0
  private failed = false
  private restsUntil = 0

  constructor(encoder: CrossEncoder) {
    this.encoder = encoder
  }

  /**
   * @param ranked best first
   * @param now milliseconds since 1970
   * @returns the same, the first of them in their new order
   */
  async order(need: string, ranked: Ranked[], store: Pick<Store, 'catalogue'>, now: number): Promise<Ranked[]> {
    if (this.waiting >= MOST_AT_ONCE || now < this.restsUntil) return ranked
    this.waiting++
    try {
      const head = await withTexts(ranked.slice(0, DEPTH), store)
      if (head.length < 2) return ranked
      const texts = head.map(({ text }) => text)
      const moved = reordered(
        head.map(({ one }) => one),
        await this.encoder.score(need, texts),
      )
      this.failed = false
      const read = new Set(moved.map(({ label }) => label))
      return [...moved, ...ranked.filter(({ label }) => !read.has(label))].sort((a, b) => b.rel - a.rel)
    } catch (error) {
      if (!this.failed) this.onFault(error)
      this.failed = true
      this.restsUntil = now + REST_MS
      return ranked
    } finally {
      this.waiting--
    }
  }
}

/** The results whose text is still there, with it. */
async function withTexts(
  head: readonly Ranked[],
  { catalogue }: Pick<Store, 'catalogue'>,
): Promise<{ one: Ranked; text: string }[]> {
  const stored = await catalogue.capabilities(head.map(({ label }) => label))
  const byLabel = new Map(stored.map((capability) => [capability.label, capability]))
  return head.flatMap((one) => {
    const capability = byLabel.get(one.label)
    return capability ? [{ one, text: capabilityText(capability) }] : []
  })
}

/** Each result at its new place, with that place's relevance and confidence. */
function reordered(head: readonly Ranked[], logits: Float32Array): Ranked[] {
  const order = blendedOrder(
    head.map(({ rel }) => rel),
    [...logits],
  )
  return order.map((from, place) => {
    const [one, { relevance, confidence, rel }] = [head[from]!, head[place]!]
    return {
      ...{ label: one.label, keyword: one.keyword, cosine: one.cosine, relevance, confidence, rel },
      crossEncoder: { score: sigmoid(logits[from]!), from: from + 1 },
      get explain() {
        return one.explain
      },
    }
  })
}
