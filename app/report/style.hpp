#pragma once

#include <string_view>

namespace mnist {

/// The style sheet of a page.
inline constexpr std::string_view kStyle = R"(
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1c2024; --faint: #5d6670; --line: #d8dde2; --box: #f4f6f8;
  --link: #0b5cad; --training: #0b6bcb; --validation: #b8500c;
  --r1: #e6f4ea; --r2: #c6e7d1; --r3: #94cfa9; --r4: #4fa873; --r5: #17693c; --r-ink: #fff;
  --w1: #fdebe7; --w2: #fbd0c7; --w3: #f4a695; --w4: #d9604a; --w5: #9f2413; --w-ink: #fff;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14181c; --ink: #e6e9ec; --faint: #a0a9b2; --line: #353c43; --box: #1d2329;
    --link: #7db8f5; --training: #69b1ff; --validation: #ffa05c;
    --r1: #14291c; --r2: #17402a; --r3: #1a5e3a; --r4: #25804f; --r5: #62cf93; --r-ink: #08170e;
    --w1: #331a16; --w2: #572119; --w3: #7d2c20; --w4: #aa3f2e; --w5: #ff9a86; --w-ink: #230a05;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 70rem; padding: 1rem 1.25rem 4rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.6rem; line-height: 1.2; margin: 1rem 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
a { color: var(--link); }
a:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: 1rem 0; padding: 0; }
.note { background: var(--box); border-left: 4px solid var(--link); padding: .6rem .9rem; }
.faint, caption, figcaption { color: var(--faint); }
.scores { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(9rem, 45%), 1fr)); gap: .75rem; margin: 1rem 0; }
.scores div { background: var(--box); border-radius: .5rem; padding: .7rem .9rem; }
.scores dt { color: var(--faint); }
.scores dd { font-size: clamp(1.35rem, 5vw, 1.9rem); font-weight: 600; line-height: 1.25; margin: 0; overflow-wrap: normal; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1rem 2rem; }
.charts h3 { font-size: 1rem; margin: .5rem 0; }
.chart { display: block; width: 100%; height: auto; max-width: 40rem; }
.chart text { fill: var(--faint); font-size: 13px; font-family: inherit; }
.chart path { fill: none; stroke-width: 2.2; }
.chart .grid { stroke: var(--line); stroke-width: 1; }
.chart .axis { stroke: var(--faint); stroke-width: 1; }
.chart .mark { stroke: var(--faint); stroke-width: 1.2; stroke-dasharray: 2 3; }
.chart .training { stroke: var(--training); fill: var(--training); }
.chart .validation { stroke: var(--validation); fill: var(--validation); }
.chart .validation path { stroke-dasharray: 7 4; }
.chart circle { stroke: none; }
.scroll { overflow: auto; max-height: 40rem; }
table { border-collapse: collapse; min-width: min(100%, 24rem); font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .4rem; }
th { overflow-wrap: normal; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .9rem .25rem 0; text-align: left; vertical-align: top; }
.numbers td, .numbers thead th:not(:first-child) { text-align: right; padding: .25rem .35rem .25rem .9rem; white-space: nowrap; }
.numbers tbody th { min-width: 5rem; }
tbody th { font-weight: 600; }
.heat { min-width: 0; }
.heat th, .heat td { border: 0; padding: 0 .3rem; text-align: center; vertical-align: middle; white-space: nowrap; }
.heat tbody th { text-align: right; padding-right: .5rem; }
.heat td { min-width: 2.9rem; height: 2.3rem; color: var(--faint); border: 1px solid var(--paper); }
.heat thead td { min-width: 0; }
@media (max-width: 30rem) {
  .heat { font-size: .7rem; }
  .heat td { min-width: 1.7rem; height: 1.7rem; padding: 0; }
  .heat tbody th { padding: 0 .3rem 0 0; }
}
.heat.many { font-size: .72rem; }
.heat.many td { min-width: 1.3rem; height: 1.3rem; padding: 0; color: var(--line); }
.upright th { height: 1px; vertical-align: bottom; }
.upright span { writing-mode: vertical-rl; transform: rotate(180deg); padding: .3rem 0; }
.heat td.r1 { background: var(--r1); color: var(--ink); }
.heat td.r2 { background: var(--r2); color: var(--ink); }
.heat td.r3 { background: var(--r3); color: var(--ink); }
.heat td.r4 { background: var(--r4); color: var(--ink); }
.heat td.r5 { background: var(--r5); color: var(--r-ink); }
.heat td.w1 { background: var(--w1); color: var(--ink); }
.heat td.w2 { background: var(--w2); color: var(--ink); }
.heat td.w3 { background: var(--w3); color: var(--ink); }
.heat td.w4 { background: var(--w4); color: var(--ink); }
.heat td.w5 { background: var(--w5); color: var(--w-ink); }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr)); gap: .9rem .6rem; list-style: none; margin: 1rem 0; padding: 0; }
figure { margin: 0; }
img { image-rendering: pixelated; border: 1px solid var(--line); max-width: 100%; }
.gallery img { display: block; width: 4.5rem; height: auto; }
figcaption { font-size: .85rem; line-height: 1.3; }
pre span { display: inline-block; max-width: 100%; }
pre { background: var(--box); padding: .7rem .9rem; white-space: pre-wrap; border-radius: .4rem; }
@media print {
  :root {
    --ink: #000; --faint: #444; --line: #bbb; --box: #f4f4f4; --link: #000;
  }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { max-width: none; font-size: 10pt; padding: 0; }
  nav { display: none; }
  .scroll { overflow: visible; max-height: none; }
  tr, figure, .chart, .scores div { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
}
)";

}  // namespace mnist
