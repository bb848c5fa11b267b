/* What a flame graph of svg.c does in a browser: click zooms, "Search" or Ctrl-F marks. */
#ifndef NCPROF_FORMATS_WRITERS_SVG_SCRIPT_H
#define NCPROF_FORMATS_WRITERS_SVG_SCRIPT_H

/* A frame is a <g> of a title, a rect and perhaps a text; x and width are kept as drawn. */
#define SVG_SCRIPT                                                                                 \
    "const frames = [...document.querySelectorAll('#frames > g')].map(g => {\n"                    \
    "  const rect = g.querySelector('rect');\n"                                                    \
    "  return {g, rect, x: +rect.getAttribute('x'), width: +rect.getAttribute('width'),\n"         \
    "          y: +rect.getAttribute('y'), fill: rect.getAttribute('fill'),\n"                     \
    "          name: g.querySelector('title').textContent.split('\\n')[0]};\n"                     \
    "});\n"                                                                                        \
    "const found = document.getElementById('found');\n"                                            \
    "function label(f, x, width) {\n"                                                              \
    "  let text = f.g.querySelector('text');\n"                                                    \
    "  const room = Math.floor((width - 6) / 7.3);\n"                                              \
    "  if (!text) {\n"                                                                             \
    "    text = document.createElementNS('http://www.w3.org/2000/svg', 'text');\n"                 \
    "    text.setAttribute('y', f.y + 12);\n"                                                      \
    "    f.g.appendChild(text);\n"                                                                 \
    "  }\n"                                                                                        \
    "  text.setAttribute('x', x + 3);\n"                                                           \
    "  text.textContent = room < 3 ? '' : f.name.length <= room ? f.name\n"                        \
    "                     : f.name.slice(0, room - 2) + '..';\n"                                   \
    "}\n"                                                                                          \
    "function zoom(to) {\n"                                                                        \
    "  const scale = frames[0].width / to.width;\n"                                                \
    "  for (const f of frames) {\n"                                                                \
    "    const left = Math.max(f.x, to.x), right = Math.min(f.x + f.width, to.x + to.width);\n"    \
    "    const shown = right - left > 1e-6;\n"                                                     \
    "    f.g.style.display = shown ? '' : 'none';\n"                                               \
    "    if (!shown) continue;\n"                                                                  \
    "    const x = frames[0].x + (left - to.x) * scale, width = (right - left) * scale;\n"         \
    "    f.rect.setAttribute('x', x);\n"                                                           \
    "    f.rect.setAttribute('width', width);\n"                                                   \
    "    label(f, x, width);\n"                                                                    \
    "  }\n"                                                                                        \
    "}\n"                                                                                          \
    "function search() {\n"                                                                        \
    "  const text = prompt('Which functions? (a regular expression; empty: none)', '');\n"         \
    "  if (text === null) return;\n"                                                               \
    "  let wanted;\n"                                                                              \
    "  try { wanted = new RegExp(text); } catch (error) { alert(error.message); return; }\n"       \
    "  const hits = frames.filter(f => text && wanted.test(f.name));\n"                            \
    "  for (const f of frames) f.rect.setAttribute('fill', f.fill);\n"                             \
    "  for (const f of hits) f.rect.setAttribute('fill', '#b48ef0');\n"                            \
    "  let end = -1, sum = 0;\n"                                                                   \
    "  for (const f of hits.sort((a, b) => a.x - b.x || b.width - a.width)) {\n"                   \
    "    if (f.x + f.width <= end + 1e-6) continue;\n"                                             \
    "    sum += f.width;\n"                                                                        \
    "    end = f.x + f.width;\n"                                                                   \
    "  }\n"                                                                                        \
    "  found.textContent = !text ? '' :\n"                                                         \
    "      'found: ' + (100 * sum / frames[0].width).toFixed(1) + ' %';\n"                         \
    "}\n"                                                                                          \
    "for (const f of frames) f.g.addEventListener('click', () => zoom(f));\n"                      \
    "document.getElementById('search').addEventListener('click', search);\n"                       \
    "document.getElementById('reset').addEventListener('click', () => zoom(frames[0]));\n"         \
    "window.addEventListener('keydown', event => {\n"                                              \
    "  if (event.key !== 'f' || !(event.ctrlKey || event.metaKey)) return;\n"                      \
    "  event.preventDefault();\n"                                                                  \
    "  search();\n"                                                                                \
    "});\n"

#endif
