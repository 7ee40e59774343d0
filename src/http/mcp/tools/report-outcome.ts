import { matchBodySchema } from '../../../core/api/matches.js'
import { about, agentTool, number, text } from '../tool.js'

export const reportOutcome = agentTool({
  name: 'report_outcome',
  description:
    'Report on a result by its token: first "selected" when you use it, then "succeeded" or "failed". Improves later answers.',
  inputSchema: {
    type: 'object',
    properties: {
      token: text,
      outcome: { enum: ['selected', 'succeeded', 'failed', 'retracted'] },
      comment: text,
      idempotencyKey: text,
    },
    required: ['token', 'outcome'],
  },
  outputSchema: {
    type: 'object',
    properties: { status: about('recorded, capped or duplicate'), matchId: text, weight: number },
    required: ['status', 'matchId'],
  },
  input: matchBodySchema,
  effect: 'reports',
  async run({ matches, assertMayReport }, request, { caller, now }) {
    assertMayReport?.()
    return { ...(await matches.record(request, caller, now)) }
  },
})
