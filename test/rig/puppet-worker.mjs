#!/usr/bin/env node
/**
 * Stands in for Python: a real process that speaks the worker's side of the channel, but does only what a
 * test orders over a socket of its own (PUPPET_STAGE), and reports what it hears there.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { createConnection } from 'node:net'
import { createInterface } from 'node:readline'
import {
  decodeJson,
  encodeFrame,
  encodeJson,
  FrameReader,
  frameType,
} from '../../dist/workers/protocol.js'

const {
  PUPPET_STAGE,
  MODWSGI_DEV_CHANNEL,
  MODWSGI_DEV_SECRET,
  MODWSGI_DEV_WORKER,
  MODWSGI_DEV_BEGUN,
} = process.env
const stage = createConnection(PUPPET_STAGE)
const connections = new Map()

function report(event) {
  stage.write(`${JSON.stringify(event)}\n`)
}

/** Opens a connection of the channel under a name such as `control` or `thread1`. */
function open(name, hello) {
  const socket = createConnection(MODWSGI_DEV_CHANNEL)
  connections.set(name, socket)
  const reader = new FrameReader()
  const typeNames = Object.fromEntries(Object.entries(frameType).map(([key, type]) => [type, key]))
  socket.on('data', chunk =>
    reader.push(chunk, (type, payload) => {
      const message = type === frameType.message ? decodeJson(payload) : undefined
      const number = type === frameType.request ? payload.readUInt32BE(0) : undefined
      report({ event: 'frame', on: name, type: typeNames[type], number, message })
    }),
  )
  socket.on('close', () => report({ event: 'closed', on: name }))
  socket.on('error', () => {})
  socket.write(
    encodeJson(frameType.hello, {
      version: 1,
      secret: MODWSGI_DEV_SECRET,
      worker: Number(MODWSGI_DEV_WORKER),
      ...hello,
    }),
  )
}

const orders = {
  control: () => open('control', { role: 'control' }),
  intake: () => open('intake', { role: 'intake' }),
  thread: ({ thread }) => open(`thread${thread}`, { role: 'thread', thread }),
  /** Notes in the slot of a thread that it begins a request. */
  begin: ({ thread, number }) => {
    const slot = Buffer.alloc(4)
    slot.writeUInt32BE(number)
    const file = openSync(MODWSGI_DEV_BEGUN, 'r+')
    writeSync(file, slot, 0, 4, 4 * (thread - 1))
    closeSync(file)
    report({ event: 'begun', number })
  },
  /** Sends any HELLO, right or wrong. */
  hello: ({ name, hello }) => open(name, hello),
  message: ({ message }) =>
    connections.get('control').write(encodeJson(frameType.message, message)),
  frame: ({ on, type, payloadHex }) =>
    connections.get(on).write(encodeFrame(frameType[type], Buffer.from(payloadHex, 'hex'))),
  bytes: ({ on, hex }) => connections.get(on).write(Buffer.from(hex, 'hex')),
  print: ({ text }) => process.stdout.write(text),
  exit: ({ code }) => process.exit(code),
  die: ({ signal }) => process.kill(process.pid, signal),
}

createInterface({ input: stage }).on('line', line => {
  const order = JSON.parse(line)
  orders[order.do](order)
})
stage.on('close', () => process.exit(0))
report({ event: 'started', worker: Number(MODWSGI_DEV_WORKER), pid: process.pid })
