import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run, serve } from '../support/cli.js'
import { SMALL_CATALOGUE, tempFolder } from '../support/home.js'

let folder: string
let remove: () => void
let file: string
beforeEach(() => {
  ;({ folder, remove } = tempFolder())
  file = path.join(folder, 'catalogue.jsonl')
  fs.writeFileSync(file, SMALL_CATALOGUE.map((record) => JSON.stringify(record)).join('\n'))
})
afterEach(() => remove())

const search = async (base: string) =>
  (await (await fetch(`${base}/api/v1/search?q=scanned+pdf+tables&cut=off`)).json()) as any
const report = async (base: string, token: string) => {
  const init = {
    method: 'POST',
    body: JSON.stringify({ token, outcome: 'selected' }),
    headers: { 'content-type': 'application/json' },
  }
  const response = await fetch(`${base}/api/v1/matches`, init)
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: (await response.json()) as any,
  }
}

/** A file system of 8 MB, or why there is none. */
function smallDisk(at: string): string | undefined {
  fs.mkdirSync(at)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', at], { stdio: 'pipe' })
    return undefined
  } catch (error) {
    return (error as Error).message.split('\n')[0]
  }
}

describe('a full disk', () => {
  it('turns matches away with the way out while searches go on, and loses none that was acknowledged', async ({
    skip,
  }) => {
    const disk = path.join(folder, 'disk')
    const why = smallDisk(disk)
    if (why) {
      console.log(`skipped: no file system of our own (${why})`)
      return skip()
    }
    try {
      const home = path.join(disk, 'home')
      await run(['index', '--home', home, '--catalogue', file])
      const { base, child, done } = await serve(home)
      expect((await report(base, (await search(base)).results[0].token)).status).toBe(201)
      const filler = path.join(disk, 'filler')
      const handle = fs.openSync(filler, 'w')
      try {
        for (;;) fs.writeSync(handle, Buffer.alloc(4096))
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC')
      }
      fs.closeSync(handle)
      const full = await search(base)
      expect(full.results[0].capability.id).toBe('papermill.1')
      // a small commit may still fit into pages the database owns already: report until it does not
      let refused: Awaited<ReturnType<typeof report>> | undefined
      let accepted = 1
      for (let i = 0; i < 400 && !refused; i++) {
        const { results } = await search(base)
        const answer = await report(base, results[i % results.length].token)
        if (answer.status === 201) accepted++
        else if (answer.status !== 200) refused = answer
      }
      expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } })
      expect(Number(refused!.retryAfter)).toBeGreaterThan(0)
      fs.rmSync(filler)
      expect((await report(base, (await search(base)).results[1].token)).status).toBe(201)
      child.kill('SIGTERM')
      expect((await done).code).toBe(0)
      const db = new Database(path.join(home, 'matchgraph.db'), { readonly: true })
      expect(db.prepare("SELECT count(*) FROM event WHERE kind = 'match'").pluck().get()).toBe(accepted + 1)
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
      db.close()
    } finally {
      execFileSync('umount', ['-l', disk], { stdio: 'pipe' })
    }
  })
})

describe('a damaged database', () => {
  it('is told apart from an empty home, with the way out', async () => {
    const home = path.join(folder, 'home')
    fs.mkdirSync(home)
    fs.writeFileSync(path.join(home, 'matchgraph.db'), 'this is not a database, whatever its name says'.repeat(100))
    for (const command of [
      ['search', 'x'],
      ['index', '--catalogue', file],
      ['serve', '--port', '0'],
    ]) {
      const { code, stderr } = await run([...command, '--home', home])
      expect(code, command[0]).toBe(1)
      expect(stderr).toMatch(/damaged.*matchgraph restore/)
    }
  })

  it('of a newer program is refused, not touched', async () => {
    const home = path.join(folder, 'home')
    await run(['index', '--home', home, '--catalogue', file])
    const db = new Database(path.join(home, 'matchgraph.db'))
    db.pragma('user_version = 999')
    db.close()
    const { code, stderr } = await run(['search', 'x', '--home', home])
    expect(code).toBe(1)
    expect(stderr).toMatch(/version 999.*newer release/)
  })
})

describe('a damaged signing key', () => {
  it('ends the server instead of leaving it neither up nor down', async () => {
    const home = path.join(folder, 'home')
    await run(['index', '--home', home, '--catalogue', file])
    fs.writeFileSync(path.join(home, 'signing-key.pem'), 'this is not a key')
    expect((await run(['serve', '--home', home, '--port', '0'])).code).toBe(1)
  }, 60_000)
})

/** Changes one byte in so many, from `from` on. */
function flipBytes(name: string, every: number, from = 0): void {
  const bytes = fs.readFileSync(name)
  for (let i = from; i < bytes.length; i += every) bytes[i]! ^= 0x55
  fs.writeFileSync(name, bytes)
}

describe('flipped bytes', () => {
  it('in every derived file, and a journal that is none: all of it is made anew, and no match is missing', async () => {
    const home = path.join(folder, 'home')
    await run(['index', '--home', home, '--catalogue', file])
    const first = await serve(home)
    const { results } = await search(first.base)
    expect((await report(first.base, results[0].token)).status).toBe(201)
    first.child.kill('SIGKILL')
    await first.done
    const derived = fs.readdirSync(path.join(home, 'index')).map((name) => path.join(home, 'index', name))
    expect(derived.length).toBeGreaterThan(1)
    for (const name of derived) flipBytes(name, 97)
    for (const name of fs.readdirSync(path.join(home, 'journal'))) flipBytes(path.join(home, 'journal', name), 97)
    fs.appendFileSync(path.join(home, 'journal', 'journal-0.jsonl'), '{"half a line')
    const again = await serve(home)
    expect((await search(again.base)).results[0].capability.id).toBe('papermill.1')
    // known from its first report, whatever became of the journal
    expect((await report(again.base, results[0].token)).body).toMatchObject({ status: 'duplicate' })
    again.child.kill('SIGTERM')
    expect((await again.done).code).toBe(0)
    const { code, stdout } = await run(['doctor', '--home', home])
    expect(code, stdout).toBe(0)
  })

  it('in the database are found by doctor, and a backup brings back what it held', async () => {
    const home = path.join(folder, 'home')
    const copy = path.join(folder, 'copy.db')
    await run(['index', '--home', home, '--catalogue', file])
    expect((await run(['backup', copy, '--home', home])).code).toBe(0)
    flipBytes(path.join(home, 'matchgraph.db'), 211, 4096)
    const sick = await run(['doctor', '--home', home])
    expect(sick.code).toBe(1)
    expect(sick.stdout).toMatch(/restore/)
    expect((await run(['restore', copy, '--force', '--home', home])).code).toBe(0)
    const { code, stdout } = await run(['doctor', '--home', home])
    expect(code, stdout).toBe(0)
    expect((await run(['search', 'scanned pdf tables', '--home', home])).stdout).toContain('Extracting tables')
  })
})

/** Holds the database's one write lock, as a commit does that the disk does not finish. */
function holdCommits(home: string): () => void {
  const db = new Database(path.join(home, 'matchgraph.db'))
  db.exec('BEGIN IMMEDIATE')
  return () => {
    db.exec('COMMIT')
    db.close()
  }
}

/** Syncs wait while the file $SYNC_HOLD is there, and fail while $SYNC_FAIL is. */
const SYNC_LAYER = `
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
static int there(const char *name) { const char *file = getenv(name); return file && access(file, F_OK) == 0; }
static int synced(long call, int fd) {
  while (there("SYNC_HOLD")) usleep(5000);
  if (there("SYNC_FAIL")) { errno = EIO; return -1; }
  return syscall(call, fd);
}
int fsync(int fd) { return synced(SYS_fsync, fd); }
int fdatasync(int fd) { return synced(SYS_fdatasync, fd); }
`

/** The environment of a process whose syncs the files `hold` and `fail` of the folder govern; undefined where it cannot be made. */
function syncLayer(): Record<string, string> | undefined {
  const [source, layer] = [path.join(folder, 'layer.c'), path.join(folder, 'layer.so')]
  fs.writeFileSync(source, SYNC_LAYER)
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-o', layer, source], { stdio: 'pipe' })
  } catch {
    return undefined
  }
  return { LD_PRELOAD: layer, SYNC_HOLD: path.join(folder, 'hold'), SYNC_FAIL: path.join(folder, 'fail') }
}

/** A server over a fresh home that has shown something. */
async function served(env: Record<string, string> = {}, args: string[] = []) {
  const home = path.join(folder, 'home')
  await run(['index', '--home', home, '--catalogue', file])
  const server = await serve(home, env, args)
  return { home, ...server, results: (await search(server.base)).results }
}

describe('a slow disk', () => {
  it('holds up a report until it is safe, and no search meanwhile', async ({ skip }) => {
    const layer = syncLayer()
    if (!layer) return skip('no C compiler for Linux here')
    const { base, child, done, results } = await served(layer)
    fs.writeFileSync(layer.SYNC_HOLD!, '')
    let answered = false
    const reported = report(base, results[0].token).finally(() => {
      answered = true
    })
    for (let i = 0; i < 20; i++) expect((await search(base)).results.length).toBeGreaterThan(0)
    expect(answered).toBe(false)
    fs.rmSync(layer.SYNC_HOLD!)
    expect((await reported).status).toBe(201)
    child.kill('SIGTERM')
    expect((await done).code).toBe(0)
  })

  it('that cannot sync gets no report acknowledged, until it can', async ({ skip }) => {
    const layer = syncLayer()
    if (!layer) return skip('no C compiler for Linux here')
    const { home, base, child, done, results } = await served(layer)
    fs.writeFileSync(layer.SYNC_FAIL!, '')
    for (let i = 0; i < 2; i++)
      expect(await report(base, results[0].token)).toMatchObject({ status: 503, retryAfter: '1' })
    fs.rmSync(layer.SYNC_FAIL!)
    expect((await report(base, results[0].token)).body.matchId).toBeDefined()
    expect((await report(base, results[0].token)).body.status).toBe('duplicate')
    child.kill('SIGTERM')
    expect((await done).code).toBe(0)
    const db = new Database(path.join(home, 'matchgraph.db'), { readonly: true })
    expect(db.prepare("SELECT count(*) FROM event WHERE kind = 'match'").pluck().get()).toBe(1)
    db.close()
  })

  it('holds reports up and loses none', async () => {
    const { home, base, child, done, results } = await served()
    const release = holdCommits(home)
    const reports = results.map((result: { token: string }) => report(base, result.token))
    setTimeout(release, 1000)
    for (const { status } of await Promise.all(reports)) expect(status).toBe(201)
    expect((await search(base)).results.length).toBeGreaterThan(0)
    child.kill('SIGTERM')
    expect((await done).code).toBe(0)
    const db = new Database(path.join(home, 'matchgraph.db'), { readonly: true })
    expect(db.prepare("SELECT count(*) FROM event WHERE kind = 'match'").pluck().get()).toBe(results.length)
    db.close()
  })

  it.each([
    { who: 'of a single process', args: [] },
    { who: 'of workers', args: ['--workers', '1'] },
  ])('does not hold up the searches $who', async ({ args }) => {
    const { home, base, child, done, results } = await served({}, args)
    const release = holdCommits(home)
    const reported = report(base, results[0].token)
    let answered = false
    void reported.then(() => {
      answered = true
    })
    for (let i = 0; i < 5; i++) expect((await search(base)).results.length).toBeGreaterThan(0)
    expect(answered).toBe(false)
    release()
    expect((await reported).status).toBe(201)
    child.kill('SIGTERM')
    expect((await done).code).toBe(0)
  })
})

describe('a killed server', () => {
  it.each([
    { who: 'a single process', args: [] },
    { who: 'workers', args: ['--workers', '1'] },
  ])('gives nobody a second helping of its rate limit: $who', async ({ args }) => {
    const home = path.join(folder, 'home')
    await run(['index', '--home', home, '--catalogue', file])
    const env = { MATCHGRAPH_RATE_LIMIT: '5/h', MATCHGRAPH_TRUST_PROXY: 'on', MATCHGRAPH_TEST_CLOCK: 'on' }
    // the middle of an hour of tomorrow, so that no end of an hour comes in between
    const now = new Date((Math.floor(Date.now() / 3_600_000) + 24.5) * 3_600_000).toISOString()
    const asking = async (base: string, address: string) => {
      const headers = { 'x-forwarded-for': address, 'x-test-now': now }
      return (await fetch(`${base}/api/v1/search?q=pdf`, { headers })).status
    }
    const first = await serve(home, env, args)
    for (let i = 0; i < 5; i++) expect(await asking(first.base, '203.0.113.5')).toBe(200)
    const kept = () =>
      fs
        .readdirSync(path.join(home, 'rates'))
        .map((name) => fs.readFileSync(path.join(home, 'rates', name), 'utf8'))
        .join('')
    await expect.poll(kept, { timeout: 20_000 }).toMatch(/,5\]\]\n/)
    expect(kept()).not.toContain('203.0')
    first.child.kill('SIGKILL')
    await first.done
    const again = await serve(home, env, args)
    expect(await asking(again.base, '203.0.113.5')).toBe(429)
    expect(await asking(again.base, '198.51.100.1')).toBe(200)
    again.child.kill('SIGTERM')
    expect((await again.done).code).toBe(0)
  })
})

describe('a clock that jumps', () => {
  it('back or forth by years neither loses a match nor stops the server', async () => {
    const home = path.join(folder, 'home')
    await run(['index', '--home', home, '--catalogue', file])
    const { base, child, done } = await serve(home, { MATCHGRAPH_TEST_CLOCK: 'on' })
    const at = (now: string) => ({ 'x-test-now': now, 'content-type': 'application/json' })
    const statuses: number[] = []
    for (const now of [
      '2026-06-01T00:00:00Z',
      '2019-01-01T00:00:00Z',
      '2031-12-31T23:59:59Z',
      '2026-06-01T00:00:01Z',
    ]) {
      const answer = (await (
        await fetch(`${base}/api/v1/search?q=scanned+pdf&cut=off`, { headers: at(now) })
      ).json()) as any
      const body = JSON.stringify({ token: answer.results[0].token, outcome: 'selected' })
      statuses.push((await fetch(`${base}/api/v1/matches`, { method: 'POST', body, headers: at(now) })).status)
    }
    expect(statuses).toEqual([201, 201, 201, 201])
    const { identical } = (await (await fetch(`${base}/api/v1/replay`, { method: 'POST' })).json()) as any
    expect(identical).toBe(true)
    child.kill('SIGTERM')
    expect((await done).code).toBe(0)
  })
})
