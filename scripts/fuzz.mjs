/**
 * Sends random inputs to what takes bytes from outside.
 *
 *     npm run fuzz                                     100000 HTTP inputs to a started server
 *     npm run fuzz -- --seed 7 --inputs 20000          others
 *     npm run fuzz -- --seed 7 --from 1234 --inputs 1  one of them again
 *     npm run fuzz -- --against --inputs 2000          to mod_wsgi-express as well (see scripts/parity.mjs)
 *     npm run fuzz -- channel --inputs 100000          the codec of the channel, in both languages
 */
import { parseArgs } from 'node:util'
import { compareTools } from '../test/fuzz/compare.mjs'
import { reportDifferences } from '../test/fuzz/difference-report.mjs'
import { fuzz } from '../test/fuzz/http.mjs'
import { FuzzedSite } from '../test/fuzz/site.mjs'
import { findRealTool, ownTool } from '../test/parity/runner/tools.mjs'
import { prepare } from './prepare.mjs'
import { preparePythonEnvironment, testPython } from './python-environment.mjs'
import { isProgram, run, runProgram, StepError } from './step.mjs'

/** How often a line is printed. */
const inputsPerLine = 10_000

/** @param {string[]} args @returns {Promise<number>} exit code */
async function main(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      inputs: { type: 'string' },
      from: { type: 'string', default: '0' },
      against: { type: 'boolean', default: false },
    },
  })
  const number = (name, missing) => {
    const value = Number(values[name] ?? missing)
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new StepError(`--${name} ${values[name]} is no number`)
    }
    return value
  }
  const inputs = number('inputs', values.against ? 2000 : 100_000)
  const options = { seed: number('seed'), inputs, from: number('from') }
  console.log(`Seed ${options.seed}, ${inputs} inputs from number ${options.from} on`)
  await prepare()
  await preparePythonEnvironment()
  if (positionals[0] === 'channel') return fuzzChannel(options)
  return values.against ? compare(options) : fuzzHttp(options)
}

async function fuzzHttp(options) {
  const site = await FuzzedSite.start(ownTool(testPython))
  try {
    const { findings, figures, seen } = await fuzz(site, {
      ...options,
      told(latest, found) {
        if (latest.inputs % inputsPerLine === 0) console.log(`${line(latest)}, ${found} findings`)
      },
    })
    for (const { number, shape, fault } of findings.slice(0, 50)) {
      console.log(`${number ?? 'run'} (${shape}): ${fault}`)
    }
    console.log(line(figures[0]))
    console.log(`${line(figures.at(-1))}, ${seen} requests seen, ${findings.length} findings`)
    return findings.length > 0 ? 1 : 0
  } finally {
    await site.stop()
  }
}

function line({ inputs, blocks, processes }) {
  const all = processes.map(
    ({ pid, descriptors, kib }) =>
      `process ${pid} ${descriptors} descriptors ${Math.round(kib / 1024)} MiB`,
  )
  return `after ${inputs}: ${all.join(', ')}, ${blocks} blocks`
}

async function compare(options) {
  const realTool = findRealTool()
  if (realTool === null) throw new StepError('Name a mod_wsgi-express in MOD_WSGI_EXPRESS')
  const real = await FuzzedSite.start(realTool)
  try {
    const own = await FuzzedSite.start(ownTool(realTool.python))
    try {
      const differences = await compareTools(real, own, options)
      for (const text of reportDifferences(differences)) console.log(text)
      const open = differences.filter(({ row }) => row === null).length
      const purpose = differences.length - open
      console.log(
        `${options.inputs - differences.length} same, ${purpose} differ on purpose, ${open} differ`,
      )
      return open > 0 ? 1 : 0
    } finally {
      await own.stop()
    }
  } finally {
    await real.stop()
  }
}

/** The tests of the codec, with more inputs than they have by themselves. */
async function fuzzChannel({ seed, inputs }) {
  const env = { ...process.env, FUZZ_SEED: String(seed), FUZZ_INPUTS: String(inputs) }
  const programs = [
    [process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'test/fuzz/channel.test.ts']],
    [testPython, ['-m', 'unittest', '-v', 'test_protocol_fuzz']],
  ]
  let failed = 0
  for (const [program, args] of programs) {
    const python = { PYTHONPATH: 'python:test/python', PYTHONDONTWRITEBYTECODE: '1' }
    const { code } = await run(program, args, { visible: true, env: { ...env, ...python } })
    if (code !== 0) failed++
  }
  return failed > 0 ? 1 : 0
}

if (isProgram(import.meta.url)) {
  await runProgram(async () => {
    process.exitCode = await main(process.argv.slice(2))
  })
}
