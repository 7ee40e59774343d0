import type { CapabilityRecord, Tool } from '../catalogue.js'
import { viewOf } from './statements.js'
import type { Requirement, RequirementState } from './verdict.js'

/** One line of the ledger: a requirement in the caller's words, and what the record says about it. */
export interface LedgerEntry {
  requirement: string
  role: Requirement['role']
  /** `unknown` is not met: the record neither proves nor contradicts it. */
  state: RequirementState
  /** The proving or contradicting sentence, verbatim from the record, or the fact as "name: value". */
  proof?: string
  /** Where in the record the proof stands, and what the record gives as its source. */
  at?: string
  source?: string
}

/**
 * Judges every requirement against one tool, the matched capability first.
 * @param matched index of the matched capability in `capabilities`
 */
export function ledgerOf(
  requirements: readonly Requirement[],
  tool: Tool,
  capabilities: readonly CapabilityRecord[],
  matched?: number,
): LedgerEntry[] {
  const record = viewOf(tool, capabilities, matched)
  return requirements.map(({ text, role, judge }) => {
    const { state, proof } = judge(record)
    return {
      requirement: text,
      role,
      state,
      ...(proof && { proof: proof.text, at: proof.path, ...(proof.source && { source: proof.source }) }),
    }
  })
}
