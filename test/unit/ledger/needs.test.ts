import { describe, expect, it } from 'vitest'
import type { ToolRecord } from '../../../src/core/catalogue.js'
import { constraintsOf } from '../../../src/core/ledger/constraints.js'
import { requirementsOf, splitIntent } from '../../../src/core/ledger/split.js'
import { viewOf } from '../../../src/core/ledger/statements.js'
import { record } from './records.js'

describe('needs', () => {
  const texts = (need: string) => requirementsOf(need).map(({ text, role }) => `${role}: ${text}`)
  it('are cut at their borders, the first part with content being the need', () => {
    expect(texts('I want to send mail, with SSO and templates, under $10 a month')).toEqual([
      'need: send mail',
      'condition: SSO',
      'condition: templates',
      'condition: under $10 a month',
    ])
    expect(texts('free: index pages that change while others wait')).toEqual([
      'condition: free',
      'need: index pages',
      'condition: change',
      'condition: others wait',
    ])
    expect(texts('')).toEqual([])
    expect(texts('and with or')).toEqual([])
    expect(texts('send mail AND read news')).toEqual(['need: send mail', 'condition: read news'])
  })

  it.each([
    ['free, , send mail, ;', 'send mail'],
    ['under $10 a month; and read news with', 'read news'],
    ['read news, free, over the phone', 'read news over the phone'],
    // what is converted is part of what is to be done, a price is not
    ['convert PDF to Markdown for free', 'convert PDF to Markdown'],
    ['send mail with SSO, self-hosted', 'send mail with SSO'],
    ['free', 'free'],
  ])('what is to be done in "%s" is "%s"', (intent, need) => {
    expect(splitIntent(intent).need).toBe(need)
  })
})

describe('constraints', () => {
  const isTool = (name: string) => name === 'rival'
  const verdicts = (of: ToolRecord, constraints: Parameters<typeof constraintsOf>[0]) =>
    constraintsOf(constraints, isTool).map(({ parameter, requirement, passes, accepts }) => {
      const { state } = requirement.judge(viewOf(of, of.capabilities))
      return [parameter, requirement.text, requirement.role, state, accepts.includes(state), passes?.(of)]
    })
  const of = record({
    type: 'mcp',
    license: 'MIT',
    pricing: { model: 'paid' },
    capabilities: [{ name: 'Mail', description: 'SSO is supported. SCIM is not supported.' }],
  })

  it('are asked in the order in which their failure is told, and say what they want', () => {
    expect(
      verdicts(of, {
        type: ['api', 'mcp'],
        free: true,
        protocol: ['mcp'],
        license: ['GPL-3.0', 'mit'],
        requires: ['SSO', 'SSO and SCIM', 'SAML'],
        excludes: ['rival', 'SSO', 'SCIM', 'SAML'],
      }),
    ).toEqual([
      ['type=api,mcp', 'type: api or mcp', 'constraint', 'met', true, true],
      ['free', 'free', 'constraint', 'not-met', false, false],
      ['protocol=mcp', 'protocol: mcp', 'constraint', 'unknown', false, true],
      ['license=GPL-3.0,mit', 'license: GPL-3.0 or mit', 'constraint', 'met', true, true],
      ['requires=SSO', 'SSO', 'constraint', 'met', true, undefined],
      ['requires=SSO and SCIM', 'SSO and SCIM', 'constraint', 'not-met', false, undefined],
      ['requires=SAML', 'SAML', 'constraint', 'unknown', false, undefined],
      ['excludes=SSO', 'not: SSO', 'constraint', 'not-met', false, undefined],
      ['excludes=SCIM', 'not: SCIM', 'constraint', 'met', true, undefined],
      ['excludes=SAML', 'not: SAML', 'constraint', 'unknown', true, undefined],
    ])
    expect(constraintsOf(undefined, isTool)).toEqual([])
    expect(constraintsOf({ type: [], protocol: [], license: [] } as never, isTool)).toEqual([])
  })

  it('a protocol is that of the execution', () => {
    const rest = record({ execution: { protocol: 'http' } as ToolRecord['execution'] })
    expect(verdicts(rest, { protocol: ['http', 'cli'] })[0]!.slice(3)).toEqual(['met', true, true])
    expect(verdicts(rest, { protocol: ['mcp'] })[0]!.slice(3)).toEqual(['not-met', false, false])
    expect(verdicts(record(), { license: ['MIT'] })[0]!.slice(3)).toEqual(['unknown', false, false])
  })
})
