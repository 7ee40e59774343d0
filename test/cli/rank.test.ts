import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../support/cli.js'
import { SMALL_CATALOGUE, tempFolder } from '../support/home.js'

let remove: () => void
let home: string
beforeEach(async () => {
  const made = tempFolder()
  remove = made.remove
  home = path.join(made.folder, 'home')
  const file = path.join(made.folder, 'catalogue.jsonl')
  fs.writeFileSync(file, SMALL_CATALOGUE.map((record) => JSON.stringify(record)).join('\n'))
  expect((await run(['index', '--catalogue', file, '--home', home])).code).toBe(0)
})
afterEach(() => remove())

describe('matchgraph rank and replay', () => {
  it('print for people and as JSON', async () => {
    const board = await run(['rank', '--home', home])
    expect(board.code).toBe(0)
    expect(board.stdout).toMatch(/1 +\d+\.\d +\(\d.* to .*\) +\w+/)
    const one = await run(['rank', 'papermill', '--home', home])
    expect(one.stdout).toMatch(/matchGraph .*no data/)
    expect(JSON.parse((await run(['rank', 'papermill', '--home', home, '--json'])).stdout).slug).toBe('papermill')
    const missing = await run(['rank', 'papermil', '--home', home])
    expect(missing.code).toBe(1)
    expect(missing.stderr).toContain('papermill')
    const replay = await run(['replay', '--home', home])
    expect(replay.stdout).toMatch(/Rebuilt from \d+ events: identical/)
  })
})
