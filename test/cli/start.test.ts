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

it('serve answers its first search out of few files, with the database alone outside the bundle', async () => {
  const [home, coverage, catalogue] = ['home', 'coverage', 'catalogue.json'].map((name) => path.join(folder, name))
  fs.writeFileSync(catalogue!, JSON.stringify(SMALL_CATALOGUE))
  expect((await run(['index', '--home', home!, '--catalogue', catalogue!])).code).toBe(0)
  const { base, child, done } = await serve(home!, { NODE_V8_COVERAGE: coverage! })
  expect((await fetch(`${base}/api/v1/search?q=run+notebooks`)).status).toBe(200)
  child.kill('SIGTERM')
  await done
  const files = filesRun(coverage!)
  expect(files.length).toBeLessThan(100)
  expect(files).toContain('dist/src/cli.js')
  const inside = files.filter((file) => /^dist\/src\/(cli\.js$|bundle\/)/.test(file))
  const packages = files.filter((file) => !inside.includes(file)).map((file) => /node_modules\/([^/]+)/.exec(file)?.[1])
  expect([...new Set(packages)].sort()).toEqual(['better-sqlite3', 'bindings', 'file-uri-to-path'])
})
