import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { ROOT, run, serve } from '../support/cli.js'
import { SMALL_CATALOGUE, tempFolder } from '../support/home.js'

const { folder, remove } = tempFolder()
afterAll(remove)

/** The files that a process ran anything of, by what Node wrote about it when it ended; from the root of the project. */
function filesRun(coverage: string): string[] {
  const urls = fs.readdirSync(coverage).flatMap((name) => {
    const { result } = JSON.parse(fs.readFileSync(path.join(coverage, name), 'utf8')) as { result: { url: string }[] }
    return result.map(({ url }) => url)
  })
  return urls.filter((url) => url.startsWith('file:')).map((url) => path.relative(ROOT, fileURLToPath(url)))
}

it('serve answers its first search out of the bundle, with the database alone outside it', async () => {
  const [home, coverage, catalogue] = ['home', 'coverage', 'catalogue.json'].map((name) => path.join(folder, name))
  fs.writeFileSync(catalogue!, JSON.stringify(SMALL_CATALOGUE))
  expect((await run(['index', '--home', home!, '--catalogue', catalogue!])).code).toBe(0)
  const { base, child, done } = await serve(home!, { NODE_V8_COVERAGE: coverage! })
  expect((await fetch(`${base}/api/v1/search?q=run+notebooks`)).status).toBe(200)
  child.kill('SIGTERM')
  await done
  const [packages, own] = [true, false].map((outside) =>
    filesRun(coverage!).filter((file) => file.includes('node_modules') === outside),
  )
  expect(own!.sort()).toEqual(['dist/src/bundle/program.cjs', 'dist/src/cli.js'])
  // as modules are, which the other tests load
  expect(fs.readFileSync(path.join(ROOT, 'dist/src/bundle/program.cjs'), 'utf8').slice(0, 200)).toContain(
    '"use strict"',
  )
  const names = packages!.map((file) => /node_modules\/([^/]+)/.exec(file)![1])
  expect([...new Set(names)].sort()).toEqual(['better-sqlite3', 'bindings', 'file-uri-to-path'])
})

it('what V8 compiled is kept for the next run, and made anew when it is damaged or of another source', () => {
  const own = path.join(folder, 'own')
  const program = path.join(own, 'dist/src/bundle/program.cjs')
  fs.cpSync(path.join(ROOT, 'dist/src/bundle/program.cjs'), program, { recursive: true })
  fs.cpSync(path.join(ROOT, 'dist/src/cli.js'), path.join(own, 'dist/src/cli.js'))
  fs.writeFileSync(path.join(own, 'package.json'), '{"type": "module"}')
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(own, 'node_modules'))
  const help = () =>
    execFileSync(process.execPath, [path.join(own, 'dist/src/cli.js'), 'check', '--help'], { encoding: 'utf8' })
  const kept = path.join(own, 'dist/src/bundle/program.cjs.check')
  const written = () => fs.statSync(kept, { bigint: true }).mtimeNs

  const words = help()
  const first = written()
  expect(help()).toBe(words)
  expect(written()).toBe(first)

  const bytes = fs.readFileSync(kept)
  bytes[bytes.length >> 1]! ^= 0x55
  fs.writeFileSync(kept, bytes)
  const damaged = written()
  expect(help()).toBe(words)
  expect(written()).not.toBe(damaged)

  // as long as before, which is all that V8 would look at
  const description = /\n\n(\w+ \w+ \w+)/.exec(words)![1]!
  const source = fs.readFileSync(program, 'latin1')
  fs.writeFileSync(program, source.replaceAll(description, description.toUpperCase()), 'latin1')
  expect(help()).toBe(words.replace(description, description.toUpperCase()))
  expect(fs.readdirSync(path.dirname(kept)).sort()).toEqual(['program.cjs', 'program.cjs.check'])
})
