import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lintCatalogue } from '../../../indexer/lint/catalogue.js'
import type { Embedder } from '../../../src/core/embedding.js'
import { loadEmbedder } from '../../../src/embed/load.js'

let embedder: Embedder
beforeAll(async () => {
  embedder = await loadEmbedder(undefined, { cacheDir: '' })
})
afterAll(() => embedder.close())

const SOCKETS = 'Keeps a socket open between server and browser and pushes messages in both directions without polling.'
const MAIL = 'Hands a message with its attachments to an outgoing mail server and reports bounces by webhook.'

test('references and near-duplicates are found across the whole catalogue, with file and line', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'lint-')), 'a.yaml')
  writeFileSync(
    file,
    `slug: alpha
name: Alpha
type: api
layer: tooling
worksWith: [betta, {slug: alpha}]
capabilities:
  - {name: Push messages to browsers, description: "${SOCKETS}"}
  - {name: Send mail, description: "${MAIL}"}
  - {name: Push messages to a browser, description: "${SOCKETS.replace('pushes', 'sends')}"}
---
slug: beta
name: Beta
type: api
layer: tooling
capabilities:
  - {name: Send mail, description: "${MAIL}"}
  - {name: Read colours, description: "Takes a photograph and names the five colours that cover most of its area."}
`,
  )
  const { errors, warnings, tools, capabilities } = await lintCatalogue([file], embedder)
  expect([tools, capabilities, errors]).toEqual([2, 5, []])
  expect(warnings.map(({ rule, line, slug, path, suggestion }) => [rule, line, slug, path, suggestion])).toEqual([
    ['dangling-works-with', 5, 'alpha', 'worksWith.0', 'beta'],
    ['dangling-works-with', 5, 'alpha', 'worksWith.1', undefined],
    ['near-duplicate', 16, 'beta', 'capabilities.0', undefined],
    ['near-duplicate', 9, 'alpha', 'capabilities.2', undefined],
  ])
  expect(warnings[2]!.message).toBe('says nearly the same as capability 1 of alpha, "Send mail" (similarity 1.00)')
})

test('the shipped catalogue is clean', async () => {
  const { errors, warnings, tools, capabilities } = await lintCatalogue(
    [join(import.meta.dirname, '../../../data/catalogue')],
    embedder,
  )
  expect([...errors, ...warnings]).toEqual([])
  expect(tools).toBeGreaterThanOrEqual(100)
  expect(capabilities).toBeGreaterThanOrEqual(800)
})
