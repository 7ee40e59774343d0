import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { wordsOf } from '../../indexer/sources/mcp-live.js'
import * as importing from '../../src/commands/import.js'
import * as validate from '../../src/commands/validate.js'
import { AppError } from '../../src/core/errors.js'
import { runCommand } from '../support/run-command.js'

const fixture = (path: string) => join(import.meta.dirname, '../fixtures', path)
const folder = () => mkdtempSync(join(tmpdir(), 'sources-'))

const run = (...args: string[]) => runCommand([importing, validate], ...args)

test('import writes catalogue JSONL that validate takes, and the same bytes again', async () => {
  const out = join(folder(), 'out.jsonl')
  const files = ['github.json', 'blockfrost.yaml'].map((name) => fixture(`openapi/${name}`))
  const args = ['import', 'openapi', ...files, '--out', out, '--as-of', '2026-11-30']
  const first = await run(...args)
  expect(first).toMatchObject({
    out: '',
    err: 'Imported 2 tools with 35 capabilities; 0 errors, 0 warnings.\n',
    code: 0,
  })
  const written = readFileSync(out, 'utf8')
  await run(...args)
  expect(readFileSync(out, 'utf8')).toBe(written)
  const { out: report, code } = await run('validate', '--json', out)
  expect(code).toBe(0)
  expect(JSON.parse(report)).toMatchObject({ tools: 2, capabilities: 35, errors: [] })
})

test('import asks a living MCP server, all pages, and stops it', async () => {
  const command = `node "${fixture('mcp-server.mjs')}"`
  const { out } = await run('import', 'mcp-tools', '--command', command, '--as-of', '2026')
  const record = JSON.parse(out)
  expect(record).toMatchObject({ slug: 'word-server', type: 'mcp', execution: { protocol: 'mcp', command } })
  expect(record.capabilities.map(({ id }: { id: string }) => id)).toEqual([
    'word-server.count_words',
    'word-server.reverse',
  ])
})

test('a command that is no MCP server, and wrong usage, are told in one sentence', async () => {
  await expect(run('import', 'mcp-tools', '--command', 'node -e 0')).rejects.toThrow(AppError)
  await expect(run('import', 'mcp-tools', '--command', 'no-such-program-here')).rejects.toThrow(
    /did not answer as an MCP server/,
  )
  await expect(run('import', 'openapi')).rejects.toThrow('import openapi needs at least one file.')
  await expect(run('import', 'csv', 'x.csv', '--map', 'capability')).rejects.toThrow('write it as FIELD=HEADING')
  await expect(run('import', 'openapi', 'nowhere.json')).rejects.toThrow(/nowhere.json cannot be read/)
  await expect(run('import', 'openapi', 'x', '--as-of', 'today')).rejects.toThrow('--as-of today')
})

test('validate tells file, line and field of every fault, and exits 1', async () => {
  const file = join(folder(), 'a.yaml')
  writeFileSync(
    file,
    'slug: x\nname: X\ntype: api\ncapabilities:\n  - {name: N, descripton: D}\n  - {name: M, description: Mends a thing that broke.}\n',
  )
  const faulty = await run('validate', file)
  expect(faulty.code).toBe(1)
  expect(faulty.out.split('\n')).toEqual([
    `error    ${file}:5: capabilities.0.description is missing`,
    `error    ${file}:5: capabilities.0.descripton is not a known field; did you mean description?`,
    `warning  ${file}:1: layer is missing; without it nobody can tell substitutes from complements [missing-layer]`,
    '1 sound tool with 1 capability; 2 errors, 1 warning.',
    '',
  ])
})

test('warnings only fail when strict; manifests are told by what they hold', async () => {
  const manifest = fixture('manifest/unfragile.yml')
  expect((await run('validate', '--strict', manifest)).code).toBe(0)
  const file = join(folder(), 'unfragile.yml')
  writeFileSync(file, readFileSync(manifest, 'utf8').replace(/^failure_modes:[\s\S]*?(?=^execution)/m, ''))
  expect(await run('validate', file)).toMatchObject({
    code: 0,
    out: expect.stringContaining('failure_modes no failure modes are told [manifest]'),
  })
  expect((await run('validate', '--strict', file)).code).toBe(1)
})

test('a command is split into words like a shell does', () => {
  expect(wordsOf(`npx -y "a b"c 'd "e' f\\ g "h\\"i"`)).toEqual(['npx', '-y', 'a bc', 'd "e', 'f g', 'h"i'])
  expect(wordsOf('  ')).toEqual([])
})
