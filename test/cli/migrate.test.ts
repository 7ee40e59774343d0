import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Embedded, startPglite } from '../helpers/pglite.js'
import { run } from '../support/cli.js'
import { SMALL_CATALOGUE, tempFolder } from '../support/home.js'

const { folder, remove } = tempFolder()
const home = path.join(folder, 'home')
let embedded: Embedded

beforeAll(async () => {
  embedded = await startPglite()
  const file = path.join(folder, 'catalogue.jsonl')
  fs.writeFileSync(file, SMALL_CATALOGUE.map((record) => JSON.stringify(record)).join('\n'))
  expect((await run(['index', '--catalogue', file, '--home', home])).code).toBe(0)
})
afterAll(async () => {
  await embedded.stop()
  remove()
})

describe('matchgraph migrate', () => {
  it('moves a home into a database that answers alike, and back', async () => {
    const url = await embedded.url('moved')
    const there = await run(['migrate', '--from', home, '--to', url, '--json'])
    expect(there.stderr).toBe('')
    const report = JSON.parse(there.stdout)
    expect(report).toMatchObject({ equal: true, tables: { tool: { rows: 3 }, capability: { rows: 5 } } })

    const ask = async (...more: string[]) => {
      const env = { MATCHGRAPH_DATABASE_URL: url }
      const asked = ['search', 'numbers out of a scanned report', '--json', '--home']
      const { stdout } = await run([...asked, more[0]!], more[1] ? env : {})
      const { results, generation } = JSON.parse(stdout)
      return { results, generation }
    }
    // a reader with an empty home of its own builds its index from the database
    expect(await ask(path.join(folder, 'reader'), 'database')).toEqual(await ask(home))

    const back = path.join(folder, 'back')
    expect(JSON.parse((await run(['migrate', '--from', url, '--to', back, '--json'])).stdout)).toEqual(report)
    expect(await ask(back)).toEqual(await ask(home))
  })

  it('refuses a target that holds something', async () => {
    const { code, stderr } = await run(['migrate', '--from', home, '--to', path.join(folder, 'back')])
    expect(code).toBe(1)
    expect(stderr).toMatch(/rows already/)
  })

  it('says which database is away', async () => {
    const { code, stderr } = await run(['migrate', '--from', home, '--to', 'postgres://postgres@127.0.0.1:1/x'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/database does not answer \(ECONNREFUSED\)/)
  })
})
