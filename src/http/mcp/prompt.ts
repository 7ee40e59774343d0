import { z } from 'zod'
import { AppError } from '../../core/errors.js'

export const CHOOSE = {
  name: 'choose_a_tool',
  title: 'Choose a tool',
  description: 'Find the tool for a need, check what is proved, say so when nothing fits.',
  arguments: [
    { name: 'need', description: 'What is to be done', required: true },
    { name: 'conditions', description: 'Price, licence, place, language, …' },
  ],
}

const argumentsSchema = z.object({ need: z.string().min(1).max(2000), conditions: z.string().max(2000).optional() })

/** @throws AppError `invalid-parameter` without a need */
export function chooseText(given: Record<string, string>) {
  const parsed = argumentsSchema.safeParse(given)
  if (!parsed.success) throw new AppError('invalid-parameter', 'The prompt needs the argument "need", in words.')
  const { need, conditions } = parsed.data
  const words = [
    `Choose a tool for this need: ${need}`,
    ...(conditions ? [`Conditions: ${conditions}`] : []),
    'Call resolve with the need and its conditions. Trust only ledger entries whose state is "met"; treat "unknown" as not met and say so.',
    'If the answer is "none", say that nothing here does it and name the nearest miss with what it fails; do not pick one anyway.',
    'Otherwise name the tool, why it fits with the proofs, how to call it and what it needs, and one alternative. Then report "selected" with its token.',
  ]
  return {
    description: CHOOSE.description,
    messages: [{ role: 'user' as const, content: { type: 'text' as const, text: words.join('\n') } }],
  }
}
