import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run, serve, start } from '../support/cli.js'
import { SMALL_CATALOGUE, tempFolder } from '../support/home.js'

let folder: string
let remove: () => void
let home: string
let file: string
const write = (records: unknown[]) =>
  fs.writeFileSync(file, records.map((r) => (typeof r === 'string' ? r : JSON.stringify(r))).join('\n'))
const index = (...more: string[]) => run(['index', '--catalogue', file, '--home', home, '--json', ...more])
const report = async (...more: string[]) => JSON.parse((await index(...more)).stdout)

beforeEach(() => {
  ;({ folder, remove } = tempFolder())
  home = path.join(folder, 'home')
  file = path.join(folder, 'catalogue.jsonl')
  write(SMALL_CATALOGUE)
})
afterEach(() => remove())

describe('matchgraph index', () => {
  it('says what was added, changed, kept and removed, and embeds only what is new', async () => {
    expect(await report()).toMatchObject({
      added: 3,
      changed: 0,
      kept: 0,
      removed: 0,
      rejected: 0,
      generation: 1,
      tools: 3,
      capabilities: 5,
      embedded: 9,
    })
    expect(await report()).toMatchObject({ added: 0, changed: 0, kept: 3, removed: 0, generation: 1, embedded: 0 })
    const changed = structuredClone(SMALL_CATALOGUE).slice(0, 2)
    changed[0]!.capabilities[1]!.description = 'Something else altogether.'
    write(changed)
    expect(await report()).toMatchObject({
      added: 0,
      changed: 1,
      kept: 1,
      removed: 1,
      generation: 2,
      tools: 2,
      capabilities: 4,
      embedded: 1,
    })
    expect(await report('--full')).toMatchObject({ kept: 2, generation: 3, capabilities: 4 })
  })

  it('keeps the good records, names file, line and field of the bad, and publishes nothing with --strict', async () => {
    write([SMALL_CATALOGUE[0], { ...SMALL_CATALOGUE[1], typ: 'x' }, '{"slug": ', SMALL_CATALOGUE[2]])
    const strict = await index('--strict')
    expect(strict.code).toBe(1)
    expect(strict.stderr).toMatch(/nothing was published/)
    const { code, stdout, stderr } = await index()
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ added: 2, rejected: 2, generation: 1 })
    expect(stderr).toMatch(/catalogue\.jsonl:2: typ .*type/)
    expect(stderr).toMatch(/catalogue\.jsonl:3: /)
  })

  it('removes no tool because its new record is faulty, and nothing at all because a path is mistyped', async () => {
    await index()
    write([{ ...SMALL_CATALOGUE[0], typ: 'x' }, SMALL_CATALOGUE[1]])
    expect(await report()).toMatchObject({ rejected: 1, kept: 1, removed: 1, tools: 2 })
    write(['{"slug": ', SMALL_CATALOGUE[1]])
    expect(await report()).toMatchObject({ rejected: 1, kept: 1, removed: 0, tools: 2 })
    const mistyped = await run(['index', '--catalogue', `${file}x`, '--home', home])
    expect(mistyped.code).toBe(1)
    expect(mistyped.stderr).toMatch(/does not exist: nothing was changed/)
  })

  it('rebuilds derived files that are damaged or missing', async () => {
    await index()
    for (const name of fs.readdirSync(path.join(home, 'index'))) {
      const target = path.join(home, 'index', name)
      const bytes = fs.readFileSync(target)
      bytes[Math.floor(bytes.length / 2)]! ^= 0xff
      fs.writeFileSync(target, bytes)
      const { code, stdout } = await run(['search', 'scanned pdf tables', '--home', home, '--json'])
      expect(code, name).toBe(0)
      expect(JSON.parse(stdout).results[0].capability.id).toBe('papermill.1')
      expect((await index()).code).toBe(0)
    }
    fs.rmSync(path.join(home, 'index'), { recursive: true })
    expect(
      JSON.parse((await run(['search', 'scanned pdf tables', '--home', home, '--json'])).stdout).results[0].capability
        .id,
    ).toBe('papermill.1')
  })

  it('tells wrong usage (2) from failure (1)', async () => {
    expect((await run(['index', '--catalog', 'x'])).code).toBe(2)
    expect((await run(['serach', 'x'])).stderr).toMatch(/Did you mean search/)
    const missing = await run(['search', 'x', '--home', path.join(folder, 'empty')])
    expect(missing.code).toBe(1)
    expect(missing.stderr).toMatch(/matchgraph index/)
    const setting = await run(['search', 'x', '--home', home], { MATCHGRAPH_PROT: '1' })
    expect(setting.code).toBe(2)
    expect(setting.stderr).toMatch(/MATCHGRAPH_PROT.*MATCHGRAPH_PORT/)
  })

  it('lets one indexer at a time into a home, and takes over from a killed one', async () => {
    fs.mkdirSync(home, { recursive: true })
    fs.writeFileSync(path.join(home, 'indexer.lock'), String(process.pid))
    const refused = await index()
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/Another index run/)
    fs.writeFileSync(path.join(home, 'indexer.lock'), '4194304')
    expect((await index()).code).toBe(0)
  })
})

describe('a killed index run', () => {
  it('leaves the old generation answering, and the next run completes', async () => {
    await index()
    const many = Array.from({ length: 400 }, (_, t) => ({
      slug: `tool-${t}`,
      name: `Tool ${t}`,
      type: 'api',
      description: `Tool number ${t}`,
      capabilities: Array.from({ length: 10 }, (_, c) => ({
        name: `Ability ${t} ${c}`,
        description: `Does the thing number ${c} of tool ${t} with care.`,
      })),
    }))
    for (const wait of [150, 450, 800, 1300]) {
      write([...SMALL_CATALOGUE, ...many, { ...many[0]!, slug: `extra-${wait}` }])
      const { child, done } = start(['index', '--catalogue', file, '--home', home])
      await sleep(wait)
      child.kill('SIGKILL')
      await done
      const { code, stdout, stderr } = await run(['search', 'scanned pdf tables', '--home', home, '--json'])
      expect(code, stderr).toBe(0)
      expect(JSON.parse(stdout).results[0].capability.id).toBe('papermill.1')
    }
    expect(await report()).toMatchObject({ rejected: 0, tools: 404, capabilities: 4015 })
  })
})

describe('matchgraph serve', () => {
  it('answers, follows a generation that another process publishes, and drains on SIGTERM', async () => {
    await index()
    const { base, child, done } = await serve(home)
    const ask = async (q: string) =>
      (await fetch(`${base}/api/v1/search?cut=off&q=${encodeURIComponent(q)}`)).json() as Promise<any>
    expect((await ask('scanned pdf tables')).results[0].capability.id).toBe('papermill.1')
    write([
      ...SMALL_CATALOGUE,
      {
        slug: 'barber-bot',
        name: 'Barber Bot',
        type: 'agent',
        description: 'Books.',
        capabilities: [{ name: 'Booking haircuts', description: 'Calls salons and books a haircut.' }],
      },
    ])
    expect((await index()).code).toBe(0)
    for (let tries = 0; (await ask('haircuts')).generation < 2 && tries < 100; tries++) await sleep(100)
    expect((await ask('book a haircut')).results[0].capability.id).toBe('barber-bot.1')
    child.kill('SIGTERM')
    expect((await done).code).toBe(0)
  })

  it('answers every search with texts while another process changes all of a catalogue', async () => {
    const records = (kind: string) =>
      Array.from({ length: 120 }, (_, n) => ({
        slug: `tool-${n}`,
        name: `Tool ${n}`,
        type: 'api',
        description: 'Helps.',
        capabilities: [{ name: `Feeding herd${n}`, description: `Brings ${kind} to the herd.` }],
      }))
    write(records('hay'))
    await index()
    const { base, child, done } = await serve(home)
    write(records('straw'))
    const indexing = index()
    const found: string[] = []
    for (let n = 0, after = 0; after < 3; n = (n + 7) % 120) {
      const response = await fetch(`${base}/api/v1/search?q=feeding+herd${n}&limit=1&explore=off`)
      const { results, generation } = (await response.json()) as {
        results: { capability: { id: string; description: string } }[]
        generation: number
      }
      const text = results[0]?.capability.description ?? 'nothing'
      expect(text).toMatch(generation === 1 ? /hay/ : /straw/)
      expect(results[0]!.capability.id).toContain(`tool-${n}.`)
      found.push(text)
      if (generation === 2) after++
      await sleep(5)
    }
    expect((await indexing).code).toBe(0)
    expect(found.some((text) => text.includes('hay'))).toBe(true)
    child.kill('SIGTERM')
    expect((await done).code).toBe(0)
  })

  it('says what to do when the port is taken', async () => {
    await index()
    const first = await serve(home)
    const second = await run(['serve', '--home', home, '--port', new URL(first.base).port])
    expect(second.code).toBe(1)
    expect(second.stderr).toMatch(/is taken; choose another with --port/)
    first.child.kill('SIGTERM')
    await first.done
  })
})
