import type { Context } from 'hono'
import { csrf } from 'hono/csrf'
import { z } from 'zod'
import { matchBodySchema } from '../../core/api/matches.js'
import { AppError } from '../../core/errors.js'
import { requestFault } from '../../core/request-fault.js'
import type { AppDeps, Env } from '../env.js'
import { needs } from '../middleware.js'
import { type App, router } from '../router.js'
import { capabilityAnchor } from './links.js'

const formSchema = z.object({
  token: matchBodySchema.shape.token,
  outcome: z.enum(['succeeded', 'failed']),
  capability: z.string().max(200),
  /** Where the form stood; only addresses of our own. */
  back: z
    .string()
    .max(8000)
    .regex(/^\/(?![/\\])/, 'must be an address of this server'),
})

/** The form "this worked / did not work" without a script: a report implies that the result was chosen. */
export function reportRoutes(deps: AppDeps): App {
  const { matches } = deps
  const app = router()
  // another site's form must not report in its visitors' names
  app.post('/matches', csrf(), needs(deps, 'match'), async (c: Context<Env>) => {
    const parsed = formSchema.safeParse(Object.fromEntries(await c.req.formData().catch(() => new FormData())))
    if (!parsed.success) throw requestFault(parsed.error, Object.keys(formSchema.shape), 'body')
    const { token, outcome, back, capability } = parsed.data
    const say = (what: 'selected' | 'succeeded' | 'failed') =>
      matches.record({ token, outcome: what }, c.get('caller'), c.get('now'))
    await say('selected').catch((error) => {
      // chosen before, by the script or on another tab: then the outcome is all there is to say
      if (!(error instanceof AppError && error.code === 'conflict')) throw error
    })
    await say(outcome)
    const url = new URL(back, 'http://here')
    url.searchParams.set('reported', outcome)
    url.searchParams.set('on', capability)
    url.hash = capabilityAnchor(capability)
    return c.redirect(`${url.pathname}${url.search}${url.hash}`, 303)
  })
  return app
}
