import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { serve } from '@hono/node-server'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { parse } from 'yaml'
import { dataFolder } from '../../src/commands/open.js'
import type { ToolRecord } from '../../src/core/catalogue.js'
import { startServer, type TestServer } from './home.js'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Where a Chromium lies; undefined, with the reason printed, where there is none. */
export function findChromium(): string | undefined {
  const found = [process.env.CHROMIUM, ...PLACES].find((file) => file !== undefined && existsSync(file))
  if (!found) console.warn(`Browser tests are skipped: no Chromium at ${PLACES.join(', ')} or $CHROMIUM.`)
  return found
}

/** Tools of the shipped catalogue, as they stand there. */
export const shipped = (...slugs: string[]): ToolRecord[] =>
  slugs.map((slug) => parse(readFileSync(path.join(dataFolder(), 'catalogue', `${slug}.yaml`), 'utf8')))

/** A page together with everything that went wrong on it. */
export interface Visit {
  page: Page
  context: BrowserContext
  /** Console errors, uncaught exceptions, dialogs, requests to another host. Answers with 4xx are not among them. */
  faults: string[]
}

export interface Site {
  server: TestServer
  base: string
  browser: Browser
  visit(options?: BrowserContextOptions): Promise<Visit>
  close(): Promise<void>
}

/** The whole server on a real port, and a browser. */
export async function openSite(executablePath: string, records: ToolRecord[]): Promise<Site> {
  const server = await startServer(records)
  const http = serve({ fetch: server.app.fetch, port: 0, hostname: '127.0.0.1' })
  await new Promise((resolve) => http.once('listening', resolve))
  const base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const browser = await chromium.launch({ executablePath, args: FLAGS })
  return {
    server,
    base,
    browser,
    async visit(options = {}) {
      const context = await browser.newContext({ baseURL: base, ...options })
      const page = await context.newPage()
      const faults: string[] = []
      page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`))
      page.on('dialog', (dialog) => {
        faults.push(`dialog: ${dialog.message()}`)
        void dialog.dismiss()
      })
      page.on('console', (message) => {
        const expected = /the server responded with a status of 4\d\d/.test(message.text())
        if (message.type() === 'error' && !expected) faults.push(`console: ${message.text()}`)
      })
      page.on('request', (request) => {
        if (!request.url().startsWith(`${base}/`)) faults.push(`elsewhere: ${request.url()}`)
      })
      return { page, context, faults }
    },
    async close() {
      await browser.close()
      await new Promise((resolve) => http.close(resolve))
      await server.close()
    },
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe-core finds of serious or critical impact, as one line each; with `colours`, only whether texts stand out enough. */
export async function axeFaults(page: Page, colours = false): Promise<string[]> {
  await page.evaluate(axe)
  const only = colours ? ['color-contrast'] : ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']
  const violations = await page.evaluate(async (runOnly) => {
    const { run } = (globalThis as unknown as { axe: { run(options: object): Promise<{ violations: any[] }> } }).axe
    return (await run({ runOnly, resultTypes: ['violations'] })).violations
  }, only)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node: { html: string }) => `${id}: ${node.html.slice(0, 160)}`))
}
