import { expect, test } from 'vitest'
import { changesSince, parseLock, pinOf } from '../../../indexer/pins.js'
import type { Capability, Tool } from '../../../src/core/catalogue.js'
import { AppError } from '../../../src/core/errors.js'

const TOOL: Tool = {
  slug: 'x',
  name: 'X',
  type: 'api',
  description: '',
  license: 'MIT',
  pricing: { model: 'free' },
  execution: { protocol: 'http', url: 'https://x.y' },
}
const capability = (id: string, extra: Partial<Capability> = {}): Capability => ({
  id,
  name: `Name ${id}`,
  description: 'D',
  toolSlug: 'x',
  label: 1,
  bornAt: 0,
  ...extra,
})
const BOTH = [capability('x.1'), capability('x.2', { inputs: ['a'] })]
const since = (pin: ReturnType<typeof pinOf>, tool: Tool | undefined, capabilities: Capability[]) =>
  changesSince(pin, tool, capabilities).map(({ part, breaking }) => `${part}${breaking ? '!' : ''}`)

test('nothing changes by order, label or age', () => {
  const pin = pinOf(TOOL, BOTH)
  expect(since(pin, TOOL, [capability('x.2', { inputs: ['a'], label: 9, bornAt: 7 }), capability('x.1')])).toEqual([])
  expect(JSON.stringify(pinOf(TOOL, [...BOTH].reverse()))).toBe(JSON.stringify(pin))
})

test('every kind of change is told, the breaking ones first', () => {
  const pin = pinOf(TOOL, BOTH)
  expect(since(pin, undefined, [])).toEqual(['tool!'])
  expect(since(pin, { ...TOOL, license: 'BUSL-1.1' }, BOTH)).toEqual(['license!'])
  expect(since(pin, { ...TOOL, pricing: { model: 'paid' } }, BOTH)).toEqual(['price!'])
  expect(since(pin, { ...TOOL, pricing: { model: 'freemium', freeTier: true } }, BOTH)).toEqual(['price'])
  expect(since(pin, { ...TOOL, execution: { protocol: 'grpc' } }, BOTH)).toEqual(['execution'])
  expect(since(pin, TOOL, [capability('x.2', { inputs: ['b'] }), capability('x.3')])).toEqual([
    'capability!',
    'schema',
    'capability',
  ])
  expect(since(pin, TOOL, [capability('x.1', { description: 'E' }), BOTH[1]!])).toEqual(['capability'])
  expect(changesSince(pin, { ...TOOL, license: undefined }, BOTH)[0]!.what).toBe(
    'The licence was MIT and is not known.',
  )
})

test('pinned for a need, only the capability that serves it has to stay', () => {
  const pin = pinOf(TOOL, BOTH, { text: 'n', capability: 'x.2' })
  expect(since(pin, TOOL, [BOTH[1]!])).toEqual(['capability'])
  expect(since(pin, TOOL, [BOTH[0]!])).toEqual(['capability!'])
})

test('a lock file is read back, and anything else is refused with a path', () => {
  const lock = { lockfile: 1, pinnedAt: '2026-11-30T00:00:00.000Z', generation: 1, tools: { x: pinOf(TOOL, BOTH) } }
  expect(parseLock(JSON.parse(JSON.stringify(lock)))).toEqual(lock)
  expect(() => parseLock({ ...lock, lockfile: 2 })).toThrow(AppError)
  expect(() => parseLock({ ...lock, tols: {} })).toThrow(/tols/)
  expect(() => parseLock('x')).toThrow(/is no lock file|not a lock file/)
})
