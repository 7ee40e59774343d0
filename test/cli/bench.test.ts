import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { findingsOf, publish } from '../../bench/publish.js'
import type { GrowthReport, Report } from '../../bench/report.js'
import { ROOT } from '../support/cli.js'
import { tempFolder } from '../support/home.js'

/** A dozen processes, each loading the model. */
const TIMEOUT = 240_000

/** Runs the built benchmark; what it prints and the folder of its results. */
async function bench(folder: string, ...args: string[]): Promise<string> {
  const child = spawn(
    process.execPath,
    [path.join(ROOT, 'dist/bench/main.js'), '--out', folder, '--no-install', '--count', '8', '--budget', '2', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect(code, err).toBe(0)
  return out
}

it('the benchmark measures matchgraph and a peer, or says why not', { timeout: TIMEOUT }, async () => {
  const { folder, remove } = tempFolder()
  try {
    const out = await bench(folder, '--size', '50', '--only', 'matchgraph,minisearch')
    const report = JSON.parse(fs.readFileSync(path.join(folder, 'peers.json'), 'utf8')) as Report
    expect(report.workload).toMatchObject({ capabilities: 50, matches: expect.any(Number) })
    expect(report.workload.matches).toBeGreaterThan(25)
    const [own, http, mini] = report.rows
    expect(own).toMatchObject({
      name: 'matchgraph',
      notes: [],
      search: { queries: 8 },
      insert: { inserted: expect.any(Number) },
    })
    expect(own!.recall).toBeGreaterThan(0.9)
    expect(Object.keys(own!.stages!)).toEqual(
      expect.arrayContaining(['embed', 'semantic', 'keyword', 'relevance', 'evidence', 'page']),
    )
    expect(http).toMatchObject({
      name: 'matchgraph over HTTP',
      search: { queries: 8 },
      reindex: { searches: expect.any(Number), p99: expect.any(Number) },
    })
    // the peers are no part of what npm ci installs
    if (mini!.search) expect(mini!.search.queries).toBe(8)
    else expect(mini!.notes).toEqual(['build failed: minisearch is not installed (npm ci --prefix bench)'])
    expect(out).toContain('| **matchgraph** |')
    expect(fs.readFileSync(path.join(folder, 'peers.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s)
    publishes(report, folder)
  } finally {
    remove()
  }
})

/** The table stands between the markers, whatever stood there, and nothing else changes. */
function publishes(report: Report, folder: string): void {
  const readme = path.join(folder, 'README.md')
  fs.writeFileSync(readme, 'before\n<!-- bench:peers -->\nold\n<!-- /bench:peers -->\nafter\n')
  publish(findingsOf(report), readme, path.join(folder, 'published'))
  const text = fs.readFileSync(readme, 'utf8')
  expect(text).toMatch(/^before\n<!-- bench:peers -->\n.*\| \*\*matchgraph\*\* \|.*<!-- \/bench:peers -->\nafter\n$/s)
  expect(text).not.toContain('old')
}

it('the benchmark grows a catalogue by perturbed copies', { timeout: TIMEOUT }, async () => {
  const { folder, remove } = tempFolder()
  try {
    const file = path.join(folder, 'one.jsonl')
    const capabilities = ['Sending mail', 'Reading mail', 'Sorting mail'].map((name) => ({
      name,
      description: `${name} from a script that runs every night and reports what went wrong to the people on duty`,
    }))
    const record = { slug: 'mail', name: 'Mail', type: 'api', description: 'Mail.', capabilities }
    fs.writeFileSync(file, JSON.stringify(record))
    const out = await bench(folder, '--catalogue', file, '--growth', '10')
    const { points, notes } = JSON.parse(fs.readFileSync(path.join(folder, 'growth.json'), 'utf8')) as GrowthReport
    expect(notes).toEqual([])
    expect(points.map((one) => one.capabilities)).toEqual([10])
    expect(out).toContain('| 10 |')
  } finally {
    remove()
  }
})
