import { type Bound, contextOf } from './capacity.js'
import { DURATION, QUANTITY, quantityOf } from './quantity.js'

const AT_LEAST = 'at least|over|more than|minimum of|longer than|larger than|greater than|beyond|exceeding|up to|>=|≥|>'
const AT_MOST =
  'in under|under|below|less than|at most|within|no more than|maximum of|cheaper than|faster than|fewer than|smaller than|<=|≤|<'

/** "at least 200k tokens", "under 300 ms". */
const BOUND = new RegExp(`(?:(?<least>${AT_LEAST})|(?<most>${AT_MOST})) ?${QUANTITY.source}`, 'i')
/** "for 2 hours", "longer than a day". */
const LASTING = new RegExp(`(?:for(?: up to)?|(?:${AT_LEAST})) ${DURATION.source}`, 'i')
/** Without such words only a few units make a number a bound: "384 dimensions", "8k token inputs", "5000 pages". */
const COUNTED = new RegExp(
  `(?:for |of )?${QUANTITY.source.replace('(?:[a-z]+-)?[a-z]+s?\\b', 'dimensions?|tokens?|languages?|parameters?|pages?')}`,
  'i',
)
export const BOUND_PHRASES: readonly RegExp[] = [BOUND, LASTING, COUNTED]

/** A bound as found in a need; without "under" and its like it asks for at least so much. */
export function boundOf(groups: Readonly<Record<string, string | undefined>>, need: string): Bound {
  const quantity = quantityOf(groups)
  return { ...quantity, bound: groups.most ? 'atMost' : 'atLeast', context: contextOf(need, groups.unit ?? '') }
}
