/** Two themes by the reader's setting, and paper. Text has a contrast of at least 4.5 on its ground in both. */
export const styles = `
:root{color-scheme:light dark;--paper:#fff;--panel:#f5f6f8;--line:#dfe3e8;--ink:#171b21;--muted:#545d69;--link:#0b57a4;--bad:#b3261e;--good:#146c37;--unsure:#8a4b00;--hit:#b0007a;--self:#2f74c0;--before:#a3abb6;--mono:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){:root{--paper:#12151a;--panel:#1b2027;--line:#333b46;--ink:#e7eaef;--muted:#a5aeba;--link:#86bdf5;--bad:#ff8f85;--good:#74d699;--unsure:#f2b765;--hit:#ff7ad1;--self:#5fa3e6;--before:#6b7582}}
*{box-sizing:border-box}
html{scroll-behavior:smooth}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
main{max-width:1120px;margin:0 auto;padding:28px 24px 72px}
.eyebrow{margin:0;color:var(--muted);font-size:13px}
h1{margin:2px 0 0;font-size:26px;line-height:1.25;letter-spacing:-.01em;unicode-bidi:isolate}
.meta{margin:4px 0 20px;color:var(--muted);font-size:13px}
h2{margin:44px 0 12px;font-size:18px;line-height:1.3;scroll-margin-top:12px}
p{margin:0 0 10px}a{color:var(--link)}
code{font-family:var(--mono);font-size:.88em;background:var(--panel);border:1px solid var(--line);border-radius:4px;padding:.05em .35em;unicode-bidi:isolate;box-decoration-break:clone;-webkit-box-decoration-break:clone}
ul,ol{margin:0 0 10px;padding-left:22px}li{margin:4px 0}li ul{margin:2px 0 6px;list-style:none;padding-left:0}
.verdict{--tone:var(--unsure);border:1px solid var(--line);border-left:6px solid var(--tone);border-radius:8px;background:var(--panel);padding:18px 22px 16px}
.verdict.bad{--tone:var(--bad)}.verdict.good{--tone:var(--good)}
.verdict .badge{display:inline-block;font-size:12.5px;font-weight:650;color:var(--tone);border:1px solid var(--tone);border-radius:99px;padding:0 10px;margin-bottom:6px}
.verdict .headline{font-size:20px;font-weight:650;line-height:1.35;margin:0 0 12px}.verdict code{background:var(--paper)}
.verdict dl{display:grid;grid-template-columns:max-content 1fr;gap:7px 18px;margin:0}.verdict dt{color:var(--muted);font-weight:600}.verdict dd{margin:0;min-width:0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px 28px;margin:22px 0}
.figures div{border-top:2px solid var(--line);padding-top:8px}.figures .bad{border-color:var(--bad)}.figures .good{border-color:var(--good)}
.figures dt{color:var(--muted);font-size:13px}.figures dd{margin:0;font-size:24px;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}.figures .bad dd{color:var(--bad)}.figures .good dd{color:var(--good)}
.figures small{display:block;font-size:13px;font-weight:400;color:var(--muted)}
.lead{margin:0 0 6px}nav{margin:16px 0 0;font-size:13.5px;color:var(--muted)}nav a{margin-right:14px;white-space:nowrap;text-decoration:none}nav a:hover{text-decoration:underline}
.scroll{overflow-x:auto}.scroll:focus-visible,a:focus-visible,button:focus-visible,summary:focus-visible,input:focus-visible{outline:2px solid var(--link);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:14px;margin:4px 0 12px}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.scroll{position:relative}
th{font-weight:600;color:var(--muted);text-align:left;white-space:nowrap}th,td{padding:6px 18px 6px 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:break-word}td code{overflow-wrap:anywhere}td{min-width:4em}th:last-child,td:last-child{padding-right:0}
.number{text-align:right;white-space:nowrap;min-width:0}tr.total td{border-bottom:0;border-top:2px solid var(--line)}tr:target{background:color-mix(in srgb,var(--unsure) 16%,transparent)}
.cites a{display:inline-block;font:12px/1.4 var(--mono);border:1px solid var(--line);border-radius:4px;padding:0 5px;margin-right:4px;text-decoration:none;background:var(--paper)}
[aria-labelledby=flame] td:last-child{white-space:nowrap}.basis{font-style:italic}.muted{color:var(--muted)}
.warning{border-left:4px solid var(--unsure);padding:6px 12px;background:var(--panel);border-radius:0 6px 6px 0}
.account{display:flex;height:52px;margin:4px 0 14px;border-radius:6px;overflow:hidden;gap:0}.segment + .segment{box-shadow:inset 1px 0 var(--paper)}.segment{flex-basis:0;min-width:1px;padding:7px 0;color:#15181c;font-size:12.5px;line-height:1.5;overflow:hidden;white-space:nowrap}.segment span,.segment b{display:block;padding:0 10px;overflow:hidden;text-overflow:ellipsis}
.swatch{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:8px;vertical-align:-1px}
.rest{background-image:repeating-linear-gradient(45deg,#0000 0 5px,#15181c26 5px 7px)}
figure{margin:14px 0 16px}figcaption{color:var(--muted);font-size:13.5px;margin-bottom:8px}
.chart svg{display:block;width:100%;min-width:560px;max-width:820px;height:auto;font:12px system-ui,"DejaVu Sans",sans-serif}.chart text{fill:var(--muted)}.chart .grid{stroke:var(--line)}
.chart polyline{fill:none;stroke-width:2.2}.chart polyline.p50{stroke:var(--self)}.chart circle.p50{fill:var(--self)}.chart text.p50{fill:var(--self)}.chart polyline.p95{stroke:var(--unsure)}.chart circle.p95{fill:var(--unsure)}.chart text.p95{fill:var(--unsure)}.chart .name{font-weight:600}
.chart line.budget{stroke:var(--bad);stroke-width:1.6;stroke-dasharray:6 4}.chart text.budget{fill:var(--bad);font-weight:600;paint-order:stroke;stroke:var(--paper);stroke-width:4px}.chart rect.before{fill:var(--before)}.chart rect.after{fill:var(--good)}.chart .halo{stroke:var(--paper);stroke-width:5}.chart .value{fill:var(--ink);font-weight:600}
details{margin:6px 0}summary{cursor:pointer;color:var(--muted);font-size:13.5px}
.plan summary{color:var(--ink);font-size:14px;margin-bottom:6px}.plan table{min-width:720px}.plan .node{padding-left:calc(10px + var(--depth)*20px);min-width:240px}.plan .note{font:12.5px/1.45 var(--mono);color:var(--muted);unicode-bidi:isolate}.plan .finding{font-size:13px;color:var(--unsure)}
.plan .dominant td{background:color-mix(in srgb,var(--unsure) 9%,transparent)}.plan .dominant .node{box-shadow:inset 4px 0 var(--unsure)}.tag{font-size:12px;color:var(--unsure);border:1px solid;border-radius:99px;padding:0 7px;white-space:nowrap}.plan .self{min-width:190px;white-space:nowrap}.track{display:inline-block;width:84px;height:10px;background:var(--line);border-radius:3px;margin-right:8px;overflow:hidden}.track span{display:block;height:100%;background:var(--self)}.wrong{color:var(--bad);font-weight:650}
.flame-tools{display:flex;flex-wrap:wrap;gap:8px 10px;align-items:center;margin-bottom:10px}.flame-tools[hidden]{display:none}
.flame-tools input{flex:0 1 260px;min-width:0}.flame-tools input,.flame-tools button{font:inherit;font-size:14px;color:var(--ink);background:var(--paper);border:1px solid var(--muted);border-radius:6px;padding:4px 10px}.flame-tools button{cursor:pointer}.flame-tools button:disabled{opacity:.5;cursor:default}.flame-tools button[aria-pressed=true]{background:var(--panel);border-color:var(--link)}
#flame-status{font-size:13.5px;color:var(--muted)}
.flame-box{position:relative;overflow:hidden}.frame{position:absolute;top:calc(var(--depth)*19px);height:18px;padding:0 4px;border-right:1px solid var(--paper);border-radius:2px;color:#15181c;font:11.5px/18px var(--mono);white-space:nowrap;overflow:hidden;text-overflow:ellipsis;cursor:pointer;unicode-bidi:isolate}.turned .frame{top:auto;bottom:calc(var(--depth)*19px)}
.frame:hover{filter:brightness(1.07) saturate(1.2)}.frame.above{opacity:.6}.frame.miss{opacity:.38}.frame.hit{box-shadow:inset 0 0 0 2px var(--hit)}.frame:focus-visible{outline:2px solid var(--ink);outline-offset:-2px;z-index:1}
.flame-static svg{display:block;width:100%;min-width:640px;height:auto}.flame-static[hidden],.flame-box[hidden]{display:none}
.flame-help{font-size:13px;margin:8px 0 4px}.legend{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;padding:0;margin:8px 0;font-size:13px}.legend li{margin:0}
.flame-tip{position:fixed;z-index:2;max-width:min(560px,92vw);padding:8px 11px;border-radius:6px;background:var(--ink);color:var(--paper);font-size:13px;line-height:1.45;pointer-events:none}.flame-tip .name{font:600 12.5px/1.45 var(--mono);unicode-bidi:isolate}.flame-tip .module{font:12px/1.45 var(--mono);opacity:.85}
footer{margin-top:48px;padding-top:12px;border-top:1px solid var(--line);color:var(--muted);font-size:13px}
@media (max-width:640px){main{padding:18px 14px 48px}h1{font-size:21px}.verdict{padding:14px 15px}.verdict .headline{font-size:17px}.verdict dl{grid-template-columns:1fr;gap:0}.verdict dd{margin-bottom:9px}.segment span{display:none}.figures{grid-template-columns:repeat(2,1fr)}.scroll table{min-width:560px}th,td{padding-right:12px}}
@media print{:root{color-scheme:light;--paper:#fff;--panel:#f5f6f8;--line:#ccd2d9;--ink:#000;--muted:#444;--link:#000;--bad:#a01b14;--good:#0e5a2c;--unsure:#7a4200;--self:#2f74c0}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}body{font-size:11pt}main{max-width:none;padding:0}nav,.flame-tools,.flame-help,.flame-tip{display:none}h2{break-after:avoid}figure,tr,.verdict{break-inside:avoid}.scroll{overflow:visible}.chart svg,.flame-static svg,.plan table{min-width:0}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
`;
