import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { run, serve } from '../support/cli.js'
import { SMALL_CATALOGUE, tempFolder } from '../support/home.js'

const lines = (records: unknown[]) => records.map((record) => JSON.stringify(record)).join('\n')

describe('POST /api/v1/reindex', () => {
  it('publishes a new generation while the server answers, and says how far it is', async () => {
    const { folder, remove } = tempFolder()
    const home = path.join(folder, 'home')
    const file = path.join(folder, 'catalogue.jsonl')
    fs.writeFileSync(file, lines(SMALL_CATALOGUE))
    await run(['index', '--home', home, '--catalogue', file])
    const { base, child, done } = await serve(home)
    const api = async (method: string, url: string, body?: unknown) => {
      const init =
        body === undefined
          ? { method }
          : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      const response = await fetch(base + url, init)
      return { status: response.status, body: (await response.json()) as any }
    }
    fs.writeFileSync(file, lines(SMALL_CATALOGUE.slice(0, 2)))
    const started = await api('POST', '/api/v1/reindex', { catalogue: [file] })
    expect(started.status).toBe(202)
    expect(started.body).toMatchObject({ kind: 'reindex', state: 'running' })
    expect((await api('POST', '/api/v1/reindex', { catalogue: [file] })).body.code).toBe('conflict')
    const events = await (await fetch(`${base}/api/v1/jobs/${started.body.id}/events`)).text()
    expect(events).toMatch(/event: end/)
    expect((await api('GET', `/api/v1/jobs/${started.body.id}`)).body).toMatchObject({
      state: 'done',
      report: { removed: 1, kept: 2, generation: 2 },
    })
    for (let tries = 0; (await api('GET', '/readyz')).body.generation < 2 && tries < 100; tries++) await sleep(100)
    expect((await api('GET', '/api/v1/tools')).body.total).toBe(2)
    const failed = await api('POST', '/api/v1/reindex', { catalogue: [path.join(folder, 'missing.jsonl')] })
    const end = await (await fetch(`${base}/api/v1/jobs/${failed.body.id}/events`)).text()
    expect(end).toMatch(/"rejected":1|"state":"failed"/)
    expect((await api('POST', '/api/v1/reindex', { catalog: [] })).body.code).toBe('unknown-parameter')
    expect((await api('GET', '/api/v1/jobs/none')).status).toBe(404)
    child.kill('SIGTERM')
    expect((await done).code).toBe(0)
    remove()
  })
})

describe('backup, restore, doctor', () => {
  it('copies a home while it is in use, brings it back, and keeps what was there', async () => {
    const { folder, remove } = tempFolder()
    const home = path.join(folder, 'home')
    const file = path.join(folder, 'catalogue.jsonl')
    const copy = path.join(folder, 'copy.db')
    fs.writeFileSync(file, lines(SMALL_CATALOGUE))
    await run(['index', '--home', home, '--catalogue', file])
    const { base, child, done } = await serve(home)
    const search = async (at: string) =>
      (await (await fetch(`${at}/api/v1/search?q=scanned+pdf&cut=off`)).json()) as any
    const { token } = (await search(base)).results[0]
    const match = {
      method: 'POST',
      body: JSON.stringify({ token, outcome: 'selected' }),
      headers: { 'content-type': 'application/json' },
    }
    expect((await fetch(`${base}/api/v1/matches`, match)).status).toBe(201)
    expect((await run(['backup', copy, '--home', home])).code).toBe(0)
    expect((await run(['backup', copy, '--home', home])).stderr).toMatch(/nothing is overwritten/)
    child.kill('SIGTERM')
    await done
    expect((await run(['restore', copy, '--home', home])).stderr).toMatch(/--force/)
    expect((await run(['restore', copy, '--home', home, '--force'])).code).toBe(0)
    expect(fs.readdirSync(home).some((name) => name.includes('before-restore'))).toBe(true)
    const again = await serve(home)
    expect((await search(again.base)).results[0].evidence.timesMatched).toBe(1)
    again.child.kill('SIGTERM')
    await again.done
    const bytes = fs.readFileSync(copy)
    bytes.fill(0x55, 4096, 12_288)
    fs.writeFileSync(copy, bytes)
    const damaged = await run(['restore', copy, '--home', path.join(folder, 'other')])
    expect(damaged.code).toBe(1)
    expect(damaged.stderr).toMatch(/damaged|malformed/)
    remove()
  })

  it('finds each fault and says what to do', async () => {
    const { folder, remove } = tempFolder()
    const home = path.join(folder, 'home')
    const file = path.join(folder, 'catalogue.jsonl')
    fs.writeFileSync(file, lines(SMALL_CATALOGUE))
    expect((await run(['doctor', '--home', home])).stdout).toMatch(/warning +database .*\n.*matchgraph index/)
    await run(['index', '--home', home, '--catalogue', file])
    const sound = await run(['doctor', '--home', home, '--json'])
    expect(sound.code).toBe(0)
    expect(JSON.parse(sound.stdout).findings.map((f: any) => f.state)).not.toContain('fault')
    const snapshot = path.join(
      home,
      'index',
      fs.readdirSync(path.join(home, 'index')).find((name) => name.endsWith('index.snap'))!,
    )
    fs.appendFileSync(snapshot, 'x')
    const faulty = await run(['doctor', '--home', home])
    expect(faulty.code).toBe(1)
    expect(faulty.stdout).toMatch(/FAULT +index .*bytes instead of.*\n.*matchgraph index/)
    remove()
  })
})
