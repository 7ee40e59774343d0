/**
 * How long a start takes: `node test/start.mjs HOME [CLI…]` starts `serve` on an indexed home nine times with each of the programs (dist/src/cli.js
 * when none is named), one after the other in turn, and prints medians: milliseconds until it listens, until its first search is answered, and
 * of CPU until then. The CPU, of all threads by Linux's count, is the steadier figure on a busy machine.
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs'

const [home, ...programs] = process.argv.slice(2)
if (programs.length === 0) programs.push('dist/src/cli.js')
const ROUNDS = 9

function cpuMs(pid) {
  const threads = fs.readdirSync(`/proc/${pid}/task`)
  return threads.reduce(
    (sum, id) => sum + Number(fs.readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
    0,
  )
}

async function started(program) {
  const began = performance.now()
  const child = spawn(process.execPath, [program, 'serve', '--port', '0', '--home', home], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const closed = new Promise((resolve) => child.once('close', resolve))
  const base = await new Promise((resolve, reject) => {
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
      const [, address] = /listens on (\S+)/.exec(out) ?? []
      if (address) resolve(address)
    })
    closed.then((code) => reject(new Error(`${program} ended with ${code}: ${out}`)))
  })
  const listens = performance.now() - began
  await (await fetch(`${base}/api/v1/search?q=vector+search+with+filters`)).json()
  const figures = { listens, answers: performance.now() - began, cpu: cpuMs(child.pid) }
  child.kill('SIGTERM')
  await closed
  return figures
}

const runs = programs.map(() => [])
for (let round = -1; round < ROUNDS; round++) {
  for (const [i, program] of programs.entries()) {
    const figures = await started(program)
    // the first keeps what it compiled for the others
    if (round >= 0) runs[i].push(figures)
  }
}
const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1].toFixed(0)
console.log('| program | listens | first answer | CPU |\n|---|---|---|---|')
for (const [i, program] of programs.entries()) {
  const [listens, answers, cpu] = ['listens', 'answers', 'cpu'].map((name) => median(runs[i].map((run) => run[name])))
  console.log(`| ${program} | ${listens} | ${answers} | ${cpu} |`)
}
