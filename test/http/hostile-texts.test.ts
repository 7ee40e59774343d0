import { describe, expect, it } from 'vitest'
import type { ToolRecord } from '../../src/core/catalogue.js'
import { startServer } from '../support/home.js'
import { faultsOf, HTML, searchPath } from '../support/html.js'

describe('hostile texts', () => {
  const XSS = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    '</script><script>alert(1)</script>',
    '<svg/onload=alert(1)>',
    'javascript:alert(1)',
    '{{constructor.constructor("alert(1)")()}}',
    '&lt;img src=x onerror=alert(1)&gt;',
    '<!--<script>alert(1)//-->',
    '\u2028<iframe srcdoc="<script>alert(1)</script>">',
  ]
  const record = (text: string, i: number): ToolRecord => ({
    slug: `hostile-${i}`,
    name: `Hostile ${text}`.slice(0, 200),
    type: 'api',
    description: text,
    url: 'javascript:alert(1)',
    repository: text,
    license: text,
    categories: [text.slice(0, 64)],
    pricing: { model: 'paid', note: text, source: 'javascript:alert(1)' },
    attributes: { hosting: { value: text, source: 'javascript:alert(1)' } },
    worksWith: [{ slug: 'papermill', why: text }],
    failureModes: [{ mode: text, mitigation: text }],
    execution: { protocol: 'http', command: text, url: 'javascript:alert(1)' },
    capabilities: [
      {
        name: `Parsing hostile input ${text}`.slice(0, 200),
        description: `Parses hostile input. ${text}`,
        unique: text,
        versus: text,
        intents: [text],
        limitations: [text],
        requires: [text],
        inputs: [text],
        outputs: [text],
        source: 'javascript:alert(1)',
      },
    ],
  })

  it('stay texts on every page', async () => {
    expect(faultsOf(XSS.join('\n')).length).toBeGreaterThan(4)
    expect(faultsOf('<a href="javascript:alert(1)">')).toHaveLength(1)
    const hostile = await startServer(XSS.map(record))
    try {
      for (const [i, text] of XSS.entries()) {
        for (const path of [
          `/tools/hostile-${i}`,
          searchPath({ q: `parsing hostile input ${text}` }),
          searchPath({ q: 'parsing hostile input', category: text.replaceAll(',', '').slice(0, 64) }),
          `/tools/${encodeURIComponent(text)}`,
          `/compare/hostile-${i}-vs-hostile-${(i + 1) % XSS.length}?${new URLSearchParams({ for: text })}`,
          `/compare?${new URLSearchParams({ tools: `${text},x` })}`,
          `/alternatives/hostile-${i}?${new URLSearchParams({ for: text })}`,
          '/rankings',
          searchPath({ q: 'x', type: text }),
        ]) {
          expect(faultsOf((await hostile.get(path, HTML)).body), path).toEqual([])
        }
      }
    } finally {
      await hostile.close()
    }
  })
})
