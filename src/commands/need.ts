import { type SearchAnswer, searchQuerySchema } from '../core/api/search.js'
import { Engine } from '../engine/engine.js'
import { neutralEvidence } from '../engine/neutral-evidence.js'
import { requestOf } from './command.js'
import { engineParts, type Opened } from './open.js'

/** Answers which capabilities of one tool serve a need, best first; none when nothing there does. */
export type Serves = (slug: string, need: string) => Promise<string[]>

/** Judged by meaning and words only, without recorded matches, so that the answer changes only with the catalogue. */
export async function needJudge(opened: Opened, now: number): Promise<Serves> {
  const engine = await Engine.open(await engineParts(opened), neutralEvidence)
  return async (slug, need) => {
    const request = requestOf(searchQuerySchema, { q: need, tool: slug, evidence: 'off', explore: 'off' })
    const answer = (await engine.search(request, { address: '127.0.0.1' }, now)) as SearchAnswer
    return answer.answer === 'none' ? [] : answer.results.map(({ capability }) => capability.id)
  }
}
