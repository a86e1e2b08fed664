// SPDX-License-Identifier: Apache-2.0
// The federation as a picture: this relay in the middle, its peers around it.
import { element } from './dom.js'

const width = 560
const height = 340

/** Where the n-th of `count` peers stands: on an ellipse, beginning at the top. */
function place(index, count) {
  const angle = (index / count) * 2 * Math.PI - Math.PI / 2
  return { x: width / 2 + 200 * Math.cos(angle), y: height / 2 + 115 * Math.sin(angle) }
}

/** routes: [{ name, kind, word, outgoing, incoming }] */
export function map(own, routes) {
  const centre = { x: width / 2, y: height / 2 }
  const lines = []
  const nodes = []
  routes.forEach((route, index) => {
    const at = place(index, Math.max(routes.length, 3))
    const open = route.outgoing + route.incoming
    lines.push(
      element('g', { class: route.kind },
        element('line', {
          x1: centre.x, y1: centre.y, x2: at.x, y2: at.y,
          class: route.kind === 'good' ? '' : 'waiting',
        }),
        element('text', {
          x: (centre.x + at.x) / 2, y: (centre.y + at.y) / 2 - 5, class: 'count halo',
        }, open === 0 ? '' : `${open} open`)))
    nodes.push(
      element('g', { class: route.kind },
        element('title', {}, `${route.name}: ${route.word}`),
        element('circle', { cx: at.x, cy: at.y, r: 13 }),
        element('text', { x: at.x, y: at.y + 30, class: 'halo' }, route.name)))
  })
  nodes.push(
    element('g', {},
      element('circle', { cx: centre.x, cy: centre.y, r: 15, class: 'own' }),
      element('text', { x: centre.x, y: centre.y + 32, class: 'halo' }, own)))
  return element('svg', {
    class: 'map', viewBox: `0 0 ${width} ${height}`, role: 'img',
    'aria-label': `${own} and ${routes.length} peers`,
  }, ...lines, ...nodes)
}
