import fs from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../support/cli.js'
import { reference } from '../support/reference.js'

const FILE = path.join(ROOT, 'docs/reference.md')

it('docs/reference.md says what the code does, and nothing else', async () => {
  const made = `${await reference()}\n`
  if (process.env.UPDATE_DOCS === '1') fs.writeFileSync(FILE, made)
  expect(fs.readFileSync(FILE, 'utf8')).toBe(made)
})

it('the guides name only settings, commands and routes that exist', async () => {
  const known = fs.readFileSync(FILE, 'utf8')
  const guides = ['README.md', 'SECURITY.md', ...fs.readdirSync(path.join(ROOT, 'docs')).map((name) => `docs/${name}`)]
  for (const guide of guides.filter((name) => name.endsWith('.md') && name !== 'docs/reference.md')) {
    const text = fs.readFileSync(path.join(ROOT, guide), 'utf8')
    for (const [setting] of text.matchAll(/\bMATCHGRAPH_[A-Z_]+[A-Z]\b/g))
      expect(known, `${guide}: ${setting}`).toContain(`\`${setting}\``)
    const code = (text.match(/```[\s\S]*?```|`[^`\n]+`/g) ?? []).join('\n')
    for (const [, command] of code.matchAll(/(?:^|[`$;] ?|npx |-- )matchgraph ([a-z]+)\b(?!-)/gm))
      expect(known, `${guide}: matchgraph ${command}`).toContain(`### matchgraph ${command}`)
    for (const [, route] of text.matchAll(/`(?:GET|POST|PUT|DELETE) (\/api\/[^`? ]+)/g)) {
      const pattern = route!.replace(/\/SLUG\b|\/:slug\b/, '/{slug}').replace(/\/:id\b/, '/{id}')
      expect(known, `${guide}: ${route}`).toContain(` ${pattern}\``)
    }
  }
})
