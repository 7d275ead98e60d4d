/** A response of several ranges without its boundary, which is another one each time, of a length that differs as well with Apache. */
export function withoutBoundary(response) {
  const type = response.fields.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  const boundary = /boundary=(\S+)/.exec(type)?.[1]
  if (boundary === undefined) return response
  const text = response.body.toString('latin1').replaceAll(boundary, '(boundary)')
  const fields = response.fields.map(([name, value]) => [
    name,
    name.toLowerCase() === 'content-length'
      ? String(Number(value) - response.body.length + text.length)
      : value.replace(boundary, '(boundary)'),
  ])
  return { ...response, fields, body: Buffer.from(text, 'latin1') }
}
