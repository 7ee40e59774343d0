import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ToolRecord } from '../../src/core/catalogue.js'
import { ERROR_CODES } from '../../src/core/errors.js'
import { SMALL_CATALOGUE, startServer, type TestServer } from '../support/home.js'
import { elementsOf, faultsOf, HTML, searchPath } from '../support/html.js'

const NEED = 'get tables out of scanned pdf files'

const PAGES = [
  '/',
  searchPath({ q: NEED }),
  '/tools/papermill',
  '/compare/papermill-vs-post-horn',
  '/compare/ear-trumpet-vs-papermill-vs-post-horn',
  '/alternatives/papermill',
  '/rankings',
  '/graph',
  '/graph?tool=papermill',
  `/graph?${new URLSearchParams({ intent: NEED })}`,
  '/docs',
]

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())
const page = (path: string) => server.get(path, HTML)

describe('the pages', () => {
  it('are whole documents that load nothing from elsewhere and nothing inline', async () => {
    for (const path of [...PAGES, '/tools/nothing-like-it']) {
      const { body, headers } = await page(path)
      expect(body).toMatch(/^<!doctype html><html lang="en">/)
      expect(elementsOf(body).filter(({ name }) => name === 'h1')).toHaveLength(1)
      expect(faultsOf(body)).toEqual([])
      const policy = headers.get('content-security-policy')!
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toMatch(/unsafe|https?:|\*/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  it('name their style, script and icon by content, to be kept for ever', async () => {
    const { body } = await page('/')
    const files = elementsOf(body).flatMap(({ attributes }) => [attributes.href ?? '', attributes.src ?? ''])
    const assets = [...new Set(files.filter((file) => file.startsWith('/assets/')))]
    expect(assets).toHaveLength(3)
    for (const file of assets) {
      expect(file).toMatch(/\.[0-9a-f]{10}\.(css|js|svg)$/)
      const { status, headers } = await server.get(file)
      expect(status).toBe(200)
      expect(headers.get('cache-control')).toContain('immutable')
    }
  })

  it('say the same as markdown, by .md and by Accept', async () => {
    for (const path of PAGES) {
      const { body } = await page(path)
      const other = elementsOf(body).find(({ attributes }) => attributes.type === 'text/markdown')!.attributes.href!
      const byAddress = await page(other)
      const byHeader = await server.get(path, { accept: 'text/markdown' })
      for (const { status, headers, body: text } of [byAddress, byHeader]) {
        expect(status).toBe(200)
        expect(headers.get('content-type')).toMatch(/^text\/markdown/)
        expect(headers.get('vary')).toContain('Accept')
        expect(text).toMatch(/^# /)
      }
    }
    const { body } = await page('/tools/papermill.md')
    for (const { name, description } of SMALL_CATALOGUE[0]!.capabilities) {
      expect(body).toContain(name)
      expect(body).toContain(description)
    }
  })
})

describe('the search page', () => {
  it('shows what was found, how sure that is, why, and filters with counts', async () => {
    const { status, body } = await page(searchPath({ q: NEED }))
    expect(status).toBe(200)
    expect(body).toContain('Extracting tables from scanned PDF pages')
    expect(body).toContain('href="/tools/papermill#c-papermill_1"')
    expect(body).toMatch(/\d+ %/)
    expect(body).toContain('Why: ')
    expect(body).toContain('no matches recorded yet')
    expect(body).toContain('type=api')
  })

  it('keeps the filters in the address and takes each away by a link', async () => {
    const { body } = await page(searchPath({ q: NEED, type: 'api', free: 'on' }))
    const links = elementsOf(body).filter(({ attributes }) => attributes['aria-current'] === 'true')
    expect(links.map(({ attributes }) => attributes.href)).toEqual([
      searchPath({ q: NEED, type: 'api' }),
      searchPath({ q: NEED, free: 'on' }),
    ])
    const kept = elementsOf(body).filter(({ name, attributes }) => name === 'input' && attributes.type === 'hidden')
    expect(kept.map(({ attributes }) => `${attributes.name}=${attributes.value}`)).toContain('type=api')
  })

  it('says that nothing does it, what comes nearest, and what to ask less of', async () => {
    const { body } = await page(searchPath({ q: NEED, free: 'on' }))
    expect(body).toContain('Nothing here')
    expect(body).toContain('Fails:')
    expect(body).toContain('Drop free=on')
  })

  it('shows one entry a tool when asked', async () => {
    const { body } = await page(searchPath({ q: NEED, groupBy: 'tool' }))
    expect(body).toContain('<h2><a href="/tools/papermill">Papermill</a></h2>')
  })

  it('answers a wrong value with a page, not with JSON', async () => {
    const { status, body } = await page(searchPath({ q: NEED, type: 'spaceship' }))
    expect(status).toBe(400)
    expect(body).toContain('<h1>A parameter has an invalid value</h1>')
    expect((await page(searchPath({ q: NEED, utm_source: 'x' }))).status).toBe(200)
  })
})

describe('the tool page', () => {
  it('is found by names as people type them, and says what was meant when none is', async () => {
    const { status, headers } = await page('/tools/Post Horn.md')
    expect([status, headers.get('location')]).toEqual([302, '/tools/post-horn.md'])
    const { body } = await page('/tools/papermil')
    expect(elementsOf(body).some(({ attributes }) => attributes.href === '/tools/papermill')).toBe(true)
  })

  it('takes the rank apart, and the points sum to it', async () => {
    const { body } = await page('/tools/papermill.md')
    const points = [...body.matchAll(/\| ([\d.]+) of \d+ \|$/gm)].map((match) => Number(match[1]))
    const rank = Number(/Rank: ([\d.]+) of 100/.exec(body)![1])
    expect(points).toHaveLength(5)
    expect(points.reduce((a, b) => a + b, 0)).toBeCloseTo(rank, 1)
    expect(body).toContain('no data')
  })

  it('counts distinct capabilities beside those that are listed', async () => {
    const twin = structuredClone(SMALL_CATALOGUE[0]!)
    twin.capabilities.push({ ...twin.capabilities[0]!, id: 'papermill.3' })
    const twins = await startServer([twin])
    try {
      expect((await twins.get('/tools/papermill.md')).body).toContain('(3, 2 distinct)')
    } finally {
      await twins.close()
    }
  })
})

describe('the comparison page', () => {
  it('says what kind of pair it is, who serves what, and no data where there is none', async () => {
    const { status, body } = await page('/compare/papermill-vs-post-horn')
    expect(status).toBe(200)
    expect(body).toContain('<h1>Papermill vs Post Horn</h1>')
    expect(body).toMatch(/Substitutes|Complements|contains|Unrelated/)
    expect(body).toContain('no data')
    expect(body).toContain('Extracting tables from scanned PDF pages')
  })

  it('has one address however the names are typed', async () => {
    for (const [typed, path] of [
      ['/compare?tools=papermill&tools=Post+Horn', '/compare/papermill-vs-post-horn'],
      ['/compare?tools=papermill,posthorn', '/compare/papermill-vs-post-horn'],
      ['/compare/papermill-vs-horn', undefined],
      ['/compare/Papermill-vs-posthorn.md', '/compare/papermill-vs-post-horn.md'],
      ['/compare?tools=papermill,post-horn&for=mail+a+receipt', '/compare/papermill-vs-post-horn?for=mail+a+receipt'],
    ] as const) {
      const { status, headers } = await page(typed)
      expect([status, headers.get('location') ?? undefined], typed).toEqual([path ? 302 : 404, path])
    }
  })

  it('judges a situation in the words of whoever asks', async () => {
    const { body } = await page('/compare/papermill-vs-post-horn?for=mail+a+receipt+to+a+customer+after+checkout')
    expect(body).toContain('mail a receipt to a customer after checkout')
    expect(body).toContain('your question')
  })

  it('says what is missing when there is nothing to compare', async () => {
    expect((await page('/compare?tools=papermill')).status).toBe(400)
    const { status, body } = await page('/compare/papermill-vs-postcard')
    expect(status).toBe(404)
    expect(body).toContain('postcard')
  })
})

describe('the alternatives page', () => {
  const press: ToolRecord = {
    slug: 'page-press',
    name: 'Page Press',
    type: 'api',
    layer: 'tooling',
    description: 'Documents in, tables out.',
    pricing: { model: 'free' },
    categories: ['document-parsing'],
    capabilities: [
      {
        id: 'page-press.1',
        name: 'Extracting tables from scanned PDF pages',
        description: 'Finds tables on page images with OCR and returns their rows and columns as CSV.',
        intents: ['pdf tables to csv'],
      },
    ],
  }

  it('shows what could take the place, what is lost, and the way to the comparison', async () => {
    const pressed = await startServer([...SMALL_CATALOGUE, press])
    try {
      const { body } = await pressed.get('/alternatives/papermill', HTML)
      expect(body).toContain('<a href="/tools/page-press">Page Press</a>')
      expect(body).toContain('href="/compare/papermill-vs-page-press"')
      expect(body).toContain('You would lose: 1')
      expect(body).toContain('Detecting the language of a document')
    } finally {
      await pressed.close()
    }
  })

  it('says that nothing here replaces it, and resolves names as people type them', async () => {
    expect((await page('/alternatives/ear-trumpet')).body).toContain('Nothing here replaces')
    const { status, headers } = await page('/alternatives/EarTrumpet?free=on')
    expect([status, headers.get('location')]).toEqual([302, '/alternatives/ear-trumpet?free=on'])
    expect((await page('/alternatives/nothing-like-it')).status).toBe(404)
  })
})

describe('the graph page', () => {
  it('draws the same lines that its table tells', async () => {
    const { body } = await page('/graph?tool=papermill')
    const lines = elementsOf(body).filter(
      ({ name, attributes }) => name === 'path' && attributes.class?.startsWith('edge'),
    )
    const { edges, nodes } = (await server.get('/api/v1/graph?tool=papermill')).body
    expect(lines).toHaveLength(edges.length)
    for (const { label } of nodes) expect(body).toContain(label)
    expect(body.match(/is a capability of/g)).toHaveLength(edges.filter(({ kind }: any) => kind === 'belongs').length)
  })
})

describe('the rankings page', () => {
  it('lists tools with intervals and filters', async () => {
    const { body } = await page('/rankings?type=api')
    expect(body).toContain('<a href="/tools/papermill">Papermill</a>')
    expect(body).not.toContain('/tools/post-horn')
  })
})

describe('the report form', () => {
  const send = (fields: Record<string, string>, headers: Record<string, string>) =>
    server.app.request('/matches', {
      method: 'POST',
      body: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...HTML, ...headers },
    })
  const fieldsOf = async (): Promise<Record<string, string>> => {
    const { body } = await page(searchPath({ q: 'mail a receipt to a customer' }))
    const inputs = elementsOf(body).filter(({ name, attributes }) => name === 'input' && attributes.type === 'hidden')
    return Object.fromEntries(inputs.slice(0, 3).map(({ attributes }) => [attributes.name!, attributes.value!]))
  }

  it('records without a script and shows it on the page it came from', async () => {
    const fields = await fieldsOf()
    const response = await send({ ...fields, outcome: 'succeeded' }, { origin: 'http://localhost' })
    expect(response.status).toBe(303)
    const back = response.headers.get('location')!
    expect(back).toMatch(/^\/search\?.*reported=succeeded.*#c-post-horn_1$/)
    const { body } = await page(back)
    expect(body).toContain('Recorded: it worked for you.')
    expect(body).toContain('chosen once')
  })

  it('refuses forms of other sites, forged tokens and addresses that lead away', async () => {
    const fields = await fieldsOf()
    const abroad = await send({ ...fields, outcome: 'failed' }, { origin: 'https://elsewhere.example' })
    expect(abroad.status).toBe(403)
    const forged = await send({ ...fields, token: 'x', outcome: 'failed' }, { origin: 'http://localhost' })
    expect(forged.status).toBe(403)
    for (const back of ['//elsewhere.example', 'https://elsewhere.example', '/\\elsewhere.example']) {
      expect((await send({ ...fields, back, outcome: 'failed' }, { origin: 'http://localhost' })).status).toBe(400)
    }
  })
})

describe('what is around the pages', () => {
  it('answers faults as pages to people and as JSON to programs', async () => {
    const forPeople = await page('/tools/papermil')
    expect(forPeople.status).toBe(404)
    expect(forPeople.body).toContain('<h1>Not found</h1>')
    const forPrograms = await server.get('/tools/papermil')
    expect(forPrograms.headers.get('content-type')).toBe('application/problem+json')
    expect((await server.get('/api/v1/tools/papermil', HTML)).headers.get('content-type')).toBe(
      'application/problem+json',
    )
    expect((await page('/no/such/page')).body).toContain('<h1>Not found</h1>')
  })

  it('documents every call and every error code', async () => {
    const { body } = await page('/docs')
    const ids = elementsOf(body).map(({ attributes }) => attributes.id)
    for (const code of Object.keys(ERROR_CODES)) expect(ids).toContain(`error-${code}`)
    for (const [path, methods] of Object.entries((await server.get('/openapi.json')).body.paths)) {
      for (const method of Object.keys(methods as object)) expect(body).toContain(`${method.toUpperCase()} ${path}`)
    }
  })

  it('lists its pages for crawlers and for agents', async () => {
    const { body } = await server.get('/sitemap.xml')
    for (const { slug } of SMALL_CATALOGUE) expect(body).toContain(`<loc>http://localhost/tools/${slug}</loc>`)
    expect((await server.get('/robots.txt')).body).toContain('Sitemap: http://localhost/sitemap.xml')
    expect((await server.get('/llms.txt')).body).toMatch(/^# matchgraph/)
  })
})
