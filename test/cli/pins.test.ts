import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as check from '../../src/commands/check.js'
import * as importing from '../../src/commands/import.js'
import * as index from '../../src/commands/index.js'
import * as pin from '../../src/commands/pin.js'
import * as verify from '../../src/commands/verify.js'
import type { ToolRecord } from '../../src/core/catalogue.js'
import { SMALL_CATALOGUE } from '../support/home.js'
import { runCommand } from '../support/run-command.js'

const folder = mkdtempSync(join(tmpdir(), 'pins-'))
const home = join(folder, 'home')
const lock = join(folder, 'tools.lock.json')
const run = (...args: string[]) => runCommand([index, importing, pin, check, verify], ...args)

async function publish(change: (tool: ToolRecord) => ToolRecord | undefined) {
  const file = join(folder, 'catalogue.jsonl')
  const records = SMALL_CATALOGUE.flatMap((tool) => change(structuredClone(tool)) ?? [])
  writeFileSync(file, records.map((record) => JSON.stringify(record)).join('\n'))
  await run('index', '--home', home, '--catalogue', file)
}

test('pin, change, check: what changed, whether it still serves, and the exit code', async () => {
  await publish((tool) => tool)
  const need = 'post-horn=mail a receipt to a customer'
  const pinned = await run('pin', 'post-horn', 'papermill', '--need', need, '--home', home)
  expect(pinned.code).toBe(0)
  expect(JSON.parse(pinned.out).tools['post-horn'].need).toEqual({
    text: 'mail a receipt to a customer',
    capability: 'post-horn.1',
  })
  writeFileSync(lock, pinned.out)

  expect(await run('check', lock, '--home', home)).toMatchObject({
    code: 0,
    out: 'papermill: unchanged\npost-horn: unchanged\n',
  })

  await publish((tool) => (tool.slug === 'post-horn' ? { ...tool, capabilities: tool.capabilities.slice(0, 1) } : tool))
  const fewer = await run('check', lock, '--home', home)
  expect(fewer).toMatchObject({
    code: 0,
    out: 'papermill: unchanged\npost-horn: met, with changes\n  - "Scheduling newsletters to segments" is gone.\n',
  })
  expect((await run('check', lock, '--strict', '--home', home)).code).toBe(1)

  await publish((tool) =>
    tool.slug === 'post-horn'
      ? { ...tool, capabilities: tool.capabilities.slice(1) }
      : tool.slug === 'papermill'
        ? undefined
        : tool,
  )
  const gone = await run('check', lock, '--json', '--home', home)
  expect(gone.code).toBe(1)
  expect(JSON.parse(gone.out)).toMatchObject({
    met: false,
    tools: [
      { slug: 'papermill', met: false, changes: [{ part: 'tool', breaking: true }] },
      { slug: 'post-horn', met: false },
    ],
  })
})

test('what cannot be pinned or read is told in one sentence', async () => {
  await publish((tool) => tool)
  await expect(run('pin', 'nobody', '--home', home)).rejects.toThrow('There is no tool "nobody" in this home.')
  await expect(run('pin', 'papermill', '--need', 'zzz qqq', '--home', home)).rejects.toThrow(
    /Nothing in "papermill" serves/,
  )
  await expect(run('pin', 'papermill', 'post-horn', '--need', 'mail', '--home', home)).rejects.toThrow(
    'write it as SLUG=NEED',
  )
  await expect(run('check', join(folder, 'nowhere'), '--home', home)).rejects.toThrow('cannot be read')
  writeFileSync(lock, '{')
  await expect(run('check', lock, '--home', home)).rejects.toThrow('is not JSON')
  writeFileSync(lock, '{}')
  expect(await run('verify', lock)).toMatchObject({
    code: 1,
    out: expect.stringContaining('NOT valid. It is not a passport.'),
  })
})

test('import twice, index twice: nothing changes the second time', async () => {
  const out = join(folder, 'imported.jsonl')
  const other = join(folder, 'other-home')
  const fixtures = join(import.meta.dirname, '../fixtures')
  const once = async () => {
    await run(
      'import',
      'mcp-tools',
      join(fixtures, 'mcp-tools/server-memory.json'),
      join(fixtures, 'mcp-tools/playwright-mcp.json'),
      '--out',
      out,
      '--as-of',
      '2026-11-30',
    )
    return JSON.parse((await run('index', '--json', '--home', other, '--catalogue', out)).out)
  }
  expect(await once()).toMatchObject({ added: 2, changed: 0, kept: 0, removed: 0, rejected: 0 })
  expect(await once()).toMatchObject({ added: 0, changed: 0, kept: 2, removed: 0, rejected: 0, embedded: 0 })
})
