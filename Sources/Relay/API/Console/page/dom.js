// SPDX-License-Identifier: Apache-2.0
// Small tools: elements, numbers for people, calls. Text from the relay only ever becomes text
// nodes and attributes, never markup.

const drawn = new Set(['svg', 'g', 'line', 'rect', 'text', 'title', 'path'])

/** An element: element('td', { class: 'number' }, 'text', child, …). Handlers begin with "on". */
export function element(tag, attributes = {}, ...children) {
  const made = drawn.has(tag)
    ? document.createElementNS('http://www.w3.org/2000/svg', tag)
    : document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value)
    else made.setAttribute(name, value === true ? '' : value)
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined))
  return made
}

/** Replaces what an element holds, and keeps the keyboard's place in it by the focused element's
 * data-key. */
export function show(id, ...children) {
  const place = document.getElementById(id)
  const focused = place.contains(document.activeElement)
    ? document.activeElement.dataset.key : undefined
  place.replaceChildren(...children.flat().filter((child) => child !== null))
  if (focused) place.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus()
}

/** Replaces a table's rows. Cells know their column's name: a telephone has no room for the heads. */
export function showRows(id, rows) {
  const heads = [...document.getElementById(id).closest('table').tHead.rows[0].cells]
  for (const row of rows) {
    for (const [index, cell] of [...row.cells].entries()) {
      if (heads[index]) cell.dataset.label = heads[index].textContent
    }
  }
  show(id, rows)
}

/** 75 → "1 min 15 s"; the two largest units that matter. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return '–'
  const units = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]]
  let rest = Math.max(0, Math.round(seconds))
  const words = []
  for (const [name, size] of units) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0 && words.length < 2) words.push(`${count} ${name}`)
    else if (words.length > 0) break
  }
  return words.join(' ') || '0 s'
}

/** A duration that goes on by itself: what it is now, in an element that `tick` keeps up. */
export function age(seconds) {
  if (seconds === null || seconds === undefined) return '–'
  return element('span', { 'data-since': Date.now() - seconds * 1000 }, duration(seconds))
}

/** Once a second: ages grow between two words of the relay. */
export function tick() {
  for (const place of document.querySelectorAll('[data-since]')) {
    place.textContent = duration((Date.now() - Number(place.dataset.since)) / 1000)
  }
}

/** The time of day, with the date when it is not today's. */
export function moment(time) {
  if (!time) return '–'
  const date = new Date(time)
  const clock = date.toLocaleTimeString([], { hourCycle: 'h23' })
  const today = new Date().toDateString() === date.toDateString()
  return today ? clock : `${day(date)} ${clock}`
}

/** 2026-11-27, here. */
export function day(date) {
  return date.toLocaleDateString('sv-SE')
}

export function badge(word, kind) {
  return element('span', { class: `badge ${kind}` }, word)
}

/** What the relay refused, as it says itself. */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.message ?? `status ${status}`)
    this.code = body.code ?? `http/${status}`
    this.next = body.next ?? ''
  }
}

/** GET, or POST where a body is given. Throws a Refusal, or a TypeError when there is no answer. */
export async function call(path, body) {
  const answer = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await answer.text()
  let value = {}
  try {
    value = text ? JSON.parse(text) : {}
  } catch {
    value = { message: `the relay answered with status ${answer.status}` }
  }
  if (!answer.ok) throw new Refusal(answer.status, value)
  return value
}
