import { setImmediate as nextTurn } from 'node:timers/promises'
import { searchQuerySchema } from '../core/api/search.js'
import type { Engine } from './engine.js'
import type { EvidenceHook } from './evidence-hook.js'
import { randomId } from './ids.js'
import { search } from './search.js'

/** Questions asked; figures for more and fewer stand in ARCHITECTURE.md. */
const QUESTIONS = 200
const LONGEST = 300
/** Nobody's address. */
const CALLER = { address: '0.0.0.0' }

/**
 * Asks the engine what its own catalogue says, from all over it, one question a turn of the event loop, so that JavaScript is compiled, and
 * pages are in memory, before people ask. Stops when `signal` says that they do: their questions do the same.
 * @returns how many were asked
 */
export async function warmUp(engine: Engine, signal: AbortSignal): Promise<number> {
  const { parts, live, evidence } = engine.context()
  // the store that searches then is not this process's to keep busy
  if (parts.far) return 0
  const apart = Math.ceil(live.index.count / QUESTIONS)
  let [seen, asked] = [0, 0]
  for (const label of live.index.labels()) {
    if (signal.aborted) break
    if (seen++ % apart > 0) continue
    const [capability] = await parts.store.catalogue.capabilities([label])
    if (!capability) continue
    const q = (capability.intents?.[0] ?? capability.description).slice(0, LONGEST)
    const request = searchQuerySchema.parse({ q, explore: 'off' })
    const context = { live, parts: { ...parts, closeLook: undefined }, evidence: unnoted(evidence) }
    await search(context, request, CALLER, { now: Date.now(), searchId: randomId() })
    asked++
    await nextTurn()
  }
  return asked
}

/** The same evidence, which takes no notice of what is shown: nobody sees it. */
const unnoted = (evidence: EvidenceHook): EvidenceHook => ({
  candidates: (live, question) => evidence.candidates(live, question),
  order: (live, question, ranked) => evidence.order(live, question, ranked),
  shown: (_question, ids) => ids.map(() => ''),
  rank: (live, slug) => evidence.rank(live, slug),
})
