import type { ResolveConstraints } from '../api/resolve.js'
import { isFree, type Tool } from '../catalogue.js'
import { judgeLicence, licenceFits } from './licences.js'
import { requirementsOf } from './split.js'
import type { RecordView } from './statements.js'
import { met, notMet, type Requirement, type RequirementState, statementAt, UNKNOWN, type Verdict } from './verdict.js'

/** A condition that an answer has to fulfil, as given beside the need. */
export interface Constraint {
  /** As the caller would leave it out: `free`, `type=mcp`, `requires=SSO`. */
  parameter: string
  requirement: Requirement
  /** What the tool's own fields decide, before any text is read. */
  passes?(tool: Tool): boolean
  /** Which states let an answer through. */
  accepts: readonly RequirementState[]
}

/**
 * Constraints in the order in which their failure is told.
 * @param isTool whether an entry of `excludes` names a tool; such entries are left to the caller
 */
export function constraintsOf(
  constraints: ResolveConstraints | undefined,
  isTool: (name: string) => boolean,
): Constraint[] {
  const { type, free, protocol, requires, excludes, license } = constraints ?? {}
  return [
    ...(type?.length ? [byField('type', type, 'type', ({ type: own }) => type.includes(own))] : []),
    ...(free ? [freeConstraint()] : []),
    ...(protocol?.length ? [byField('protocol', protocol, 'execution', (tool) => protocol.some(speaks(tool)))] : []),
    ...(license?.length ? [licenceConstraint(license)] : []),
    ...(requires ?? []).map(requiresConstraint),
    ...(excludes ?? []).filter((phrase) => !isTool(phrase)).map(excludesConstraint),
  ]
}

const speaks =
  (tool: Tool) =>
  (protocol: string): boolean =>
    tool.execution?.protocol === protocol || (protocol === 'mcp' && tool.type === 'mcp')

const MET: readonly RequirementState[] = ['met']

function byField(name: string, values: readonly string[], path: string, passes: (tool: Tool) => boolean): Constraint {
  const judge = (record: RecordView): Verdict => {
    const statement = statementAt(record, path)
    if (!statement) return UNKNOWN
    return passes(record.tool) ? met(statement) : notMet(statement)
  }
  const text = `${name}: ${values.join(' or ')}`
  return {
    parameter: `${name}=${values.join(',')}`,
    requirement: { text, role: 'constraint', judge },
    passes,
    accepts: MET,
  }
}

function freeConstraint(): Constraint {
  const one = byField('free', [], 'pricing', (tool) => isFree(tool.pricing))
  return { ...one, parameter: 'free', requirement: { ...one.requirement, text: 'free' } }
}

function licenceConstraint(wanted: readonly string[]): Constraint {
  const judge = (record: RecordView): Verdict => {
    const verdicts = wanted.map((one) => judgeLicence(record, one))
    return verdicts.find((one) => one.state === 'met') ?? verdicts[0]!
  }
  return {
    parameter: `license=${wanted.join(',')}`,
    requirement: { text: `license: ${wanted.join(' or ')}`, role: 'constraint', judge },
    passes: ({ license }) => license !== undefined && wanted.some((one) => licenceFits(license, one)),
    accepts: MET,
  }
}

/** A phrase may hold several requirements ("SSO and SCIM"); the first that is not met speaks for it. */
function judgePhrase(phrase: string): (record: RecordView) => Verdict {
  const parts = requirementsOf(phrase)
  return (record) => {
    const verdicts = parts.map((part) => part.judge(record))
    return (
      verdicts.find((one) => one.state === 'not-met') ??
      verdicts.find((one) => one.state === 'unknown') ??
      verdicts[0] ??
      UNKNOWN
    )
  }
}

const requiresConstraint = (phrase: string): Constraint => ({
  parameter: `requires=${phrase}`,
  requirement: { text: phrase, role: 'constraint', judge: judgePhrase(phrase) },
  accepts: MET,
})

/** Met by a record that denies the phrase, not met by one that proves it; a record that says nothing is let through as unknown. */
function excludesConstraint(phrase: string): Constraint {
  const judge = judgePhrase(phrase)
  const turned = (record: RecordView): Verdict => {
    const verdict = judge(record)
    if (verdict.state === 'met') return notMet(verdict.proof)
    return verdict.state === 'not-met' ? met(verdict.proof) : UNKNOWN
  }
  return {
    parameter: `excludes=${phrase}`,
    requirement: { text: `not: ${phrase}`, role: 'constraint', judge: turned },
    accepts: ['met', 'unknown'],
  }
}
