/** The page's whole style. Colours are variables, so that dark is a second set of values and nothing else. */
export const reportStyle = `
:root{color-scheme:light dark;
--page:#f5f6f8;--card:#fff;--ink:#14181f;--soft:#4a5361;--quiet:#6b7482;--rule:#e3e6eb;--grid:#eceef2;--code:#f2f4f7;
--good:#0f7b45;--good-bg:#e2f5ea;--bad:#b3261e;--bad-bg:#fdeceb;--warn:#8a5a00;--warn-bg:#fff3d9;--idle:#4a5361;--idle-bg:#e9ecf1;
--c0:#2563c9;--c1:#c2570c;--c2:#0e8074;--c3:#8b3fb8;--c4:#a8801a;--c5:#c2255c;--c6:#4d6b8a;--c7:#5b7a1f;
--plan:#8d97a5;--extract:#2f6fd0;--land:#12a093;--merge:#0f6f86;--verify:#8a5cc7;--check:#c98a12;--quarantine:#b4552d;--commit:#2e9950;--catalog:#7a6a2f;--onbar:#fff;--value:#5b8bd9;--value-hot:#1f4f9e}
@media (prefers-color-scheme:dark){:root{
--page:#0f1216;--card:#171b21;--ink:#e8ebf0;--soft:#b4bcc8;--quiet:#8b95a3;--rule:#2a3039;--grid:#232932;--code:#1e242c;
--good:#5bd08f;--good-bg:#12331f;--bad:#ff8a80;--bad-bg:#3a1816;--warn:#f1c15b;--warn-bg:#362a0e;--idle:#b4bcc8;--idle-bg:#2a3039;
--c0:#6ba4ff;--c1:#ff9a52;--c2:#3fcabb;--c3:#c98cf0;--c4:#e3bb52;--c5:#ff7aa8;--c6:#9db6d1;--c7:#a9cf5e;
--plan:#7d8794;--extract:#3b7be0;--land:#149385;--merge:#2a8ea6;--verify:#8f63cf;--check:#b87f12;--quarantine:#c0673c;--commit:#2f9a52;--catalog:#9a8840;--onbar:#fff;--value:#4a7fd6;--value-hot:#8fb8ff}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-font-smoothing:antialiased}
main{max-width:1180px;margin:0 auto;padding:36px 20px 48px}
h1,h2,h3,p,dl,dd,figure{margin:0}
h1{font-size:30px;line-height:1.15;letter-spacing:-.02em;overflow-wrap:anywhere}
h2{font-size:18px;letter-spacing:-.01em;margin-bottom:14px;display:flex;align-items:center;gap:10px;overflow-wrap:anywhere}
h3{font-size:14px;margin-bottom:8px}
a{color:inherit;text-decoration:none;font-weight:600}a:hover{text-decoration:underline}
code,pre{font:12.5px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
code{overflow-wrap:anywhere}
pre{background:var(--code);border-radius:8px;padding:14px 16px;white-space:pre-wrap;overflow-wrap:anywhere;max-height:420px;overflow-y:auto;margin:0}
small{font-size:12px;color:var(--quiet);font-weight:400}
.quiet{color:var(--quiet);font-size:13px}
.top .title{display:flex;align-items:center;gap:14px;flex-wrap:wrap}
.top .lead{font-size:17px;color:var(--soft);margin:8px 0 22px;max-width:75ch}
.top .facts{margin:18px 2px 26px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:12px}
.tiles>div,.panel,.dataset{background:var(--card);border:1px solid var(--rule);border-radius:12px}
.tiles>div{padding:14px 16px 12px}
.tiles dt{font-size:13px;color:var(--quiet)}
.tiles dd{font-size:25px;font-weight:650;letter-spacing:-.02em;line-height:1.25;font-variant-numeric:tabular-nums}
.tiles small{display:block;min-height:18px;letter-spacing:0}
.panel,.dataset{padding:20px 22px;margin-top:16px}
.dataset{margin-top:28px}
.dataset>h2{font-size:22px}
.block{margin-top:24px}
.facts{display:flex;flex-wrap:wrap;gap:8px 30px;font-size:13.5px}
.facts dt{font-size:12px;color:var(--quiet)}
.facts dd{overflow-wrap:anywhere}
.pill{display:inline-block;padding:2px 10px;border-radius:99px;font-size:12.5px;font-weight:600;line-height:1.5;letter-spacing:0;white-space:nowrap;background:var(--idle-bg);color:var(--idle)}
.pill.succeeded,.pill.committed{background:var(--good-bg);color:var(--good)}
.pill.failed{background:var(--bad-bg);color:var(--bad)}
.good{color:var(--good);font-weight:600}.bad{color:var(--bad);font-weight:700}.warn{color:var(--warn);font-weight:600}
.box{border-radius:8px;padding:12px 16px;margin:0 0 14px;font-size:14px;overflow-wrap:anywhere}
.box.failure{background:var(--bad-bg)}.box.failure b{color:var(--bad)}
.box.failure>span{color:var(--quiet);font-size:13px}.box.failure p{margin-top:4px;white-space:pre-wrap}
.box.notice{background:var(--warn-bg)}.box.notice b{color:var(--warn);font-weight:600;margin-right:6px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th{font-size:12px;font-weight:500;color:var(--quiet);text-align:left;padding:0 9px 6px;white-space:nowrap;border-bottom:1px solid var(--rule)}
td{padding:7px 9px;border-bottom:1px solid var(--grid);vertical-align:top}
tr:last-child td{border-bottom:0}
th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
.name{min-width:110px;max-width:280px;overflow-wrap:anywhere}
h2>.dot{margin-right:0}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.n.long,.long{white-space:normal;overflow-wrap:anywhere}
.checks td:nth-child(2){min-width:240px}.checks td:first-child{width:24px}.checks .long{max-width:300px}
.broken td{background:var(--bad-bg)}.doubtful td{background:var(--warn-bg)}
.dot{display:inline-block;width:9px;height:9px;border-radius:3px;background:currentColor;margin-right:8px;flex:none}
.series-0{color:var(--c0)}.series-1{color:var(--c1)}.series-2{color:var(--c2)}.series-3{color:var(--c3)}
.series-4{color:var(--c4)}.series-5{color:var(--c5)}.series-6{color:var(--c6)}.series-7{color:var(--c7)}.series-memory{color:var(--c6)}
.stage-plan{color:var(--plan)}.stage-extract{color:var(--extract)}.stage-land{color:var(--land)}.stage-merge{color:var(--merge)}
.stage-verify{color:var(--verify)}.stage-check{color:var(--check)}.stage-quarantine{color:var(--quarantine)}.stage-commit{color:var(--commit)}.stage-catalog{color:var(--catalog)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(320px,100%),1fr));gap:20px 28px}
.chart figcaption{font-size:13.5px;margin-bottom:8px}.chart figcaption span{color:var(--quiet)}
svg{display:block;width:100%;height:auto;overflow:visible;font:11px Inter,system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}
svg.wide{min-width:760px}
.grid{stroke:var(--grid)}.tick{fill:var(--quiet);font-variant-numeric:tabular-nums}.label{fill:var(--ink);font-size:13px;font-weight:600}
.empty{fill:var(--quiet);font-size:13px}
.line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.area{fill:currentColor;opacity:.1}
.end{fill:currentColor}.hover{fill:currentColor;opacity:0}.hover:hover{opacity:1}
.bar{fill:currentColor}.bar:hover{opacity:.85}.onbar{fill:var(--onbar);font-weight:600;pointer-events:none}
.retry{fill:var(--warn)}
.bucket .value{fill:var(--value)}.bucket:hover .value{fill:var(--value-hot)}.hit{fill:transparent}
.median{stroke:var(--ink);stroke-width:1.2;stroke-dasharray:5 4;opacity:.6}
.legend{display:flex;flex-wrap:wrap;gap:4px 20px;font-size:13px;color:var(--soft);margin-top:12px}
.accounting svg{height:14px;border-radius:5px;overflow:hidden;margin-bottom:8px;max-width:640px}
.accounting p{font-size:14px;color:var(--soft);font-variant-numeric:tabular-nums}.accounting b{color:var(--ink)}
.part{fill:currentColor}.inserted{color:var(--commit)}.updated{color:var(--extract)}.skipped{color:var(--plan)}.quarantined{color:var(--check)}
.accounting .dot{margin:0 5px 0 2px}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(240px,100%),1fr));gap:12px}
.card{border:1px solid var(--rule);border-radius:10px;padding:12px 14px;display:flex;flex-direction:column;gap:10px;min-width:0;break-inside:avoid}
.card header{display:flex;justify-content:space-between;gap:10px;align-items:baseline}
.card header b{font-size:13.5px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;min-width:0}
.card header code{color:var(--quiet);font-size:11.5px;white-space:nowrap}
.card>svg{height:64px}.frequent,.noplot{min-height:64px}
.frequent{display:flex;align-items:center}
.noplot{display:grid;place-items:center;color:var(--quiet);font-size:12.5px;background:var(--code);border-radius:6px}
.card dl{font-size:12.5px;margin-top:auto}
.card dl>div{display:flex;justify-content:space-between;gap:12px}
.card dt{color:var(--quiet)}
.card dd{text-align:right;font-variant-numeric:tabular-nums;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;min-width:0}
.card .some dd{color:var(--warn);font-weight:600}
details{margin-top:10px}summary{cursor:pointer;font-size:13.5px;color:var(--soft);padding:4px 0}
details .scroll{margin-top:8px}
footer{margin-top:30px;font-size:13px;color:var(--quiet)}
@media print{:root{--page:#fff}
body{font-size:12px}main{padding:0;max-width:none}
.panel,.dataset,.tiles>div{break-inside:avoid-page}.dataset{break-inside:auto;border:0;padding:0}
pre{max-height:none}details::details-content{content-visibility:visible;block-size:auto}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`.trim();
