import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axeFaults, findChromium, openSite, type Site, shipped } from '../support/browser.js'

const chromium = findChromium()
const NEED = 'run untrusted AI-generated code in an isolated sandbox'
const search = (q: string): string => `/search?${new URLSearchParams({ q })}`
const PAGES = [
  '/',
  search(NEED),
  search('bake sourdough bread at home'),
  '/tools/fly-io',
  '/compare/fly-io-vs-fastapi',
  '/compare/e2b-vs-fly-io-vs-modal',
  '/alternatives/fly-io',
  '/rankings',
  '/graph?tool=fly-io',
  '/docs',
  '/tools/no-such-tool',
]

describe.skipIf(!chromium)('in a browser', () => {
  let site: Site
  beforeAll(async () => {
    site = await openSite(chromium!, shipped('fly-io', 'modal', 'e2b', 'daytona', 'fastapi', 'gpt-4o'))
  })
  afterAll(() => site.close())

  it('a need leads to a tool, an alternative, a comparison, and a report that shows on reload', async () => {
    const { page, faults } = await site.visit()
    await page.goto('/')
    await page.getByRole('searchbox').fill(NEED)
    await page.getByRole('button', { name: 'Search' }).click()
    await page.waitForURL(/\/search\?q=/)
    const first = page.locator('.result').first()
    await expect.poll(() => first.innerText()).toContain('no matches recorded yet')
    const capability = await first.getByRole('heading').innerText()
    await first.getByRole('heading').getByRole('link').click()
    await page.waitForURL(/\/tools\/[\w-]+#c-/)
    expect(await page.locator(':target h3').innerText()).toBe(capability)
    const tool = await page.getByRole('heading', { level: 1 }).innerText()
    await page.getByRole('link', { name: 'Need something different?' }).click()
    await page.waitForURL(/\/alternatives\//)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain(tool)
    await page
      .getByRole('link', { name: `Compare with ${tool}` })
      .first()
      .click()
    await page.waitForURL(/\/compare\/[\w-]+-vs-[\w-]+$/)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain(`${tool} vs `)
    await page.goto(search(NEED))
    await page.getByRole('button', { name: `This worked: ${capability}` }).click()
    await page.getByText('Recorded: it worked for you.').waitFor()
    await page.reload()
    const again = page.locator('.result', { hasText: capability })
    expect(await again.innerText()).toMatch(/chosen (once|\d times)/)
    expect(faults).toEqual([])
  })

  it('finds while one types, and keeps the address in step', async () => {
    const { page, faults } = await site.visit()
    await page.goto('/')
    await page.getByRole('searchbox').pressSequentially('multi-region container', { delay: 5 })
    await page.locator('.result').first().waitFor()
    await expect.poll(() => page.url()).toContain('q=multi-region+container')
    expect(await page.getByRole('searchbox').inputValue()).toBe('multi-region container')
    expect(await page.locator('.result').first().innerText()).toContain('Multi-region container deployment')
    expect(faults).toEqual([])
  })

  it('copies a link without leaving the page', async () => {
    const { page, context, faults } = await site.visit()
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.goto(search(NEED))
    await page.locator('.result .copy').first().click()
    await page.locator('.result .copy', { hasText: 'Copied' }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/\/tools\/[\w-]+#c-/)
    expect(faults).toEqual([])
  })

  it('works without JavaScript', async () => {
    const { page, faults } = await site.visit({ javaScriptEnabled: false })
    await page.goto('/')
    await page.getByRole('searchbox').fill('stop idle machines to save money')
    await page.getByRole('button', { name: 'Search' }).click()
    const result = page.locator('.result').first()
    const capability = await result.getByRole('heading').innerText()
    await result.getByRole('button', { name: 'Did not work' }).click()
    await page.waitForURL(/reported=failed/)
    expect(await page.locator('.result', { hasText: capability }).innerText()).toContain('it did not work for you')
    await page
      .locator('.filters summary')
      .click({ force: true })
      .catch(() => {})
    await page.getByRole('complementary').getByRole('link').nth(2).click()
    await page.waitForURL(/type=/)
    expect(faults).toEqual([])
  })

  it('works by keyboard alone', async () => {
    const { page, faults } = await site.visit()
    await page.goto('/')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Skip to content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.type('snapshot a sandbox and go back')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/search\?q=/)
    const focused = () => page.evaluate(() => document.activeElement?.matches('.result h2 a') ?? false)
    for (let presses = 0; presses < 12 && !(await focused()); presses++) await page.keyboard.press('Tab')
    expect(await focused()).toBe(true)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/tools\//)
    expect(faults).toEqual([])
  })

  for (const path of PAGES) {
    it(`${path} stays put while loading, fits 360 pixels, and has no serious accessibility fault in light or dark`, {
      timeout: 180_000,
    }, async () => {
      const { page, context, faults } = await site.visit({
        colorScheme: 'light',
        // colours fade when the scheme changes; what axe sees must not depend on how far they have come
        reducedMotion: 'reduce',
        viewport: { width: 1200, height: 800 },
      })
      await page.goto(path)
      // what a table shifts while its rows arrive is below this; a late image or font is far above
      expect(await layoutShift(page)).toBeLessThan(0.01)
      expect(await axeFaults(page)).toEqual([])
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await axeFaults(page, true)).toEqual([])
      await page.setViewportSize({ width: 360, height: 780 })
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(beyond, 'pixels beyond the right edge').toBeLessThanOrEqual(0)
      expect(faults).toEqual([])
      await context.close()
    })
  }
})

/** Cumulative layout shift since the page began to load. */
const layoutShift = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += (entry as unknown as { value: number }).value
        }).observe({ type: 'layout-shift', buffered: true })
        setTimeout(() => resolve(sum), 100)
      }),
  )

describe.skipIf(!chromium)('hostile texts in a browser', () => {
  const XSS = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '</script><script>alert(1)</script>',
    '</title><script>alert(1)</script>',
    "' onfocus=alert(1) autofocus x='",
    '<svg/onload=alert(1)>',
    '<a href="javascript:alert(1)">x</a>',
  ]
  let site: Site
  beforeAll(async () => {
    site = await openSite(
      chromium!,
      XSS.map((text, i) => ({
        slug: `hostile-${i}`,
        name: `Hostile ${text}`,
        type: 'api',
        description: text,
        url: 'javascript:alert(1)',
        attributes: { hosting: { value: text, source: 'javascript:alert(1)' } },
        capabilities: [
          { name: `Parsing hostile input ${text}`, description: `Parses hostile input ${text}`, intents: [text] },
        ],
      })),
    )
  })
  afterAll(() => site.close())

  it('run nothing, whether in the catalogue or in the address', { timeout: 180_000 }, async () => {
    const { page, faults } = await site.visit()
    for (const [i, text] of XSS.entries()) {
      for (const path of [
        `/tools/hostile-${i}`,
        search(`parsing hostile input ${text}`),
        `${search(`parsing hostile input ${text}`)}&groupBy=tool`,
        `/compare/hostile-0-vs-hostile-${i || 1}?${new URLSearchParams({ for: text })}`,
        `/alternatives/hostile-${i}?${new URLSearchParams({ for: text })}`,
        `/graph?tool=hostile-${i}`,
        `/graph?${new URLSearchParams({ intent: text })}`,
        `/tools/${encodeURIComponent(text)}`,
        ...(i === 0 ? ['/rankings', '/docs'] : []),
      ]) {
        await page.goto(path)
        expect(faults, path).toEqual([])
      }
    }
    await page.goto('/')
    await page.getByRole('searchbox').fill(`parsing hostile input ${XSS[1]}`)
    await page.locator('.result').first().waitFor()
    expect(faults).toEqual([])
  })
})
