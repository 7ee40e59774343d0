import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT, serve } from '../support/cli.js'
import { tempFolder } from '../support/home.js'

const read = (file: string): string => fs.readFileSync(path.join(ROOT, file), 'utf8')
const blocks = (file: string, language: string): string[] =>
  [...read(file).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text]) => text!)

/** Lines of a guide that a test cannot run as they stand, and why. */
const APART: Record<string, string> = {
  'npm ci': 'the checkout is installed and tested already',
  'npx matchgraph tune': 'works for minutes; test/cli/model.test.ts',
  'npx matchgraph model': 'needs a model that was tuned or is downloaded; test/cli/model.test.ts',
  'MATCHGRAPH_MODEL=': 'needs a downloaded model; test/unit/embed',
  'npx matchgraph train': 'works for hours; test/unit/train',
  'matchgraph serve': 'goes on until it is stopped: started below',
}

/** The commands of a guide, in order, without their comments. */
const commandsOf = (file: string): string[] =>
  blocks(file, 'sh')
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter(Boolean)
const isApart = (line: string): boolean => Object.keys(APART).some((start) => line.startsWith(start))

const { folder, remove } = tempFolder()
const places = { bin: path.join(folder, 'bin'), shipped: path.join(folder, 'shipped'), own: path.join(folder, 'own') }

/** Runs a line as a reader would type it: `matchgraph` and `npx matchgraph` are this checkout's, and it is the guide's day. */
async function typed(line: string, cwd: string): Promise<string> {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MATCHGRAPH_')))
  const env = { ...clean, PATH: `${places.bin}:${process.env.PATH}` }
  const here = line.replaceAll('/backups/', `${folder}/backups/`)
  try {
    return (await promisify(execFile)('sh', ['-c', here], { cwd, env })).stdout
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${line}\n${stdout}${stderr}`)
  }
}

beforeAll(async () => {
  for (const place of [...Object.values(places), `${folder}/backups`, `${places.own}/my-catalogue`])
    fs.mkdirSync(place, { recursive: true })
  const script = (name: string, text: string) =>
    fs.writeFileSync(path.join(places.bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  script('matchgraph', `exec "${process.execPath}" "${path.join(ROOT, 'dist/src/cli.js')}" "$@"`)
  script('npx', 'exec "$@"')
  script('date', 'echo 2026-11-30')
  fs.copyFileSync(path.join(ROOT, 'test/fixtures/openapi/stapi.json'), path.join(places.own, 'openapi.json'))
  const [example] = blocks('docs/own-catalogue.md', 'yaml')
  fs.writeFileSync(path.join(places.own, 'my-catalogue/invoice-reader.yaml'), example!)
  await typed('matchgraph index', places.shipped)
})
afterAll(() => remove())

describe('the first screen of the README', () => {
  it('shows what is really answered', async () => {
    const [screen] = blocks('README.md', 'console')
    const [asked, ...shown] = screen!.split('\n')
    const plain = (text: string): string => text.replace(/\d+ %|0\.\d+/g, '#')
    const answer = plain(await typed(asked!.replace(/^\$ /, ''), places.shipped))
    for (const line of shown.filter((one) => one.trim() && one.trim() !== '…')) expect(answer).toContain(plain(line))
  })

  it('is right about what nothing serves, and about the sizes', async () => {
    const [, asked, words] = /`(npx matchgraph search [^`]+)` answers "([^"]+)"/.exec(read('README.md'))!
    expect(await typed(asked!, places.shipped)).toContain(words)
    const [, tools, capabilities] = /catalogue \((\d+) tools, ([\d,]+) capabilities\)/.exec(read('README.md'))!
    expect(await typed('matchgraph index', places.shipped)).toContain(`${tools} tools, ${capabilities} capabilities`)
  })
})

describe.each(['docs/own-catalogue.md', 'README.md', 'docs/operating.md'])('the commands of %s', (guide) => {
  it.each(commandsOf(guide).filter((line) => !isApart(line)))('%s', async (line) => {
    await typed(line, places.own)
  })
})

it('the exceptions are still in the guides', () => {
  const lines = ['README.md', 'docs/own-catalogue.md'].flatMap(commandsOf)
  for (const start of Object.keys(APART))
    expect(
      lines.some((line) => line.startsWith(start)),
      start,
    ).toBe(true)
})

it('the catalogue of the guide is served, found by its intent, and changed by one call', async () => {
  await typed('matchgraph index --catalogue my-catalogue/', places.own)
  const { base, child, done } = await serve(path.join(places.own, '.matchgraph'))
  const first = async () => {
    const answer = await fetch(`${base}/api/v1/search?q=get+the+positions+of+a+supplier+invoice&cut=off`)
    return ((await answer.json()) as { results: { tool: { name: string } }[] }).results[0]!.tool.name
  }
  expect(await first()).toBe('Invoice Reader')
  const { generation: _, ...record } = (await (await fetch(`${base}/api/v1/tools/invoice-reader?raw=on`)).json()) as {
    generation: number
  }
  const changed = await fetch(`${base}/api/v1/tools/invoice-reader`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...record, name: 'Bill Reader' }),
  })
  expect(changed.status).toBe(200)
  expect(await first()).toBe('Bill Reader')
  child.kill('SIGTERM')
  expect((await done).code).toBe(0)
})
