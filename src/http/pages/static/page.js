// Everything works without this file. With it: results come as one types, reports and copied links leave the page where it is.
// @ts-check

const PAUSE_MS = 250
const LEAST_LETTERS = 3

/** @param {Record<string, string>} body */
const post = (body) =>
  fetch('/api/v1/matches', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    keepalive: true,
  })

/** @param {HTMLFormElement} form @param {HTMLElement | null} button */
async function report(form, button) {
  const token = String(new FormData(form).get('token'))
  const outcome = button?.getAttribute('value') ?? 'succeeded'
  const said = document.createElement('span')
  said.setAttribute('role', 'status')
  for (const one of form.querySelectorAll('button')) one.disabled = true
  try {
    const chosen = await post({ token, outcome: 'selected' })
    const answer = chosen.ok || chosen.status === 409 ? await post({ token, outcome }) : chosen
    if (!answer.ok) throw new Error((await answer.json()).detail)
    said.className = 'done'
    said.textContent = outcome === 'succeeded' ? 'Recorded: it worked for you.' : 'Recorded: it did not work for you.'
    form.replaceWith(said)
  } catch (error) {
    said.className = 'failed'
    said.textContent = error instanceof Error && error.message ? error.message : 'This could not be recorded.'
    for (const one of form.querySelectorAll('button')) one.disabled = false
    form.querySelector('.failed')?.remove()
    form.append(said)
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target
  if (!(form instanceof HTMLFormElement) || !form.hasAttribute('data-report')) return
  event.preventDefault()
  report(form, event.submitter)
})

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (!link) return
  // opening a result is choosing it
  if (link.dataset.select) post({ token: link.dataset.select, outcome: 'selected' }).catch(() => {})
  if (!('copy' in link.dataset) || event.ctrlKey || event.metaKey || event.shiftKey) return
  if (!navigator.clipboard) return
  event.preventDefault()
  navigator.clipboard.writeText(link.href).then(
    () => {
      link.textContent = 'Copied'
    },
    () => location.assign(link.href),
  )
})

/** Search as one types: the server's own page is fetched and its answer put in place of the old one. */
function live(/** @type {HTMLFormElement} */ form) {
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem('q'))
  const state = document.getElementById('live-state')
  /** @type {AbortController | undefined} */
  let running
  let timer = 0
  let asked = input.value.trim()

  async function ask() {
    const q = input.value.trim()
    if (q.length < LEAST_LETTERS || q === asked) return
    asked = q
    running?.abort()
    running = new AbortController()
    const address = `${form.action}?${new URLSearchParams(/** @type {any} */ (new FormData(form)))}`
    try {
      const response = await fetch(address, { headers: { accept: 'text/html' }, signal: running.signal })
      const page = new DOMParser().parseFromString(await response.text(), 'text/html')
      const answer = page.getElementById('answer')
      if (!response.ok || !answer) return
      document.getElementById('answer')?.replaceWith(answer)
      document.title = page.title
      history.replaceState(null, '', address)
      if (state) state.textContent = page.getElementById('live-state')?.textContent ?? ''
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) asked = ''
    }
  }

  input.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(ask, PAUSE_MS)
  })
}

for (const form of document.querySelectorAll('form[data-live]')) live(/** @type {HTMLFormElement} */ (form))
