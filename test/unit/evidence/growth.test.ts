import { expect, it } from 'vitest'
import { CounterTable } from '../../../src/core/evidence/counters.js'
import { Needs } from '../../../src/core/evidence/needs.js'
import { START } from './events.js'

it('counters keep what they counted when the table grows', () => {
  const table = new CounterTable()
  for (let slot = 0; slot < 1000; slot++) {
    expect(table.open()).toBe(slot)
    table.values.fill(slot + 1, slot * 4, slot * 4 + 4)
  }
  for (let slot = 0; slot < 1000; slot++)
    expect([...table.values.subarray(slot * 4, slot * 4 + 4)]).toEqual(new Array(4).fill(slot + 1))
})

it('a capability keeps the 256 words that weigh most of the needs it served, and others keep theirs', () => {
  const needs = new Needs()
  const learn = (cap: number, stem: string, weight: number) => {
    for (const client of ['a', 'b']) needs.learn(cap, [stem], client, weight, START)
  }
  learn(7, 's0', 1)
  for (let i = 0; i < 300; i++) learn(0, `s${i}`, i + 1)
  learn(5000, 's299', 1) // far beyond what the tables held
  const kept = Array.from({ length: 300 }, (_, i) => needs.frequency(`s${i}`))
  expect(kept.map((n, i) => (n > 0 ? i : -1)).filter((i) => i >= 0)).toEqual([
    0,
    ...Array.from({ length: 256 }, (_, i) => 44 + i),
  ])
  expect([kept[0], kept[44], kept[299]]).toEqual([1, 1, 2])
})
