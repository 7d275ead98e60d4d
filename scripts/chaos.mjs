/**
 * Tries what can happen to a server: processes that die, clients that leave, a machine that runs out of something. One
 * line for each fault. `--short` takes seconds for each instead of minutes; `--write` puts the table into
 * docs/reliability.md; other arguments are parts of names of faults. Needs Linux.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { machine } from '../bench/machine.mjs'
import { isInOrder, lineOf, tableOf } from '../test/chaos/report.mjs'
import { trialsOfMachine, trialsOfStates, trialsOfWorkers } from '../test/chaos/trials.mjs'
import { prepare } from './prepare.mjs'
import { projectFolder, runProgram, StepError } from './step.mjs'

const page = join(projectFolder, 'docs/reliability.md')
const start = '<!-- results -->'
const end = '<!-- /results -->'

async function chaos(args) {
  if (process.platform !== 'linux') throw new StepError('It reads /proc, which only Linux has')
  await prepare()
  const names = args.filter(arg => !arg.startsWith('--'))
  const long = !args.includes('--short')
  const all = [...trialsOfWorkers, ...trialsOfMachine, ...trialsOfStates]
  const chosen = all.filter(
    ({ name }) => names.length === 0 || names.some(part => name.includes(part)),
  )
  if (chosen.length === 0) throw new StepError(`No fault has such a name: ${names.join(', ')}`)
  const rows = []
  for (const { name, needs, run } of chosen) {
    if (needs !== null) {
      console.log(`${name}: left out, since this machine has no ${needs}`)
      continue
    }
    const row = await run({ long })
    console.log(lineOf(row))
    rows.push(row)
  }
  if (args.includes('--write')) writePage(rows)
  process.exitCode = rows.every(isInOrder) ? 0 : 1
}

function writePage(rows) {
  const text = readFileSync(page, 'utf8')
  const made = `${machine()}; Node.js ${process.version.slice(1)}; ${new Date().toISOString().slice(0, 10)}.`
  const results = `${start}\n${tableOf(rows)}\n\n\`npm run chaos -- --write\`; ${made}\n${end}`
  const [from, to] = [text.indexOf(start), text.indexOf(end) + end.length]
  writeFileSync(page, text.slice(0, from) + results + text.slice(to))
}

await runProgram(() => chaos(process.argv.slice(2)))
