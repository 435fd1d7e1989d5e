export const styles = `
:root { color-scheme: light dark; --ink: #1d232b; --dim: #5b6470; --paper: #ffffff; --panel: #f5f6f8; --line: #d9dde3; --accent: #0b5fb0; --bad: #b3261e; --good: #1b7f3b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --dim: #a3acb8; --paper: #14171c; --panel: #1d2229; --line: #343b45; --accent: #7db8f5; --bad: #ff8a80; --good: #7ddb9a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 20px; margin: 0 0 4px; overflow-wrap: anywhere; } h2 { font-size: 16px; margin: 32px 0 8px; border-bottom: 1px solid var(--line); padding-bottom: 4px; }
.meta { color: var(--dim); margin: 0 0 16px; overflow-wrap: anywhere; }
.verdict { background: var(--panel); border-left: 5px solid var(--accent); padding: 14px 18px; border-radius: 4px; }
.verdict.bad { border-color: var(--bad); } .verdict.good { border-color: var(--good); }
.verdict strong { font-size: 18px; display: block; margin-bottom: 4px; } .verdict p { margin: 4px 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; } th { color: var(--dim); font-weight: 600; white-space: nowrap; }
td.number { text-align: right; white-space: nowrap; } code, pre { font-family: ui-monospace, monospace; font-size: 13px; } pre { background: var(--panel); padding: 10px 12px; border-radius: 4px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.bar { display: flex; height: 28px; border-radius: 4px; overflow: hidden; margin: 8px 0 12px; } .bar span { display: block; min-width: 1px; }
.swatch { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 7px; }
.broken { color: var(--bad); font-weight: 600; } .kept { color: var(--good); }
svg text { fill: #14171c; pointer-events: none; } svg.chart text { fill: var(--dim); font-size: 11px; } svg.flame { display: block; max-width: 100%; } svg.flame g { cursor: pointer; } svg.flame g:focus { outline: none; } svg.flame g:focus rect { stroke: var(--ink); stroke-width: 2; } svg.flame g.above { opacity: .55; } svg.flame g.hit rect { stroke: #d400a8; stroke-width: 2; }
.controls { display: flex; gap: 10px; flex-wrap: wrap; align-items: center; margin: 8px 0; } .controls input { min-width: 220px; padding: 5px 8px; font: inherit; } .controls button { font: inherit; padding: 4px 12px; }
#flame-detail { min-height: 1.5em; color: var(--dim); overflow-wrap: anywhere; } .legend { color: var(--dim); font-size: 13px; } .legend span { margin-right: 14px; white-space: nowrap; }
.plan { font-family: ui-monospace, monospace; font-size: 13px; } .plan div.node { display: grid; grid-template-columns: 1fr 110px 90px; gap: 10px; border-bottom: 1px solid var(--line); padding: 2px 0; } .plan .time { height: 10px; background: var(--accent); border-radius: 2px; align-self: center; min-width: 1px; } .dim { color: var(--dim); }
@media print { .controls { display: none; } main { max-width: none; } h2 { break-after: avoid; } }
`;
