import { describe, expect, it } from 'vitest'
import type { ToolRecord } from '../../../src/core/catalogue.js'
import { each, facts, MET, NOT, priced, type Row, record, says, stateOf, UNKNOWN } from './records.js'

describe('price', () => {
  const monthly = (amount: number, currency = 'USD', per = 'month') =>
    priced({ model: 'paid', startingPrice: { amount, currency, per } })
  it.each(
    each([
      ...['free', 'free tier', 'for free', 'at no cost', 'costs nothing', 'without paying', 'no-cost'].flatMap(
        (need): Row[] => [
          [need, priced({ model: 'free' }), MET],
          [need, priced({ model: 'paid' }), NOT],
          [need, priced({ model: 'unknown' }), UNKNOWN],
          [need, record(), UNKNOWN],
        ],
      ),
      ['free', priced({ model: 'freemium', freeTier: true }), MET],
      ['under $10 a month', monthly(10), MET],
      ['under $10 a month', monthly(10.5), NOT],
      ['below 10 dollars per month', monthly(9), MET],
      ['at most 10 usd per month', monthly(9), MET],
      ['no more than €10 per month', monthly(9, 'EUR'), MET],
      ['less than 10 euros per month', monthly(11, 'EUR'), NOT],
      ['cheaper than £10 per month', monthly(9, 'GBP'), MET],
      ['up to 10 gbp per month', monthly(9, 'USD'), UNKNOWN],
      ['under $1,000 a month', monthly(900), MET],
      ['under $10', monthly(9), MET],
      ['under $10', monthly(9, 'USD', 'year'), UNKNOWN],
      ['under $10 per user and month', monthly(9, 'USD', 'user and month'), MET],
      ['under $1 per million tokens', monthly(2, 'USD', '2 million tokens'), MET],
      ['under $1 per million tokens', monthly(3, 'USD', '2 million tokens'), NOT],
      ['under $1 per 1k requests', monthly(0.002, 'USD', 'request'), NOT],
      ['under $1 per 1k requests', monthly(0.001, 'USD', 'request'), MET],
      ['under $1 per 1k requests', monthly(1.25, 'USD', '1.25k requests'), MET],
      ['under $1 per 1k requests', monthly(1.26, 'USD', '1.25k requests'), NOT],
      ['under $1 per 3 million tokens', monthly(1, 'USD', '3 million tokens'), MET],
      ['under $1 per 3 million tokens', monthly(1, 'USD', '2 million tokens'), NOT],
      ['under $1 per thousand requests', monthly(0.001, 'USD', 'request'), MET],
      ['under $1 per million requests', monthly(1, 'USD', '1M requests'), MET],
      ['under $1 per 1000 pages', monthly(1.5, 'USD', '1,000 pages'), NOT],
      ['under $10 a month', priced({ model: 'open-source' }), MET],
      ['under $10 a month', priced({ model: 'free' }), MET],
      ['under $10 a month', priced({ model: 'paid' }), UNKNOWN],
      ['under $10 a month', record(), UNKNOWN],
    ]),
  )('%s: %s', (need, state, of) => expect(stateOf(need, of)).toBe(state))
})

describe('licence', () => {
  const under = (license: string, more: Partial<ToolRecord> = {}) => record({ license, ...more })
  it.each(
    each([
      ['MIT licensed', under('MIT'), MET],
      ['MIT licensed', under('MIT-0'), NOT],
      ['MIT licence', under('Apache-2.0 OR MIT'), MET],
      ['Apache 2.0 license', under('Apache-2.0'), MET],
      ['BSD licence', under('BSD-3-Clause'), MET],
      ['GPL licence', under('AGPL-3.0'), MET],
      ['LGPL licence', under('LGPL-2.1'), MET],
      ['LGPL licence', under('GPL-3.0'), NOT],
      ['Mozilla license', under('MPL-2.0'), MET],
      ...['MIT', 'Apache-2.0', 'BSD-2-Clause', 'ISC', 'PostgreSQL', 'Zlib', 'Unlicense', 'blessing', 'CC0-1.0'].flatMap(
        (one): Row[] => [
          ['permissive license', under(one), MET],
          ['open source', under(one), MET],
        ],
      ),
      ['liberal license', under('MIT'), MET],
      ['permissive license', under('GPL-3.0'), NOT],
      ...['GPL-3.0', 'AGPL-3.0', 'LGPL-3.0', 'MPL-2.0'].map((one): Row => ['copyleft license', under(one), MET]),
      ['copyleft license', under('MIT'), NOT],
      ['copyleft license', record(), UNKNOWN],
      ['open source', under('proprietary'), NOT],
      ['FOSS', under('proprietary OR GPL-3.0'), MET],
      ['open-sourced', under('EPL-2.0'), MET],
      ['libre', under('BUSL-1.1'), NOT],
      ['open source', record(), UNKNOWN],
      ['open source', facts({ openSource: true }, { license: 'proprietary' }), MET],
      ['open source', facts({ openSource: false }, { license: 'MIT' }), NOT],
      ['open weights', under('proprietary', { type: 'model' }), NOT],
      ['open-weight', under('llama', { type: 'model' }), MET],
      ['open weights', under('MIT'), UNKNOWN],
    ]),
  )('%s: %s', (need, state, of) => expect(stateOf(need, of)).toBe(state))
})

describe('where it runs', () => {
  const hosting = (value: string) => facts({ hosting: value })
  const own = ['self-hosted', 'self-hostable', 'on-prem', 'on premises', 'on our own servers', 'host it ourselves']
  const cloud = [
    'managed',
    'fully managed',
    'serverless',
    'SaaS',
    'hosted service',
    'no servers to manage',
    'without running servers',
  ]
  const offline = [
    'offline',
    'works offline',
    'air-gapped',
    'locally',
    'on my laptop',
    'without internet',
    'no network',
    'without a cloud connection',
  ]
  it.each(
    each([
      ...own.flatMap((need): Row[] => [
        [need, hosting('self-hosted'), MET],
        [need, hosting('local'), MET],
        [need, hosting('both'), MET],
        [need, hosting('managed'), NOT],
        [need, hosting('somewhere'), UNKNOWN],
        [need, says('It can be self-hosted.'), MET],
        [need, says('It runs on-prem.'), MET],
        [need, record(), UNKNOWN],
      ]),
      ...cloud.flatMap((need): Row[] => [
        [need, hosting('managed'), MET],
        [need, hosting('both'), MET],
        [need, hosting('self-hosted'), NOT],
        [need, hosting('local'), NOT],
        [need, says('A hosted cloud is offered.'), MET],
        [need, says('A managed version exists.'), MET],
        [need, says('There is a serverless one.'), MET],
      ]),
      ...offline.flatMap((need): Row[] => [
        [need, facts({ offline: true, hosting: 'managed' }), MET],
        [need, facts({ offline: false, hosting: 'local' }), NOT],
        [need, hosting('local'), MET],
        [need, hosting('managed'), NOT],
        [need, hosting('both'), UNKNOWN],
        [need, says('It works offline.'), MET],
        [need, says('It runs on your own machine.'), MET],
        [need, says('It is run locally.'), MET],
      ]),
      ...['EU', 'Europe', 'Frankfurt', 'Ireland', 'Dublin', 'Paris', 'Stockholm', 'Amsterdam', 'eu-west-1'].map(
        (place): Row => ['in the EU', says(`Data lies in ${place}.`), MET],
      ),
      ...['US', 'United States', 'Virginia', 'Oregon', 'Ohio', 'us-east-1'].flatMap((place): Row[] => [
        ['in the US', says(`Data lies in ${place}.`), MET],
        ['with EU data residency', says(`Data lies in ${place}.`), UNKNOWN],
      ]),
      ['US region', says('Data lies in Paris.'), UNKNOWN],
    ]),
  )('%s: %s', (need, state, of) => expect(stateOf(need, of)).toBe(state))
})
